//! `frameio download`: files, folders and projects into a directory.

use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::PossibleValue;
use frameio::transfer::{
    Checksum, Download as One, DownloadTree, Existing, Rendition, Resolved, ResolvedItem,
    SafeNames, Transfers,
};

use super::show::Show;
use super::target::{Account, Finder};
use super::{Compare, Output, transfers, until_stopped};
use crate::connect::Connection;
use crate::exit::{Failure, Status};

pub(super) const HELP: &str = "\
A folder or a project comes as a directory of its name, of a version stack its newest version. A \
file that is there with the same size is skipped, one of another size is replaced. Done again after \
it was interrupted, it goes on where it was. Names that are unsafe on a disk are changed.

  frameio download '/Studio/Film/Dailies/take.mov' '/Studio/Film/Stills' -o .";

#[derive(Debug, clap::Args)]
pub(crate) struct Download {
    /// Files, folders or projects: paths as /Workspace/Project/Folder/file.mov, or ids [default: the
    /// profile's project]
    #[arg(value_name = "FILE|FOLDER")]
    targets: Vec<String>,
    /// Where they go; it is made if it is not there
    #[arg(long = "output", short = 'o', value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// What to receive of files, in place of the originals
    #[arg(long, default_value = "original", value_parser = rendition())]
    rendition: String,
    /// Compute a checksum of files while they are received, and print it
    #[arg(long, value_enum)]
    checksum: Option<Algorithm>,
    /// How many files of a folder may be under way at once
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,
    /// Only tell what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    compare: Compare,
    #[command(flatten)]
    account: Account,
    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Algorithm {
    Xxh3,
    Sha256,
}

fn rendition() -> clap::builder::PossibleValuesParser {
    Rendition::ALL.map(|rendition| PossibleValue::new(rendition.as_str())).into()
}

impl Download {
    pub(super) async fn run(&self, connection: &Connection) -> Result<(), Failure> {
        let rendition: Rendition = self.rendition.parse()?;
        if self.directory.exists() && !self.directory.is_dir() {
            let message = format!("{} is no directory", self.directory.display());
            return Err(Failure::usage("--output", message));
        }
        let transfers = transfers(connection)?;
        let finder = Finder::new(connection, &transfers, &self.account)?;
        let targets: Vec<Option<&str>> = match &*self.targets {
            [] => vec![None],
            targets => targets.iter().map(|target| Some(&**target)).collect(),
        };
        // All are found before anything is received.
        let mut places = Vec::new();
        for text in targets {
            let place = finder.find(text).await?;
            self.check(&place, rendition)?;
            places.push(place);
        }
        let show = Show::new(self.output);
        let result = until_stopped(self.receive(&transfers, places, rendition, &show)).await;
        show.end(result, "the same command goes on where it was")
    }

    fn check(&self, place: &Resolved, rendition: Rendition) -> Result<(), Failure> {
        let is_file = place.file().is_some();
        if !is_file && place.folder_id().is_none() {
            let message = "is no file, folder or project, or has no version to receive";
            return Err(Failure::usage(&place.path, message));
        }
        let only = match (rendition, self.checksum) {
            (Rendition::Original, None) => return Ok(()),
            (Rendition::Original, Some(_)) => "--checksum",
            _ => "--rendition",
        };
        match is_file {
            true => Ok(()),
            false => Err(Failure::usage(only, format!("is of files, not of {}", place.path))),
        }
    }

    async fn receive(
        &self,
        transfers: &Transfers,
        places: Vec<Resolved>,
        rendition: Rendition,
        show: &Arc<Show>,
    ) -> Result<(), Failure> {
        let mut names = SafeNames::new();
        for place in places {
            match &place.item {
                ResolvedItem::File(_) | ResolvedItem::VersionStack(_) => {
                    let Some(file) = place.file() else { continue };
                    let local = self.directory.join(names.name(&file.name, file.id.as_str()));
                    self.file(transfers, &place, rendition, local, show).await?;
                }
                _ => {
                    let Some(folder) = place.folder_id() else { continue };
                    let name = place.path.names().last().map_or("", |name| name);
                    let local = self.directory.join(names.name(name, folder.as_str()));
                    let mut tree = DownloadTree::new(&place.account_id, folder, local)
                        .files_in_flight(self.concurrency.into())
                        .dry_run(self.dry_run)
                        .on_item(show.on_item(&place.path))
                        .progress(show.on_progress(&place.path));
                    if let Some(path) = self.compare.path()? {
                        tree = tree.checksums(path);
                    }
                    transfers.download_tree(tree).await?;
                }
            }
        }
        Ok(())
    }

    async fn file(
        &self,
        transfers: &Transfers,
        place: &Resolved,
        rendition: Rendition,
        local: PathBuf,
        show: &Arc<Show>,
    ) -> Result<(), Failure> {
        let Some(file) = place.file() else { return Ok(()) };
        let remote = place.path.to_string();
        if self.dry_run {
            show.planned(&remote, &file.id, &local, file.file_size);
            return Ok(());
        }
        std::fs::create_dir_all(&self.directory).map_err(|error| {
            let message = format!("{}: {error}", self.directory.display());
            Failure::new(Status::Other, message)
        })?;
        let (shown, path) = (show.clone(), remote.clone());
        let mut download = One::new(&place.account_id, &file.id, &local)
            .rendition(rendition)
            .existing(Existing::SkipSame)
            .progress(move |progress| shown.progress(&path, progress));
        if let Some(algorithm) = self.checksum {
            download = download.checksum(match algorithm {
                Algorithm::Xxh3 => Checksum::Xxh3,
                Algorithm::Sha256 => Checksum::Sha256,
            });
        }
        match transfers.download(download).await {
            Ok(done) => show.downloaded(&remote, &file.id, &done),
            Err(error) => show.failed(&remote, &local, &error),
        }
        Ok(())
    }
}
