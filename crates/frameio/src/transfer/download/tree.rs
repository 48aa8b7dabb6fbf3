//! Folder trees, received with their structure.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use frameio_core::{AccountId, FolderId, ProjectId};
use tokio::task::JoinSet;

use super::super::summary::{OnItem, OnProgress};
use super::super::tasks::{blocking, settled};
use super::super::{
    Entry, Item, Outcome, Progress, RemotePath, SafeNames, Summary, TransferError,
    TransferErrorKind, Transfers, Walk,
};
use super::{Download, Downloaded, Existing, Rendition};
use crate::assets::{Asset, AssetSort};
use crate::files::{File, FileStatus};

/// A folder or a project to be received into a directory; done by [`Transfers::download_tree`].
///
/// | setting | default |
/// |---|---|
/// | files under way at a time | 4 |
/// | files that are there with the same size | skipped |
/// | dry run | no |
///
/// What is received is the originals; of a version stack, its newest version. Names are made
/// [safe](super::super::SafeNames), so nothing is ever written outside of the directory; symbolic
/// links in it are not followed. The links come with the lists of files, 500 in a call, so that the
/// quota of `files.show` is no limit; only where one has expired it is asked for by itself.
///
/// Rerun, it goes on where it was: what is complete is skipped, what is not is resumed.
#[derive(Clone)]
#[must_use = "a tree is not received until it is given to `Transfers::download_tree`"]
pub struct DownloadTree {
    account: AccountId,
    root: Root,
    directory: PathBuf,
    files_in_flight: usize,
    parts_in_flight: usize,
    existing: Existing,
    dry_run: bool,
    on_item: Option<OnItem>,
    report: Option<OnProgress>,
}

#[derive(Clone, Debug)]
enum Root {
    Folder(FolderId),
    Project(ProjectId),
}

impl DownloadTree {
    /// Receives what is in a folder into `directory`, which is made if it is not there.
    pub fn new(
        account: impl Into<AccountId>,
        folder: impl Into<FolderId>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self::of(account.into(), Root::Folder(folder.into()), directory.into())
    }

    /// Receives what is in a project into `directory`, which is made if it is not there.
    pub fn project(
        account: impl Into<AccountId>,
        project: impl Into<ProjectId>,
        directory: impl Into<PathBuf>,
    ) -> Self {
        Self::of(account.into(), Root::Project(project.into()), directory.into())
    }

    fn of(account: AccountId, root: Root, directory: PathBuf) -> Self {
        Self {
            account,
            root,
            directory,
            files_in_flight: 4,
            parts_in_flight: 4,
            existing: Existing::SkipSame,
            dry_run: false,
            on_item: None,
            report: None,
        }
    }

    /// Receives so many files at a time. At least one. Default: 4.
    pub fn files_in_flight(mut self, files: usize) -> Self {
        self.files_in_flight = files.max(1);
        self
    }

    /// Receives so many parts of a file at a time. At least one. Default: 4.
    pub fn parts_in_flight(mut self, parts: usize) -> Self {
        self.parts_in_flight = parts.max(1);
        self
    }

    /// Decides what is done with files that are there. Default: [`Existing::SkipSame`].
    pub fn existing(mut self, existing: Existing) -> Self {
        self.existing = existing;
        self
    }

    /// Only tells what would be received, and writes nothing. Default: no.
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// Tells what became of each file, as soon as it is known.
    pub fn on_item(mut self, on_item: impl Fn(&Item) + Send + Sync + 'static) -> Self {
        self.on_item = Some(Arc::new(on_item));
        self
    }

    /// Tells how far each file under way is, by its path at the service, as [`Download::progress`]
    /// does.
    pub fn progress(
        mut self,
        report: impl Fn(&RemotePath, Progress) + Send + Sync + 'static,
    ) -> Self {
        self.report = Some(Arc::new(report));
        self
    }
}

impl fmt::Debug for DownloadTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadTree")
            .field("account", &self.account)
            .field("root", &self.root)
            .field("directory", &self.directory)
            .field("files_in_flight", &self.files_in_flight)
            .field("existing", &self.existing)
            .field("dry_run", &self.dry_run)
            .finish_non_exhaustive()
    }
}

impl Transfers {
    /// Receives a tree. What fails is in the summary, and holds up nothing else.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn download_tree(
        &self,
        tree: DownloadTree,
    ) -> impl Future<Output = Result<Summary, TransferError>> + Send + use<> {
        let transfers = self.clone();
        async move { Box::pin(receive(transfers, tree)).await }
    }
}

async fn receive(transfers: Transfers, tree: DownloadTree) -> Result<Summary, TransferError> {
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
        if self.tree.dry_run {
            let (path, size) = (local.clone(), file.file_size);
            let there = at(local.clone(), move || Ok(std::fs::metadata(path).ok())).await;
            let there = there.ok().flatten().map(|metadata| metadata.len());
            let is_same = there == Some(size) && self.tree.existing == Existing::SkipSame;
            let bytes = file.file_size;
            let outcome = if is_same { Outcome::Skipped } else { Outcome::Planned { bytes } };
            let file_id = Some(file.id.clone());
            return self.done(Item { remote, local, file_id, outcome });
        }
        let mut download = Download::new(&self.tree.account, &file.id, &local)
            .parts_in_flight(self.tree.parts_in_flight)
            .existing(self.tree.existing);
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
        let file_id = Some(file.id.clone());
        let receiving = self.transfers.download(download);
        self.under_way.spawn(async move {
            let outcome = match receiving.await {
                Ok(Downloaded { skipped: true, .. }) => Outcome::Skipped,
                Ok(Downloaded { received: bytes, .. }) => Outcome::Transferred { bytes },
                Err(error) => Outcome::Failed(error),
            };
            Item { remote, local, file_id, outcome }
        });
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
