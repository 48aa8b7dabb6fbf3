//! The download of a tree, from the walk through remote folders to the summary.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use frameio_api::assets::{Asset, AssetSort};
use frameio_api::files::{File, FileStatus};
use frameio_core::{AccountId, FolderId};
use tokio::task::JoinSet;

use super::local_folder::{LocalFolder, check_directory, create_directory};
use super::{DownloadTree, Root};
use crate::checksums::Checksums;
use crate::download::driver::{inspect, open, with_extension};
use crate::download::link::{KnownLink, absent};
use crate::existing::{Decision, RemoteContent, conflict};
use crate::tasks::{blocking, settled};
use crate::{
    Checksum, Download, Downloaded, Entry, Existing, Item, Outcome, RemotePath, Rendition,
    Resolved, Summary, TransferError, TransferErrorKind, Transfers, Walk,
};

pub(super) async fn run(
    transfers: Transfers,
    tree: DownloadTree,
) -> Result<Summary, TransferError> {
    let checksums = match tree.checksums.clone() {
        Some(path) => Some(Checksums::open(path).await?),
        None => None,
    };
    let directory = tree.directory.clone();
    if !tree.dry_run {
        let path = directory.clone();
        at(&directory, move || std::fs::create_dir_all(path)).await?;
    }
    let path = directory.clone();
    let directory = at(&directory, move || LocalFolder::read(path)).await?;
    let mut run = TreeDownload {
        transfers,
        tree,
        checksums,
        downloads: JoinSet::new(),
        summary: Summary::default(),
    };
    run.root(directory).await;
    while let Some(item) = run.downloads.join_next().await {
        run.joined(item);
    }
    Ok(run.summary)
}

struct TreeDownload {
    transfers: Transfers,
    tree: DownloadTree,
    checksums: Option<Checksums>,
    downloads: JoinSet<Item>,
    summary: Summary,
}

/// The directories of one walk.
struct Folders {
    account: AccountId,
    /// Path of the root of the walk.
    above: RemotePath,
    /// Directory of the root, which is not an entry of the walk.
    root: LocalFolder,
    below: HashMap<FolderId, LocalFolder>,
}

/// A file to download.
struct Target<'a> {
    account: &'a AccountId,
    file: &'a File,
    remote: RemotePath,
    /// Local path; for a rendition without its extension.
    local: PathBuf,
}

impl TreeDownload {
    async fn root(&mut self, mut directory: LocalFolder) {
        match self.tree.root.clone() {
            Root::Folder(account, folder) => {
                let walk = self.transfers.walk(&account, &folder);
                self.walk(walk, account, RemotePath::default(), directory).await;
            }
            Root::Project(account, project) => {
                let walk = self.transfers.walk_project(&account, &project);
                self.walk(walk, account, RemotePath::default(), directory).await;
            }
            Root::Items(items) => {
                for item in items {
                    self.item(item, &mut directory).await;
                }
            }
        }
    }

    /// Downloads a file, or a folder to a directory of its name.
    async fn item(&mut self, item: Resolved, directory: &mut LocalFolder) {
        let account = &item.account_id;
        if let Some(file) = item.file() {
            let local = self.local(directory, &file.name, file.id.as_str());
            let remote = item.path.clone();
            return self.file(Target { account, file, remote, local }).await;
        }
        let Some(folder) = item.folder_id() else {
            let message =
                "it is not a file, folder or project, or it is a version stack without a head";
            let error = TransferError::new(TransferErrorKind::Invalid, message);
            return self.failed(item.path, PathBuf::new(), error);
        };
        let name = item.path.names().last().map_or("", |name| name);
        let local = directory.item(name, folder.as_str());
        match self.directory(&local).await {
            Ok(root) => {
                let walk = self.transfers.walk(account, folder);
                self.walk(walk, account.clone(), item.path, root).await;
            }
            Err(error) => self.failed(item.path, local, error),
        }
    }

    async fn walk(&mut self, walk: Walk, account: AccountId, above: RemotePath, root: LocalFolder) {
        // The oldest item keeps its name, so names do not change when items are added.
        let mut walk = walk.include([self.tree.rendition.include()]).sort(AssetSort::CreatedAtAsc);
        let mut folders = Folders { account, above, root, below: HashMap::new() };
        while let Some(entry) = walk.next().await {
            match entry {
                Ok(entry) => self.entry(entry, &mut folders).await,
                Err(error) => {
                    let path = folders.above.append(&error.path);
                    self.failed(path, PathBuf::new(), error.error);
                }
            }
            while let Some(item) = self.downloads.try_join_next() {
                self.joined(item);
            }
        }
    }

