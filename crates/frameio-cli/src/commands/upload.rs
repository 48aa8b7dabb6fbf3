//! `frameio upload`: uploads files and directories into a folder.

use std::path::PathBuf;
use std::sync::Arc;

use frameio::transfer::{RemotePath, TransferError, UploadTree};

use crate::args::{AccountArg, CompareArg, GlobalArgs};
use crate::config;
use crate::exit::Failure;
use crate::report::{OutputArgs, TransferReport};
use crate::resolver::Resolver;
use crate::shutdown;

pub(super) const HELP: &str = "\
Examples:
  frameio upload take.mov --to '/Film/The Crossing/Dailies'
  frameio upload rushes --to '/Film/The Crossing/Dailies' --include '*.mov'

A directory is uploaded with its name and everything in it. A file is skipped if the folder has one
of the same name and size. Nothing is replaced or deleted.

To resume an interrupted upload, run the same command again within 24 hours. Concurrent runs of the
same command upload each file once.

Standard input ('… | frameio upload /dev/stdin') and named pipes are read to the end before the
upload starts.

Patterns are globs. Without a slash, a pattern matches names at any depth: '*.mov'. With a slash, it
matches paths below the directory, with or without the name of the directory: 'Day 1/*.mov',
'./Day 1', 'rushes/Day 1'.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files and directories to upload
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Folder or project to upload to: /Workspace/Project/Folder, or an ID [default: the profile's
    /// project]
    #[arg(long, value_name = "FOLDER")]
    to: Option<String>,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    options: UploadOptions,
    #[command(flatten)]
    output: OutputArgs,
}

/// Options of `frameio upload` and `frameio sync`.
#[derive(Debug, clap::Args)]
pub(super) struct UploadOptions {
    /// Upload only files that match this glob pattern; may be repeated
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,
    /// Skip files and directories that match this glob pattern; may be repeated
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Include hidden files and directories
    #[arg(long)]
    hidden: bool,
    /// Follow symbolic links
    #[arg(long)]
    follow_links: bool,
    /// Maximum number of files transferred at the same time
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) concurrency: u16,
    /// Show which files would be transferred, without transferring them
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) compare: CompareArg,
}

impl UploadOptions {
    /// Applies the options to an upload.
    pub(super) fn apply(
        &self,
        mut tree: UploadTree,
        report: &Arc<TransferReport>,
    ) -> Result<UploadTree, Failure> {
        for pattern in &self.include {
            tree = tree.include(pattern);
        }
        for pattern in &self.exclude {
            tree = tree.exclude(pattern);
        }
        if let Some(path) = self.compare.checksums()? {
            tree = tree.checksums(path);
        }
        match config::uploads() {
            Ok(path) => tree = tree.manifests(path),
            Err(failure) => report.note(&not_resumable(&failure.message)),
        }
        let warned = report.clone();
        let root = RemotePath::default();
        Ok(tree
            .hidden(self.hidden)
            .follow_links(self.follow_links)
            .files_in_flight(self.concurrency.into())
            .dry_run(self.dry_run)
            .on_warning(move |error: &TransferError| warned.note(&not_resumable(error)))
            .on_item(report.on_item(&root))
            .progress(report.on_progress(&root)))
    }

    /// Refuses options that have no effect on a download.
    pub(super) fn refuse_for_download(&self) -> Result<(), Failure> {
        let given = [
            (!self.include.is_empty(), "--include"),
            (!self.exclude.is_empty(), "--exclude"),
            (self.hidden, "--hidden"),
            (self.follow_links, "--follow-links"),
        ];
        match given.iter().find(|(given, _)| *given) {
            Some((_, name)) => {
                Err(Failure::usage(format!("'{name}' cannot be used with '--down'")))
            }
            None => Ok(()),
        }
    }
}

/// Returns the warning that interrupted uploads start over.
fn not_resumable(reason: &(impl std::fmt::Display + ?Sized)) -> String {
    format!(
        "warning: {reason}; interrupted uploads will start over: \
         set FRAMEIO_CONFIG_DIR to a writable directory"
    )
}

/// Refuses local paths that cannot be uploaded, before any request is sent.
pub(super) fn check_local<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), Failure> {
    UploadTree::check_paths(paths).map_err(|error| Failure::usage(error.to_string()))
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    check_local(&args.paths)?;
    let transfers = global.transfers()?;
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let (account, folder) = resolver.folder(args.to.as_deref()).await?;
    let report = TransferReport::upload(args.output);
    let tree = UploadTree::paths(account, folder, &args.paths);
    let tree = args.options.apply(tree, &report)?;
    let result = shutdown::interruptible(transfers.upload_tree(tree)).await;
    report.finish(result, "run the same command again within 24 hours to resume")
}
