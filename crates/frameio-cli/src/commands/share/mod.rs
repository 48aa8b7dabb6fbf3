//! `frameio share`: shares, which present assets to reviewers.

mod activity;
mod add;
mod contents;
mod create;
mod delete;
mod expiration;
mod list;
mod of_upload;
mod passphrase;
mod remove;
mod reviewers;
mod row;
mod show;
mod target;

use clap::Subcommand;

pub(super) use self::of_upload::UploadShareArgs;
use crate::args::GlobalArgs;
use crate::exit::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Share files, folders and version stacks of a project, and print the link
    #[command(after_help = create::HELP)]
    Create(Box<create::Args>),
    /// List the shares of a project
    #[command(after_help = list::HELP)]
    List(list::Args),
    /// Show a share and its contents
    #[command(after_help = show::HELP)]
    Show(show::Args),
    /// Add files, folders and version stacks to a share
    Add(contents::ChangeArgs),
    /// Remove files, folders and version stacks from a share; they stay in the project
    Remove(contents::ChangeArgs),
    /// List, add and remove the reviewers of a share
    Reviewers {
        #[command(subcommand)]
        command: reviewers::Command,
    },
    /// List views, downloads and comments by the visitors of a share
    Activity(activity::Args),
    /// Delete shares; their assets stay in the project
    Delete(delete::Args),
}

impl Command {
    pub(crate) async fn run(&self, global: &GlobalArgs) -> Result<(), Failure> {
        match self {
            Self::Create(args) => create::run(global, args).await,
            Self::List(args) => list::run(global, args).await,
            Self::Show(args) => show::run(global, args).await,
            Self::Add(args) => add::run(global, args).await,
            Self::Remove(args) => remove::run(global, args).await,
            Self::Reviewers { command } => command.run(global).await,
            Self::Activity(args) => activity::run(global, args).await,
            Self::Delete(args) => delete::run(global, args).await,
        }
    }
}