    async fn entry(&mut self, entry: Entry, folders: &mut Folders) {
        let remote = folders.above.append(&entry.path);
        let parent = folders.below.get_mut(&entry.folder_id).unwrap_or(&mut folders.root);
        if parent.is_broken {
            let path = parent.path.clone();
            if let Asset::Folder(folder) = &entry.asset {
                folders.below.insert(folder.id.clone(), LocalFolder::broken(path));
            } else {
                let message = "cannot create its directory";
                let error = TransferError::new(TransferErrorKind::Disk, message);
                self.failed(remote, PathBuf::new(), error);
            }
            return;
        }
        if let Asset::Folder(folder) = &entry.asset {
            let local = parent.item(&folder.name, folder.id.as_str());
            let below = match self.directory(&local).await {
                Ok(below) => below,
                Err(error) => {
                    self.failed(remote, local.clone(), error);
                    LocalFolder::broken(local)
                }
            };
            folders.below.insert(folder.id.clone(), below);
            return;
        }
        let local = self.local(parent, entry.asset.name(), entry.asset.id().as_str());
        match entry.file() {
            Some(file) => {
                self.file(Target { account: &folders.account, file, remote, local }).await;
            }
            None => {
                let message = match entry.asset {
                    Asset::VersionStack(_) => "the version stack has no head",
                    _ => "its type is not supported by this version",
                };
                let error = TransferError::new(TransferErrorKind::Invalid, message);
                self.failed(remote, local, error);
            }
        }
    }

    /// Creates a directory, except in a dry run, and reads its names.
    async fn directory(&self, path: &Path) -> Result<LocalFolder, TransferError> {
        let (local, dry_run) = (path.to_owned(), self.tree.dry_run);
        at(path, move || {
            match dry_run {
                true => check_directory(&local)?,
                false => create_directory(&local)?,
            }
            LocalFolder::read(local)
        })
        .await
    }

    /// Returns the path of a file, or of its rendition without the extension.
    fn local(&self, parent: &mut LocalFolder, name: &str, id: &str) -> PathBuf {
        match self.tree.rendition {
            Rendition::Original => parent.item(name, id),
            rendition => parent.derived(&format!("{name}.{rendition}"), id),
        }
    }

    async fn file(&mut self, target: Target<'_>) {
        let Target { file, .. } = &target;
        let wanted = self.tree.rendition;
        let links = file.media_links.as_deref();
        let url = links.and_then(|links| wanted.url(links));
        let is_absent = wanted != Rendition::Original && links.is_some() && url.is_none();
        if file.status == FileStatus::Created || is_absent {
            let message = absent(wanted, &file.status);
            let error = TransferError::new(TransferErrorKind::Invalid, message).of_file(&file.id);
            return self.failed(target.remote, target.local, error);
        }
        let known = url.map(|url| KnownLink::new(file, url));
        let mut download = self.download(&target);
        download.known = known;
        if wanted == Rendition::Original {
            match self.decide(&target).await {
                Ok(Planned::Receive(existing)) => download.existing = existing,
                Ok(Planned::Skip) => return self.outcome(target, Outcome::Skipped),
                Err(error) => return self.failed(target.remote, target.local, error),
            }
            if self.tree.dry_run {
                let bytes = Some(file.file_size);
                return self.outcome(target, Outcome::Planned { bytes });
            }
        }
        self.spawn(target, download).await;
    }

    fn download(&self, target: &Target<'_>) -> Download {
        let mut download = Download::new(target.account, &target.file.id, &target.local)
            .rendition(self.tree.rendition)
            .add_extension(self.tree.rendition != Rendition::Original)
            .parts_in_flight(self.tree.parts_in_flight)
            .existing(self.tree.existing);
        download.max_size = self.tree.max_size;
        download.checksum =
            self.tree.checksum.or(self.checksums.is_some().then_some(Checksum::Xxh3));
        if let Some(report) = self.tree.report.clone() {
            let remote = target.remote.clone();
            download = download.progress(move |progress| report(&remote, progress));
        }
        download
    }

