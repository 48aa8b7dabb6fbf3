//! `frameio download`: downloads files, folders and projects into a directory.

use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::PossibleValue;
use frameio::transfer::{
    Checksum, DownloadTree, Filter, Rendition, Resolved, ResolvedItem, VersionChoice,
};

use super::upload::{not_recorded, warning};
use crate::args::{
    AccountArg, CompareArg, FilterArgs, GlobalArgs, MhlArgs, OnConflict, OutputArgs, PaceArgs,
    ReportArg, at_least_one,
};
use crate::completion;
use crate::config;
use crate::exit::{Failure, Status};
use crate::proof::{CHECKSUM, Proof, Roots};
use crate::report::TransferReport;
use crate::resolver::Resolver;

pub(super) const HELP: &str = "\
Examples:
  frameio download '/Film/The Crossing/Dailies/Day 01/Camera A/A001_C001.mov'
  frameio download '/Film/The Crossing/Stills' --rendition high_quality -o stills
  frameio download '/Film/The Crossing/Dailies' --rendition high_quality,efficient,original --mhl

A folder or project is downloaded into a directory with its name. Of a version stack, the head is
downloaded, or with '--version' another version or all of them, as take.v1.mov. Versions are numbered
from the oldest; their order is not always known.

An existing file that is recorded as equal and unchanged is replaced by a newer version. Without a
record, a file of the same size is skipped, and a file of another size is kept and reported as a
conflict, with the exit status 12; see --on-conflict.

To resume an interrupted download, run the same command again.

Filters select files as in uploads: see 'frameio upload --help'. Ages are the time since the upload.

A name that is not safe on the local file system is changed, and the change is shown. Renditions are
named after the file, the rendition and its type, such as take.mov.thumbnail.jpg.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files, folders or projects: /Workspace/Project/Folder/file.mov, or an ID [default: the
    /// profile's project]
    #[arg(value_name = "FILE|FOLDER", add = completion::place())]
    targets: Vec<String>,
    /// Directory to download to; created if missing
    #[arg(long = "output", short = 'o', value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Rendition of each file to download; of several, separated by commas, the first that exists
    #[arg(long, value_name = "RENDITION,…", default_value = "original", value_delimiter = ',', value_parser = renditions())]
    rendition: Vec<String>,
    /// Compute and print a checksum of each file
    #[arg(long, value_enum, value_name = "ALGORITHM")]
    checksum: Option<Algorithm>,
    /// Maximum number of files downloaded at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = at_least_one::<u16>)]
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
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    filters: FilterArgs,
    #[command(flatten)]
    compare: CompareArg,
    #[command(flatten)]
    pace: PaceArgs,
    #[command(flatten)]
    mhl: MhlArgs,
    #[command(flatten)]
    report: ReportArg,
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
    let renditions = args.rendition.iter().map(|name| name.parse());
    let renditions = renditions.collect::<Result<Vec<Rendition>, _>>()?;
    if args.directory.exists() && !args.directory.is_dir() {
        let directory = args.directory.display();
        return Err(Failure::value("--output", directory, "it is not a directory"));
    }
    let filter = args.filters.filter()?;
    let checksum = args.checksum()?;
    let output = args.output.transfers();
    let report = TransferReport::download(output, &args.directory, args.dry_run, &global.retries);
    report.save(args.report.file()?)?;
    let result = receive(global, args, (renditions, filter, checksum), &report).await;
    report.finish(result, "run the same command again to resume")
}

/// Looks up the items, and downloads them.
async fn receive(
    global: &GlobalArgs,
    args: &Args,
    (renditions, filter, checksum): (Vec<Rendition>, Filter, Option<Checksum>),
    report: &Arc<TransferReport>,
) -> Result<(), Failure> {
    let (transfers, _) = global.limited_transfers(&args.pace)?;
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let items = args.items(&resolver).await?;
    args.check_history(&items)?;
    let roots = Roots::downloaded(&args.directory, items.iter().filter_map(folder_name));
    let proof = Proof::of_download(&args.mhl, roots, args.dry_run, report)?;
    let mut tree = DownloadTree::items(items, &args.directory)
        .renditions(renditions)
        .filter(filter)
        .files_in_flight(args.concurrency.into())
        .on_conflict(args.on_conflict.into())
        .versions(args.version)
        .verify_remote(args.verify_remote)
        .dry_run(args.dry_run)
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
    if let Some(checksum) = checksum {
        tree = tree.checksum(checksum);
    }
    if let Some(order) = args.pace.order() {
        tree = tree.order(order);
    }
    if let Some(path) = args.compare.checksums()? {
        tree = tree.checksums(path);
    }
    proof.run(&transfers, transfers.download_tree(tree)).await
}

impl Args {
    /// Looks up the items. One that does not exist fails the run before anything is downloaded.
    async fn items(&self, resolver: &Resolver<'_>) -> Result<Vec<Resolved>, Failure> {
        let targets: Vec<Option<&str>> = match &*self.targets {
            [] => vec![None],
            targets => targets.iter().map(|target| Some(&**target)).collect(),
        };
        let mut items = Vec::new();
        for text in targets {
            let item = resolver.resolve(text).await.map_err(|mut failure| {
                if failure.status == Status::NotFound
                    && items.len() == 1
                    && text.is_some_and(|text| !text.starts_with('/'))
                {
                    failure.message += "; '-o' sets the directory of downloaded files";
                }
                failure
            })?;
            check(&item)?;
            items.push(item);
        }
        Ok(items)
    }

    /// Returns the checksum to compute.
    fn checksum(&self) -> Result<Option<Checksum>, Failure> {
        let given = self.checksum.map(Checksum::from);
        match (given, self.mhl.is_given()) {
            (Some(given), true) if given != CHECKSUM => {
                Err(Failure::usage("hash lists have XXH64: omit '--checksum', or use xxh64"))
            }
            (given, is_listed) => {
                let needs_checksum = is_listed || self.report.file()?.is_some();
                Ok(given.or(needs_checksum.then_some(CHECKSUM)))
            }
        }
    }

    /// Refuses several histories in one directory.
    fn check_history(&self, items: &[Resolved]) -> Result<(), Failure> {
        let folders = items.iter().filter_map(folder_name).count();
        let has_files = folders < items.len();
        match self.mhl.directory() {
            Some(directory) if folders + usize::from(has_files) > 1 => {
                let reason = "it has one history: download one folder, or files only";
                Err(Failure::value("--mhl-dir", directory.display(), reason))
            }
            _ => Ok(()),
        }
    }
}

/// Returns the name of a folder or project; `None` for a file.
fn folder_name(item: &Resolved) -> Option<&str> {
    let name = item.path.names().last()?;
    item.file().is_none().then_some(name)
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
