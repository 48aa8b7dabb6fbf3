//! `frameio upload`: files and directories into a folder.

use std::path::PathBuf;
use std::sync::Arc;

use frameio::transfer::{RemotePath, TransferError, UploadTree};

use crate::args::{AccountArg, CompareArg, GlobalArgs};
use crate::config;
use crate::exit::{Failure, Status};
use crate::report::{OutputArgs, TransferReport};
use crate::resolver::Resolver;
use crate::shutdown;

pub(super) const HELP: &str = "\
A directory is uploaded under its own name with everything in it. Existing files with the same name
and size are skipped; nothing is replaced or deleted. To resume an interrupted upload, run the same
command again within 24 hours. Several runs at once upload each file once.

Standard input and named pipes are read to their end first: '... | frameio upload /dev/stdin'.

Patterns are globs. *.mov matches names at any depth; with a slash, a pattern matches a path, as
'Day 1/*.mov' or './Day 1' below the directory, or 'rushes/Day 1' with its name.

  frameio upload rushes take.mov --to '/Studio/Film/Dailies'";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files and directories to upload
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Folder or project: path as /Workspace/Project/Folder, or ID [default: the profile's project]
    #[arg(long, value_name = "FOLDER")]
    to: Option<String>,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    options: UploadOptions,
    #[command(flatten)]
    output: OutputArgs,
}

/// Which files are uploaded, and how.
#[derive(Debug, clap::Args)]
pub(super) struct UploadOptions {
    /// Upload only files that match; may be repeated
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,
    /// Ignore files and directories that match; may be repeated
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Also upload hidden files
    #[arg(long)]
    hidden: bool,
    /// Follow symbolic links
    #[arg(long)]
    follow_links: bool,
    /// Maximum number of files in flight
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) concurrency: u16,
    /// Show what would be transferred, without transferring it
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
                let message = format!("'{name}' cannot be used with '--down'");
                Err(Failure::new(Status::Usage, message))
            }
            None => Ok(()),
        }
    }
}

/// The warning that interrupted uploads start over, with the reason and the remedy.
fn not_resumable(reason: &(impl std::fmt::Display + ?Sized)) -> String {
    format!(
        "warning: {reason}; uploads that are interrupted will start over: \
         set FRAMEIO_CONFIG_DIR to a writable directory"
    )
}

/// Refuses local paths that cannot be uploaded, before the service is called.
pub(super) fn check_local<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), Failure> {
    UploadTree::check_paths(paths).map_err(|error| Failure::new(Status::Usage, error.to_string()))
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    check_local(&args.paths)?;
    let transfers = global.transfers()?;
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let (account, folder) = resolver.folder(args.to.as_deref()).await?;
    let report = TransferReport::new(args.output);
    let tree = UploadTree::paths(account, folder, &args.paths);
    let tree = args.options.apply(tree, &report)?;
    let result = shutdown::interruptible(transfers.upload_tree(tree)).await;
    report.finish(result, "run the same command again within 24 hours to resume")
}