    /// Applies the policy for existing files to an original.
    async fn decide(&self, target: &Target<'_>) -> Result<Planned, TransferError> {
        let existing = self.tree.existing;
        let (path, file) = (&target.local, target.file);
        let decision = inspect(path, existing, RemoteContent::of(file)).await?;
        match (decision, &self.checksums) {
            (Decision::Skip, Some(checksums)) if checksums.differs(&file.id, path).await? => {
                if existing == Existing::ReplaceDifferent {
                    return Ok(Planned::Receive(Existing::Overwrite));
                }
                let reason = "its checksum differs from the recorded one of the remote file";
                Err(conflict(path, reason))
            }
            (Decision::Skip, _) => Ok(Planned::Skip),
            _ => Ok(Planned::Receive(existing)),
        }
    }

    /// Downloads a file in a new task. A dry run only requests its size.
    async fn spawn(&mut self, target: Target<'_>, download: Download) {
        while self.downloads.len() >= self.tree.files_in_flight {
            match self.downloads.join_next().await {
                Some(item) => self.joined(item),
                None => break,
            }
        }
        let (file_id, remote) = (target.file.id.clone(), target.remote);
        let transfers = self.transfers.clone();
        if self.tree.dry_run {
            self.downloads.spawn(async move {
                let (local, outcome) = plan(&transfers, download).await;
                Item::new(remote, local, outcome).of_file(Some(file_id))
            });
            return;
        }
        let checksums = self.checksums.clone();
        let is_original = self.tree.rendition == Rendition::Original;
        let mut local = download.path.clone();
        self.downloads.spawn(async move {
            let outcome = match transfers.download(download).await {
                Ok(done) => {
                    if let Some((checksums, digest)) = checksums.zip(done.digest.as_ref())
                        && is_original
                        && digest.checksum() == Checksum::Xxh3
                    {
                        checksums.keep(&file_id, digest.as_str()).await;
                    }
                    local = done.path.clone();
                    received(done)
                }
                Err(error) => Outcome::of_error(error),
            };
            Item::new(remote, local, outcome).of_file(Some(file_id))
        });
    }

    fn joined(&mut self, item: Result<Item, tokio::task::JoinError>) {
        // These tasks are never aborted, so the only error is a panic, which is resumed.
        if let Ok(item) = settled(item) {
            self.done(item);
        }
    }

    fn outcome(&mut self, target: Target<'_>, outcome: Outcome) {
        let Target { file, remote, local, .. } = target;
        self.done(Item::new(remote, local, outcome).of_file(Some(file.id.clone())));
    }

    fn failed(&mut self, remote: RemotePath, local: PathBuf, error: TransferError) {
        self.done(Item::failed(remote, local, error));
    }

    fn done(&mut self, item: Item) {
        self.summary.add(item, self.tree.on_item.as_ref());
    }
}

enum Planned {
    Skip,
    Receive(Existing),
}

fn received(done: Downloaded) -> Outcome {
    match done {
        Downloaded { skipped: true, .. } => Outcome::Skipped,
        Downloaded { received: bytes, digest, .. } => Outcome::Transferred { bytes, digest },
    }
}

/// Plans the download of a rendition, whose size only the storage reports.
async fn plan(transfers: &Transfers, mut download: Download) -> (PathBuf, Outcome) {
    let announced = async {
        let (client, mut remote, _) = open(&transfers.inner, &download).await?;
        let announced = client.announced().await?;
        remote.size = announced.size;
        Ok::<_, TransferError>((remote, announced.extension))
    };
    let (remote, extension) = match Box::pin(announced).await {
        Ok(announced) => announced,
        Err(error) => return (download.path, Outcome::of_error(error)),
    };
    download.path = with_extension(&download.path, extension.as_deref());
    let outcome = match inspect(&download.path, download.existing, remote).await {
        Ok(Decision::Skip) => Outcome::Skipped,
        Ok(Decision::Receive | Decision::ReceiveAndCompare) => {
            Outcome::Planned { bytes: remote.size }
        }
        Err(error) => Outcome::of_error(error),
    };
    (download.path, outcome)
}

async fn at<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, TransferError> {
    blocking(work).await.map_err(|error| {
        let message = format!("cannot use the directory '{}': {error}", path.display());
        TransferError::new(TransferErrorKind::Disk, message).because(error)
    })
}
