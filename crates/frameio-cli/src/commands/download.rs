//! `frameio download`: downloads files, folders and projects into a directory.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use frameio::transfer::{
    Checksum, DownloadTree, RemotePath, Rendition, Resolved, ResolvedItem, VersionChoice,
};

use crate::args::{AccountArg, CompareArg, FilterArgs, GlobalArgs, OnConflict, PaceArgs};
use crate::exit::Failure;
use crate::report::{OutputArgs, TransferReport};
use crate::resolver::Resolver;
use crate::shutdown;

pub(super) const HELP: &str = "\
Examples:
  frameio download '/Film/The Crossing/Dailies/Day 01/Camera A/A001_C001.mov'
  frameio download '/Film/The Crossing/Stills' --rendition high_quality -o stills

A folder or project is downloaded into a directory with its name. Of a version stack, the head is
downloaded, or with '--version' another version or all of them, as take.v1.mov. Versions are numbered
from the oldest; their order is not always known.

An existing file of the same size is skipped. An existing file of another size is kept and reported
as a conflict, and the exit status is not 0; see --on-conflict.

To resume an interrupted download, run the same command again.

Filters select files as in uploads: see 'frameio upload --help'. Ages are the time since the upload.

A name that is not safe on the local file system is changed, and the change is shown. Renditions are
named after the file, the rendition and its type, such as take.mov.thumbnail.jpg.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files, folders or projects: /Workspace/Project/Folder/file.mov, or an ID [default: the
    /// profile's project]
    #[arg(value_name = "FILE|FOLDER")]
    targets: Vec<String>,
    /// Directory to download to; created if missing
    #[arg(long = "output", short = 'o', value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Rendition of each file to download
    #[arg(long, default_value = "original", value_parser = renditions())]
    rendition: String,
    /// Compute and print a checksum of each file
    #[arg(long, value_enum, value_name = "ALGORITHM")]
    checksum: Option<Algorithm>,
    /// Maximum number of files downloaded at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,
    /// Versions of version stacks to download: a number from the oldest (1), head or all
    #[arg(long, value_name = "N|head|all", default_value = "head", value_parser = version)]
    version: VersionChoice,
    /// Download files of the same size to compare their content
    #[arg(long)]
    verify_remote: bool,
    /// What to do if an existing file differs
    #[arg(long, value_enum, default_value = "skip", value_name = "ACTION")]
    on_conflict: OnConflict,
    /// Show which files would be downloaded, without downloading them
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    filters: FilterArgs,
    #[command(flatten)]
    compare: CompareArg,
    #[command(flatten)]
    pace: PaceArgs,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Algorithm {
    Xxh3,
    Xxh64,
    Sha256,
}

impl From<Algorithm> for Checksum {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Xxh3 => Self::Xxh3,
            Algorithm::Xxh64 => Self::Xxh64,
            Algorithm::Sha256 => Self::Sha256,
        }
    }
}

fn version(text: &str) -> Result<VersionChoice, String> {
    match text {
        "head" => Ok(VersionChoice::Head),
        "all" => Ok(VersionChoice::All),
        number => match number.parse() {
            Ok(number) if number > 0 => Ok(VersionChoice::Number(number)),
            _ => Err("expected a number from 1, head or all".to_owned()),
        },
    }
}

fn renditions() -> clap::builder::PossibleValuesParser {
    Rendition::ALL.map(|rendition| PossibleValue::new(rendition.as_str())).into()
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let rendition: Rendition = args.rendition.parse()?;
    if args.directory.exists() && !args.directory.is_dir() {
        let directory = args.directory.display();
        return Err(Failure::value("--output", directory, "it is not a directory"));
    }
    let filter = args.filters.filter()?;
    let (transfers, _) = global.limited_transfers(&args.pace)?;
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let targets: Vec<Option<&str>> = match &*args.targets {
        [] => vec![None],
        targets => targets.iter().map(|target| Some(&**target)).collect(),
    };
    // A target that does not exist fails the run before anything is downloaded.
    let mut items = Vec::new();
    for text in targets {
        let item = resolver.resolve(text).await?;
        check(&item)?;
        items.push(item);
    }
    let report = TransferReport::download(args.output, &args.directory, args.dry_run);
    // Reported paths begin with the workspace.
    let root = RemotePath::default();
    let mut tree = DownloadTree::items(items, &args.directory)
        .rendition(rendition)
        .filter(filter)
        .files_in_flight(args.concurrency.into())
        .on_conflict(args.on_conflict.into())
        .versions(args.version)
        .verify_remote(args.verify_remote)
        .dry_run(args.dry_run)
        .on_item(report.on_item(&root))
        .on_totals(report.on_totals())
        .progress(report.on_progress(&root));
    if let Some(algorithm) = args.checksum {
        tree = tree.checksum(algorithm.into());
    }
    if let Some(order) = args.pace.order() {
        tree = tree.order(order);
    }
    if let Some(path) = args.compare.checksums()? {
        tree = tree.checksums(path);
    }
    let result = shutdown::interruptible(transfers.download_tree(tree)).await;
    report.finish(result, "run the same command again to resume")
}

/// Refuses items without files.
fn check(item: &Resolved) -> Result<(), Failure> {
    if item.file().is_some() || item.folder_id().is_some() {
        return Ok(());
    }
    let reason = match item.item {
        ResolvedItem::Workspace => "is a workspace: pass its projects instead",
        _ => "has no version to download",
    };
    Err(Failure::usage(format!("'{}' {reason}", item.path)))
}
