//! `frameio comments`: comments at the service, and their exchange with editing systems.

mod account_comment;
mod add;
mod changed;
mod convert;
mod copy;
mod delete;
mod edit;
mod export;
mod filter;
mod format_options;
mod import;
mod import_plan;
mod list;
mod markers_file;
mod media_kind;
mod output_files;
mod pace;
mod position;
mod probe;
mod row;
mod state;
mod status;
mod target;
mod timing;

use clap::Subcommand;

use crate::args::GlobalArgs;
use crate::exit::Failure;

/// Response to users who look for replies.
const REPLY: &str = "\
the API cannot create replies: reply in the web app, or add a comment at the same position with \
`frameio comments add PLACE TEXT --at POSITION`";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the comments on a file, with their replies
    List(list::Args),
    /// Add a comment to a file; the API cannot create replies
    Add(add::Args),
    /// Change the text or the position of a comment
    Edit(edit::Args),
    /// Mark comments as completed
    Resolve(state::Args),
    /// Mark completed comments as open again
    Reopen(state::Args),
    /// Delete comments and their replies
    Delete(delete::Args),
    /// Write comments as files for Resolve, Media Composer, Premiere, Final Cut and others
    #[command(after_help = export::HELP)]
    Export(export::Args),
    /// Create comments from a file of markers
    #[command(after_help = import::HELP)]
    Import(import::Args),
    /// Create the comments of one file on another, such as its next version
    Copy(copy::Args),
    /// Convert a file of markers to another format, without the service
    Convert(convert::Args),
    /// Explain how to reply
    #[command(hide = true, disable_help_flag = true)]
    Reply {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

impl Command {
    pub(crate) async fn run(&self, global: &GlobalArgs) -> Result<(), Failure> {
        match self {
            Self::List(args) => list::run(global, args).await,
            Self::Add(args) => add::run(global, args).await,
            Self::Edit(args) => edit::run(global, args).await,
            Self::Resolve(args) => state::run(global, args, true).await,
            Self::Reopen(args) => state::run(global, args, false).await,
            Self::Delete(args) => delete::run(global, args).await,
            Self::Export(args) => export::run(global, args).await,
            Self::Import(args) => import::run(global, args).await,
            Self::Copy(args) => copy::run(global, args).await,
            Self::Convert(args) => convert::run(args),
            Self::Reply { .. } => Err(Failure::usage(REPLY)),
        }
    }
}
