//! `frameio metadata`: metadata fields and their values.

mod assignment;
mod definitions;
mod display;
mod fields;
mod get;
mod people;
mod set;
mod target;
mod value;

use clap::Subcommand;

use crate::args::GlobalArgs;
use crate::exit::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the metadata of files
    #[command(after_help = get::HELP)]
    Get(get::Args),
    /// Set metadata values, such as the status, on files
    #[command(after_help = set::HELP)]
    Set(set::Args),
    /// List the metadata fields of an account with their types and options
    #[command(after_help = fields::HELP)]
    Fields(fields::Args),
}

impl Command {
    pub(crate) async fn run(&self, global: &GlobalArgs) -> Result<(), Failure> {
        match self {
            Self::Get(args) => get::run(global, args).await,
            Self::Set(args) => set::run(global, args).await,
            Self::Fields(args) => fields::run(global, args).await,
        }
    }
}
