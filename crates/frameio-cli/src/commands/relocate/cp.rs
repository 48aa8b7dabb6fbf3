//! `frameio cp`: copies files, folders and version stacks.

use frameio::files::CopyComments;

use super::{Action, RelocationArgs, Request};
use crate::args::GlobalArgs;
use crate::exit::Failure;

pub(in crate::commands) const HELP: &str = "\
Examples:
  frameio cp '/Film/The Crossing/Stills/Poster.png' '/Film/Harbour Lights'
  frameio cp --comments all '/Film/The Crossing/Cuts' '/Film/The Crossing/Cuts of April'

If DEST is an existing folder or project, the copies are placed in it. Otherwise, the copy of the only
source is placed in the folder of DEST and renamed to its last name. Folders are copied with their
contents.

The service copies without a transfer through this machine. It copies large folders in the background
and reports no progress of that. The API cannot copy projects, rename the copy of a version stack, or
copy the comments of a version stack; in projects in Adobe storage, it cannot copy version stacks.

All places are found before the first item is copied; a missing one stops the run. Then each result is
printed, and a failure does not stop the others. Several files or folders are copied by one call for
up to 100 of them. A call that may have been carried out is not repeated; the command looks for the
copies instead.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    relocation: RelocationArgs,
    /// Comments of the files to copy
    #[arg(long, value_enum, value_name = "WHICH", default_value_t)]
    comments: Comments,
    /// Copy metadata values
    #[arg(long)]
    metadata: bool,
}

/// Comments that are copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Comments {
    #[default]
    None,
    Internal,
    Public,
    All,
}

/// What is copied with the files.
pub(super) struct Extras {
    /// `None` for no comments.
    pub(super) comments: Option<CopyComments>,
    pub(super) metadata: bool,
}

pub(in crate::commands) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let extras = Extras {
        comments: match args.comments {
            Comments::None => None,
            Comments::Internal => Some(CopyComments::Internal),
            Comments::Public => Some(CopyComments::Public),
            Comments::All => Some(CopyComments::All),
        },
        metadata: args.metadata,
    };
    let request = Request { action: Action::Copy, args: &args.relocation };
    request
        .run(global, async |relocation, results, sources| {
            relocation.copy_all(results, sources, &extras).await
        })
        .await
}
