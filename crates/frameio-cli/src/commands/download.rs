//! `frameio download`: files, folders and projects into a directory.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use frameio::transfer::{Checksum, DownloadTree, RemotePath, Rendition, Resolved};

use crate::args::{AccountArg, CompareArg, GlobalArgs, OnConflict};
use crate::exit::Failure;
use crate::report::{OutputArgs, TransferReport};
use crate::resolver::Resolver;
use crate::shutdown;

pub(super) const HELP: &str = "\
A folder or project is downloaded into a directory of its name; of a version stack, the newest
version is downloaded. An existing file of the same size is skipped. One of another size is kept and
reported as a conflict, and the exit status is not 0. To resume an interrupted download, run the same
command again. Names that are unsafe on a disk are changed. A rendition of take.mov is named
take.mov.thumbnail.jpg, by the rendition and its type.

  frameio download '/Studio/Film/Dailies/take.mov' '/Studio/Film/Stills' -o .";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files, folders or projects: paths as /Workspace/Project/Folder/file.mov, or IDs [default: the
    /// profile's project]
    #[arg(value_name = "FILE|FOLDER")]
    targets: Vec<String>,
    /// Directory to write to; created if missing
    #[arg(long = "output", short = 'o', value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Rendition to download of each file instead of the original
    #[arg(long, default_value = "original", value_parser = renditions())]
    rendition: String,
    /// Compute a checksum of each file while it is received, and print it
    #[arg(long, value_enum)]
    checksum: Option<Algorithm>,
    /// Maximum number of files of a folder in flight
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,
    /// What to do about existing files that differ
    #[arg(long, value_enum, default_value = "skip", value_name = "ACTION")]
    on_conflict: OnConflict,
    /// Show what would be downloaded, without downloading it
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    compare: CompareArg,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Algorithm {
    Xxh3,
    Sha256,
}

impl From<Algorithm> for Checksum {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Xxh3 => Self::Xxh3,
            Algorithm::Sha256 => Self::Sha256,
        }
    }
}

fn renditions() -> clap::builder::PossibleValuesParser {
    Rendition::ALL.map(|rendition| PossibleValue::new(rendition.as_str())).into()
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let rendition: Rendition = args.rendition.parse()?;
    if args.directory.exists() && !args.directory.is_dir() {
        let message = format!("'{}' is not a directory", args.directory.display());
        return Err(Failure::usage("--output", message));
    }
    let transfers = global.transfers()?;
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let targets: Vec<Option<&str>> = match &*args.targets {
        [] => vec![None],
        targets => targets.iter().map(|target| Some(&**target)).collect(),
    };
    // All are resolved before anything is received.
    let mut places = Vec::new();
    for text in targets {
        let place = resolver.resolve(text).await?;
        check(&place)?;
        places.push(place);
    }
    let report = TransferReport::receiving(args.output, &args.directory);
    // Paths begin with the workspace.
    let root = RemotePath::default();
    let mut tree = DownloadTree::items(places, &args.directory)
        .rendition(rendition)
        .files_in_flight(args.concurrency.into())
        .existing(args.on_conflict.into())
        .dry_run(args.dry_run)
        .on_item(report.on_item(&root))
        .progress(report.on_progress(&root));
    if let Some(algorithm) = args.checksum {
        tree = tree.checksum(algorithm.into());
    }
    if let Some(path) = args.compare.checksums()? {
        tree = tree.checksums(path);
    }
    let result = shutdown::interruptible(transfers.download_tree(tree)).await;
    report.finish(result, "run the same command again to resume")
}

/// Refuses places without files.
fn check(place: &Resolved) -> Result<(), Failure> {
    if place.file().is_none() && place.folder_id().is_none() {
        let message = "is not a file, folder or project, or has no version to download";
        return Err(Failure::usage(&place.path, message));
    }
    Ok(())
}
