//! `frameio sync`: copies new and changed files between a directory and a folder.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use frameio::transfer::{Deletion, DownloadTree, UploadTree};

use super::upload::{ProofOptions, UploadOptions, check_local, not_recorded, warning};
use crate::args::{AccountArg, GlobalArgs, OutputArgs, PaceArgs};
use crate::completion;
use crate::config;
use crate::exit::Failure;
use crate::proof::{CHECKSUM, Proof, Roots};
use crate::report::TransferReport;
use crate::resolver::{Purpose, Resolver, folder_of};

pub(super) const HELP: &str = "\
Examples:
  frameio sync rushes '/Film/The Crossing/Dailies' --dry-run
  frameio sync rushes '/Film/The Crossing/Dailies' --down
  frameio sync rushes '/Film/The Crossing/Dailies' --if-exists version

Copies in one direction: uploads, or with --down downloads, the files that are new or have changed.
A state file records which files are equal, by size, time, checksum and the ID of the remote file.
The dry run shows each file as new, new version, changed, conflict, equal or unverified, with the
reason.

Upload: a changed file is listed as changed and not uploaded until '--if-exists version' is given; the
exit status is 12. A local and a remote file of the same name that are both new are a conflict.
Download: a newer remote version replaces a local file that is unchanged since both sides were equal.
A local file that has changed is never replaced: it is a conflict, and the exit status is 12; see
--on-conflict. A file that was renamed on one side is renamed on the other.

Filters apply in both directions: see 'frameio upload --help'. Files that they exclude are neither
transferred nor deleted.

Nothing is deleted without '--delete'. With it, a file is deleted only if it was recorded as equal and
is unchanged on both sides. Remote files of other users, files with comments and version stacks are
kept. Local files are moved to '.frameio-trash' in the directory.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Local directory
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Folder or project: /Workspace/Project/Folder, or an ID [default: the profile's project]
    #[arg(add = completion::place())]
    folder: Option<String>,
    /// Download instead of uploading
    #[arg(long)]
    down: bool,
    /// Delete files at the target that were equal and no longer exist at the source
    #[arg(long)]
    delete: bool,
    /// With --delete, also delete remote files with comments
    #[arg(long, requires = "delete", conflicts_with = "down")]
    delete_reviewed: bool,
    /// With --delete, maximum number of files; if more would be deleted, none is
    #[arg(long, value_name = "N", requires = "delete", default_value_t = 100)]
    max_delete: usize,
    /// Delete without asking
    #[arg(long, short, requires = "delete")]
    yes: bool,
    #[command(flatten)]
    pace: PaceArgs,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    proof: ProofOptions,
    #[command(flatten)]
    options: UploadOptions,
    /// Show which files would be transferred, without transferring them
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let can_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if args.delete && !args.yes && !args.dry_run && !can_ask {
        let message = "'--delete' needs '--yes' if it cannot ask on a terminal";
        return Err(Failure::usage(message));
    }
    check_order(args)?;
    if args.down {
        args.options.refuse_for_download()?;
    } else {
        check_local(
            [&args.directory],
            "pass the directory first; '--down' downloads from the place",
        )?;
        if !args.directory.is_dir() {
            let directory = args.directory.display();
            return Err(Failure::usage(format!("'{directory}' is not a directory")));
        }
    }
    let dry_run = args.dry_run;
    let report = match args.down {
        true => TransferReport::download(
            args.output.transfers(),
            &args.directory,
            dry_run,
            &global.retries,
        ),
        false => TransferReport::upload(args.output.transfers(), dry_run, &global.retries),
    };
    let roots = Roots::Directory(args.directory.clone());
    let proof = match args.down {
        true => args.proof.of_download(roots, dry_run, &report)?,
        false => args.proof.of_upload(roots, dry_run, &report)?,
    };
    let result = copy(global, args, (proof, &report)).await;
    report.finish(result, "run the same command again to resume")
}

/// Copies the files in the direction of the options.
async fn copy(
    global: &GlobalArgs,
    args: &Args,
    (proof, report): (Proof, &Arc<TransferReport>),
) -> Result<(), Failure> {
    let dry_run = args.dry_run;
    let (transfers, profile) = global.limited_transfers(&args.pace)?;
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let purpose = if args.down { Purpose::Read } else { Purpose::Write };
    let target = resolver.resolve_for(purpose, args.folder.as_deref()).await?;
    let (account, folder) = folder_of(&target)?;
    let filter = args.options.filters.filter_in(&target.path)?;
    let deletion = args.delete.then(|| args.deletion(report));
    if args.down {
        let mut tree = DownloadTree::new(account, folder, &args.directory)
            .filter(filter)
            .files_in_flight(args.options.concurrency.into())
            .on_conflict(args.options.on_conflict.unwrap_or_default().into())
            .verify_remote(args.options.verify_remote)
            .dry_run(dry_run)
            .on_found(report.on_found())
            .on_item(report.on_item())
            .on_totals(report.on_totals())
            .on_hashing(report.on_hashing())
            .progress(report.on_progress());
        let warned = report.clone();
        tree = tree.on_warning(move |error| warned.note(&warning(error)));
        match config::sync_states() {
            Ok(path) => tree = tree.state(path).manifests(config::uploads()?),
            Err(failure) => report.note(&not_recorded(&failure.message)),
        }
        if let Some(order) = args.pace.order() {
            tree = tree.order(order);
        }
        if let Some(path) = args.options.compare.checksums()? {
            tree = tree.checksums(path);
        }
        if let Some(deletion) = deletion {
            tree = tree.delete(deletion);
        }
        if args.proof.mhl.is_given() || args.proof.report.file()?.is_some() {
            tree = tree.checksum(CHECKSUM);
        }
        proof.run(&transfers, transfers.download_tree(tree)).await
    } else {
        let tree = UploadTree::new(account, folder, &args.directory);
        let tree = args.options.apply(tree.filter(filter), &profile, report)?;
        let mut tree = proof.apply(args.pace.apply(tree)).dry_run(dry_run);
        if let Some(deletion) = deletion {
            tree = tree.delete(deletion);
        }
        proof.run(&transfers, transfers.upload_tree(tree)).await
    }
}

/// Refuses a folder and a directory in the wrong order.
fn check_order(args: &Args) -> Result<(), Failure> {
    let is_directory = args.folder.as_ref().is_some_and(|folder| Path::new(folder).is_dir());
    if is_directory && !args.directory.exists() {
        let directory = args.directory.display();
        let message = format!(
            "'{directory}' does not exist: the local directory comes first, as in \
             `frameio sync DIR FOLDER`"
        );
        return Err(Failure::usage(message));
    }
    Ok(())
}

impl Args {
    /// Returns the settings for deletions, which are confirmed on the terminal or by `--yes`.
    fn deletion(&self, report: &Arc<TransferReport>) -> Deletion {
        let deletion = Deletion::new().max(self.max_delete).reviewed(self.delete_reviewed);
        if self.yes {
            return deletion;
        }
        let report = report.clone();
        deletion.confirm(move |files| {
            let paths: Vec<_> = files.iter().map(ToString::to_string).collect();
            report.confirm(&paths)
        })
    }
}
