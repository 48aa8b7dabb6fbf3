//! A tree from its beginning to its end.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use frameio_core::FolderId;
use tokio::task::JoinSet;

use super::super::{Checksum, Download, Downloaded, Existing, Rendition};
use super::{DownloadTree, Root};
use crate::checksums::Checksums;
use crate::tasks::{blocking, settled};
use crate::{
    Entry, Item, Outcome, RemotePath, SafeNames, Summary, TransferError, TransferErrorKind,
    Transfers, Walk,
};
use frameio_api::assets::{Asset, AssetSort};
use frameio_api::files::{File, FileStatus};

pub(super) async fn run(
    transfers: Transfers,
    tree: DownloadTree,
) -> Result<Summary, TransferError> {
    let checksums = match tree.checksums.clone() {
        Some(path) => Some(Checksums::open(path).await?),
        None => None,
    };
    if !tree.dry_run {
        let directory = tree.directory.clone();
        at(tree.directory.clone(), move || std::fs::create_dir_all(directory)).await?;
    }
    let walk = match &tree.root {
        Root::Folder(folder) => transfers.walk(&tree.account, folder),
        Root::Project(project) => transfers.walk_project(&tree.account, project),
    };
    // What was there first keeps its name, so that names do not change when more comes.
    let walk = walk.include([Rendition::Original.include()]).sort(AssetSort::CreatedAtAsc);
    Receiving {
        transfers,
        tree,
        checksums,
        folders: HashMap::new(),
        under_way: JoinSet::new(),
        summary: Summary::default(),
    }
    .run(walk)
    .await
}

struct Receiving {
    transfers: Transfers,
    tree: DownloadTree,
    checksums: Option<Checksums>,
    folders: HashMap<FolderId, Local>,
    under_way: JoinSet<Item>,
    summary: Summary,
}

/// A folder on the disk.
#[derive(Clone)]
struct Local {
    path: PathBuf,
    names: SafeNames,
    /// Nothing can be written there.
    is_broken: bool,
}

impl Receiving {
    async fn run(mut self, mut walk: Walk) -> Result<Summary, TransferError> {
        while let Some(entry) = walk.next().await {
            match entry {
                Ok(entry) => self.entry(entry).await,
                Err(error) => {
                    let outcome = Outcome::Failed(error.error);
                    self.done(Item::new(error.path, PathBuf::new(), outcome));
                }
            }
            while let Some(item) = self.under_way.try_join_next() {
                self.joined(item);
            }
        }
        while let Some(item) = self.under_way.join_next().await {
            self.joined(item);
        }
        Ok(self.summary)
    }

    async fn entry(&mut self, entry: Entry) {
        // Only the root is not told by an entry of its own.
        let root = &self.tree.directory;
        let parent = self.folders.entry(entry.folder_id.clone()).or_insert_with(|| Local {
            path: root.clone(),
            names: SafeNames::new(),
            is_broken: false,
        });
        if parent.is_broken {
            if let Asset::Folder(folder) = &entry.asset {
                let local = parent.clone();
                self.folders.insert(folder.id.clone(), local);
            } else {
                let message = "its folder could not be made";
                let error = TransferError::new(TransferErrorKind::Disk, message);
                self.failed(entry.path, PathBuf::new(), error);
            }
            return;
        }
        let id = entry.asset.id();
        let name = parent.names.name(entry.asset.name(), id.as_str());
        let local = parent.path.join(name);
        match &entry.asset {
            Asset::Folder(folder) => self.folder(&folder.id, entry.path, local).await,
            _ => match entry.file() {
                Some(file) => self.file(file, entry.path.clone(), local).await,
                None => {
                    let message = match entry.asset {
                        Asset::VersionStack(_) => "the version stack names no newest version",
                        _ => "it is of a kind that this version does not know",
                    };
                    let error = TransferError::new(TransferErrorKind::Invalid, message);
                    self.failed(entry.path, local, error);
                }
            },
        }
    }

    async fn folder(&mut self, id: &FolderId, remote: RemotePath, local: PathBuf) {
        let path = local.clone();
        let made = match self.tree.dry_run {
            true => Ok(()),
            false => at(local.clone(), move || make(&path)).await,
        };
        let (path, is_broken) = (local.clone(), made.is_err());
        self.folders.insert(id.clone(), Local { path, names: SafeNames::new(), is_broken });
        if let Err(error) = made {
            self.failed(remote, local, error);
        }
    }

