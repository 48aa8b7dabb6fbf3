//! `frameio mv`: moves and renames files, folders and version stacks.

use super::{Action, RelocationArgs, Request};
use crate::args::GlobalArgs;
use crate::completion;
use crate::exit::Failure;

pub(in crate::commands) const HELP: &str = "\
Examples:
  frameio mv '/Film/The Crossing/Stills/Poster.png' '/Film/The Crossing/Legal'
  frameio mv '/Film/The Crossing/Sound/Mix 02.wav' '/Film/The Crossing/Sound/Mix 02 final.wav'

If DEST is an existing folder or project, the sources are moved into it. Otherwise, the only source is
moved to the folder of DEST and renamed to its last name.

The API can move files, folders and version stacks within an account, and rename files and folders. It
cannot rename a version stack, move a project, or replace an existing file; an item is not moved if
the destination has an item of the same name. To move one version out of its stack, pass its ID.

Paths have to be absolute. All places are found and checked before the first item is moved. Then each result is printed, and a
failure does not stop the others. Several files or folders are moved by one call for up to 100 of them.";

#[derive(Debug, clap::Args)]
#[command(mut_args(|it| match it.get_id() == "sources" {
    true => it.add(completion::absolute_place()),
    false => it,
}))]
pub(crate) struct Args {
    #[command(flatten)]
    relocation: RelocationArgs,
}

pub(in crate::commands) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let request = Request { action: Action::Move, args: &args.relocation };
    request
        .run(global, async |relocation, results, sources| {
            relocation.move_all(results, sources).await
        })
        .await
}
