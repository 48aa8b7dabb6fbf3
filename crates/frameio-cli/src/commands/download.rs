//! `frameio download`: files, folders and projects into a directory.

use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::PossibleValue;
use frameio::transfer::{
    Checksum, Download, DownloadTree, Existing, Place, Rendition, SafeNames, Target, Transfers,
};

use crate::args::{AccountArg, CompareArg, GlobalArgs, OutputArgs};
use crate::exit::{Failure, Status};
use crate::report::TransferReport;
use crate::resolver::Resolver;
use crate::shutdown;

pub(super) const HELP: &str = "\
A folder or project is downloaded into a directory of its name; of a version stack, the newest
version is downloaded. An existing file of the same size is skipped, one of another size is
replaced. To resume an interrupted download, run the same command again. Names that are unsafe on a
disk are changed.

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
    /// Rendition of files to download instead of the original
    #[arg(long, default_value = "original", value_parser = renditions())]
    rendition: String,
    /// Compute a checksum of each file while it is received, and print it
    #[arg(long, value_enum)]
    checksum: Option<Algorithm>,
    /// Maximum number of files of a folder in flight
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,
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
        check(args, &place, rendition)?;
        places.push(place);
    }
    let report = TransferReport::new(args.output);
    let downloads = DownloadRun { args, transfers, rendition, report };
    let result = shutdown::interruptible(downloads.all(places)).await;
    downloads.report.finish(result, "run the same command again to resume")
}

/// Refuses places without files, and options of files for folders.
fn check(args: &Args, place: &Place, rendition: Rendition) -> Result<(), Failure> {
    let is_file = place.file().is_some();
    if !is_file && place.folder_id().is_none() {
        let message = "is not a file, folder or project, or has no version to download";
        return Err(Failure::usage(&place.path, message));
    }
    let only = match (rendition, args.checksum) {
        (Rendition::Original, None) => return Ok(()),
        (Rendition::Original, Some(_)) => "--checksum",
        _ => "--rendition",
    };
    match is_file {
        true => Ok(()),
        false => {
            Err(Failure::usage(only, format!("applies to files only, not to '{}'", place.path)))
        }
    }
}

/// Downloads what the arguments name.
struct DownloadRun<'a> {
    args: &'a Args,
    transfers: Transfers,
    rendition: Rendition,
    report: Arc<TransferReport>,
}

impl DownloadRun<'_> {
    async fn all(&self, places: Vec<Place>) -> Result<(), Failure> {
        let mut names = SafeNames::new();
        for place in places {
            match &place.target {
                Target::File(_) | Target::VersionStack(_) => {
                    let Some(file) = place.file() else { continue };
                    let name = names.name(&file.name, file.id.as_str());
                    self.file(&place, self.args.directory.join(name)).await?;
                }
                _ => {
                    let Some(folder) = place.folder_id() else { continue };
                    let name = place.path.names().last().map_or("", |name| name);
                    let name = names.name(name, folder.as_str());
                    self.folder(&place, self.args.directory.join(name)).await?;
                }
            }
        }
        Ok(())
    }

    async fn folder(&self, place: &Place, local: PathBuf) -> Result<(), Failure> {
        let Some(folder) = place.folder_id() else { return Ok(()) };
        let mut tree = DownloadTree::new(&place.account_id, folder, local)
            .files_in_flight(self.args.concurrency.into())
            .dry_run(self.args.dry_run)
            .on_item(self.report.on_item(&place.path))
            .progress(self.report.on_progress(&place.path));
        if let Some(path) = self.args.compare.checksums()? {
            tree = tree.checksums(path);
        }
        self.transfers.download_tree(tree).await?;
        Ok(())
    }

    async fn file(&self, place: &Place, local: PathBuf) -> Result<(), Failure> {
        let Some(file) = place.file() else { return Ok(()) };
        let remote = place.path.to_string();
        if self.args.dry_run {
            self.report.planned(&remote, &file.id, &local, file.file_size);
            return Ok(());
        }
        let directory = &self.args.directory;
        std::fs::create_dir_all(directory).map_err(|error| {
            Failure::new(Status::Other, format!("{}: {error}", directory.display()))
        })?;
        let (report, path) = (self.report.clone(), remote.clone());
        let mut download = Download::new(&place.account_id, &file.id, &local)
            .rendition(self.rendition)
            .existing(Existing::SkipSame)
            .progress(move |progress| report.progress(&path, progress));
        if let Some(algorithm) = self.args.checksum {
            download = download.checksum(algorithm.into());
        }
        match self.transfers.download(download).await {
            Ok(done) => self.report.downloaded(&remote, &file.id, &done),
            Err(error) => self.report.failed(&remote, &local, error),
        }
        Ok(())
    }
}
