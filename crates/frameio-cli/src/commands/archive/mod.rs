//! `frameio archive`: saves projects to directories, verifies and restores them.

mod create;
mod restore;
mod verify;

use clap::Subcommand;
use frameio_archive::ArchiveError;

use crate::args::GlobalArgs;
use crate::exit::{Failure, Status};
use crate::shutdown::Stopped;

pub(super) const HELP: &str = "\
Examples:
  frameio archive '/Film/The Crossing' -o crossing
  frameio archive verify crossing
  frameio archive restore crossing '/Film/The Crossing restored'

Saves the originals of all versions, comments with replies, metadata, shares and members, with a media
hash list (ASC MHL) and a page, index.html, that opens without a network. docs/archive.md describes the
files.

The directory must be missing or empty. To continue an interrupted run, run the same command again: files
that were saved are not downloaded again. The items are listed once, so the archive is the project at the
time of the first run. Comments take most of the time: the service allows 100 files a minute.

An archive has no hash list until everything is saved. If a file cannot be saved, run the command again, or
complete the archive without it with --allow-missing.";

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    create: create::CreateArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare an archive with its hash list and its layout, without the service
    #[command(after_help = verify::HELP)]
    Verify(verify::Args),
    /// Re-create an archived project in a new project, and list what the API cannot create
    #[command(after_help = restore::HELP)]
    Restore(restore::Args),
}

/// Returns the failure of a run that the user has stopped, or that has failed.
fn interrupted(stopped: Stopped<ArchiveError>) -> Failure {
    match stopped {
        Stopped::Interrupted => {
            let message = "interrupted: run the same command again to continue";
            Failure::new(Status::Interrupted, message)
        }
        Stopped::Failed(error) => error.into(),
    }
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    match &args.command {
        None => create::run(global, &args.create).await,
        Some(Command::Verify(args)) => verify::run(args).await,
        Some(Command::Restore(args)) => restore::run(global, args).await,
    }
}
