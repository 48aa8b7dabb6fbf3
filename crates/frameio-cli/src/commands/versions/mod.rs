//! `frameio versions`: the versions of files.

mod add;
mod list;
mod order;
mod promote;
mod report;
mod split;
mod stack;
mod target;

use clap::Subcommand;

use crate::args::GlobalArgs;
use crate::exit::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the versions of a file, oldest first, with the head marked
    #[command(after_help = list::HELP)]
    List(list::Args),
    /// Add files as versions to a version stack, or stack them on a file
    #[command(after_help = add::HELP)]
    Add(add::Args),
    /// Make a version the head of its stack (experimental operation of the service)
    #[command(after_help = promote::HELP)]
    Promote(promote::Args),
    /// Move a version out of its stack
    #[command(after_help = split::HELP)]
    Split(split::Args),
}

impl Command {
    pub(crate) async fn run(&self, global: &GlobalArgs) -> Result<(), Failure> {
        match self {
            Self::List(args) => list::run(global, args).await,
            Self::Add(args) => add::run(global, args).await,
            Self::Promote(args) => promote::run(global, args).await,
            Self::Split(args) => split::run(global, args).await,
        }
    }
}