    async fn file(&mut self, file: &File, remote: RemotePath, local: PathBuf) {
        if file.status == FileStatus::Created {
            let message = "there is no original: the file is not uploaded yet";
            let error = TransferError::new(TransferErrorKind::Invalid, message).of_file(&file.id);
            return self.failed(remote, local, error);
        }
        let mut existing = self.tree.existing;
        if existing == Existing::SkipSame && (self.tree.dry_run || self.checksums.is_some()) {
            let is_same = match self.is_same(file, &local).await {
                Ok(is_same) => is_same,
                Err(error) => return self.failed(remote, local, error),
            };
            if is_same && self.tree.dry_run {
                let file_id = Some(file.id.clone());
                return self.done(Item { remote, local, file_id, outcome: Outcome::Skipped });
            }
            if !is_same {
                existing = Existing::Overwrite;
            }
        }
        if self.tree.dry_run {
            let (file_id, bytes) = (Some(file.id.clone()), file.file_size);
            let outcome = Outcome::Planned { bytes };
            return self.done(Item { remote, local, file_id, outcome });
        }
        let mut download = Download::new(&self.tree.account, &file.id, &local)
            .parts_in_flight(self.tree.parts_in_flight)
            .existing(existing);
        if self.checksums.is_some() {
            download = download.checksum(Checksum::Xxh3);
        }
        let links = file.media_links.as_deref();
        let url = links.and_then(|links| Rendition::Original.url(links));
        download.known = url.map(|url| (url, file.file_size));
        while self.under_way.len() >= self.tree.files_in_flight {
            match self.under_way.join_next().await {
                Some(item) => self.joined(item),
                None => break,
            }
        }
        if let Some(report) = self.tree.report.clone() {
            let remote = remote.clone();
            download = download.progress(move |progress| report(&remote, progress));
        }
        let (file_id, checksums) = (file.id.clone(), self.checksums.clone());
        let receiving = self.transfers.download(download);
        self.under_way.spawn(async move {
            let outcome = match receiving.await {
                Ok(Downloaded { skipped: true, .. }) => Outcome::Skipped,
                Ok(Downloaded { received: bytes, digest, .. }) => {
                    if let Some((checksums, digest)) = checksums.zip(digest) {
                        checksums.keep(&file_id, digest.as_str()).await;
                    }
                    Outcome::Transferred { bytes }
                }
                Err(error) => Outcome::Failed(error),
            };
            Item { remote, local, file_id: Some(file_id), outcome }
        });
    }

    /// Whether there is a file already that is the same, as far as can be told.
    async fn is_same(&self, file: &File, local: &Path) -> Result<bool, TransferError> {
        let path = local.to_owned();
        let there = blocking(move || std::fs::metadata(path)).await;
        if !there.is_ok_and(|there| there.is_file() && there.len() == file.file_size) {
            return Ok(false);
        }
        match &self.checksums {
            Some(checksums) => Ok(!checksums.differs(&file.id, local).await?),
            None => Ok(true),
        }
    }

    fn joined(&mut self, item: Result<Item, tokio::task::JoinError>) {
        // Nothing but a panic ends a task of ours.
        if let Ok(item) = settled(item) {
            self.done(item);
        }
    }

    fn failed(&mut self, remote: RemotePath, local: PathBuf, error: TransferError) {
        self.done(Item::failed(remote, local, error));
    }

    fn done(&mut self, item: Item) {
        self.summary.add(item, self.tree.on_item.as_ref());
    }
}

/// Makes a directory, unless there is one; a link to one is none.
fn make(path: &Path) -> io::Result<()> {
    match std::fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if std::fs::symlink_metadata(path)?.is_dir() {
                Ok(())
            } else {
                Err(io::Error::new(io::ErrorKind::NotADirectory, "it is no directory"))
            }
        }
        result => result,
    }
}

async fn at<T: Send + 'static>(
    path: PathBuf,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, TransferError> {
    blocking(work).await.map_err(|error| {
        let message = format!("{} cannot be made: {error}", path.display());
        TransferError::new(TransferErrorKind::Disk, message).because(error)
    })
}
