//! `frameio sync`: copies missing files between a directory and a folder.

use std::path::PathBuf;

use frameio::transfer::{DownloadTree, RemotePath, UploadTree};

use super::upload::{UploadOptions, check_local};
use crate::args::{AccountArg, GlobalArgs, OnConflict};
use crate::exit::Failure;
use crate::report::{OutputArgs, TransferReport};
use crate::resolver::Resolver;
use crate::shutdown;

pub(super) const HELP: &str = "\
Examples:
  frameio sync rushes '/Film/The Crossing/Dailies' --dry-run
  frameio sync rushes '/Film/The Crossing/Dailies' --down

Uploads the files that are missing in the folder, or, with --down, downloads the files that are
missing in the directory. Files count as equal if they have the same name and size.

Nothing is deleted on either side. An upload never replaces a file: one of another size is uploaded
next to the existing file of the same name. A download keeps an existing file of another size and
reports a conflict, and the exit status is not 0; see --on-conflict.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Local directory
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Folder or project: /Workspace/Project/Folder, or an ID [default: the profile's project]
    folder: Option<String>,
    /// Download missing files instead of uploading them
    #[arg(long)]
    down: bool,
    /// With --down, what to do if an existing file differs [default: skip]
    #[arg(long, value_enum, value_name = "ACTION", requires = "down")]
    on_conflict: Option<OnConflict>,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    options: UploadOptions,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    if args.down {
        args.options.refuse_for_download()?;
    } else {
        check_local([&args.directory])?;
        if !args.directory.is_dir() {
            let directory = args.directory.display();
            return Err(Failure::usage(format!("'{directory}' is not a directory")));
        }
    }
    let transfers = global.transfers()?;
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let (account, folder) = resolver.folder(args.folder.as_deref()).await?;
    let report = match args.down {
        true => TransferReport::download(args.output, &args.directory),
        false => TransferReport::upload(args.output),
    };
    let result = if args.down {
        let root = RemotePath::default();
        let mut tree = DownloadTree::new(account, folder, &args.directory)
            .files_in_flight(args.options.concurrency.into())
            .existing(args.on_conflict.unwrap_or_default().into())
            .dry_run(args.options.dry_run)
            .on_item(report.on_item(&root))
            .progress(report.on_progress(&root));
        if let Some(path) = args.options.compare.checksums()? {
            tree = tree.checksums(path);
        }
        shutdown::interruptible(transfers.download_tree(tree)).await
    } else {
        let tree = UploadTree::new(account, folder, &args.directory);
        let tree = args.options.apply(tree, &report)?;
        shutdown::interruptible(transfers.upload_tree(tree)).await
    };
    report.finish(result, "run the same command again to resume")
}
