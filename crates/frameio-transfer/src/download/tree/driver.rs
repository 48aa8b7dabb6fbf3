//! The download of a tree, from the walk through remote folders to the summary.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use frameio_api::assets::{Asset, AssetSort};
use frameio_api::files::{File, FileStatus};
use frameio_core::{AccountId, FileId, FolderId, SignedUrl};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::decide::{Action, Decider, Decision};
use super::deletions::{self, Found};
use super::local_folder::{LocalFolder, check_directory, create_directory};
use super::{DownloadTree, Root};
use crate::checksums::Checksums;
use crate::download::driver::{inspect, open, with_extension};
use crate::download::link::KnownLink;
use crate::existing::{self, LocalTarget, RemoteContent, conflict};
use crate::local_file::unopened;
use crate::sync_state::{Access, Pair, Record, SyncState};
use crate::tasks::{blocking, settled};
use crate::{
    Checksum, Compared, Download, Downloaded, Entry, Existing, Item, OnConflict, Outcome,
    RemotePath, Rendition, Resolved, ResolvedItem, Summary, TransferError, TransferErrorKind,
    Transfers, Verdict, VersionChoice, Walk,
};

pub(super) async fn run(
    transfers: Transfers,
    tree: DownloadTree,
) -> Result<Summary, TransferError> {
    let checksums = match tree.checksums.clone() {
        Some(path) => Some(Checksums::open(path).await?),
        None => None,
    };
    check(&tree)?;
    let directory = tree.directory.clone();
    // A watched directory that no longer exists must not be created again.
    if !tree.dry_run && tree.open_state.is_none() {
        let path = directory.clone();
        at(&directory, move || std::fs::create_dir_all(path)).await?;
    }
    let state = open_state(&tree).await?;
    let path = directory.clone();
    let directory = at(&directory, move || LocalFolder::read(path)).await?;
    let decider = Decider {
        transfers: transfers.clone(),
        state,
        checksums: checksums.clone(),
        directory: tree.directory.clone(),
        trash: deletions::trash(&tree.directory),
        on_conflict: tree.on_conflict,
        verify_remote: tree.verify_remote,
        dry_run: tree.dry_run,
    };
    let mut run = TreeDownload {
        decider,
        found: Found::default(),
        has_no_originals: false,
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
    run.delete().await;
    Ok(run.summary)
}

/// Refuses settings that exclude each other.
fn check(tree: &DownloadTree) -> Result<(), TransferError> {
    let refuse =
        |message: &'static str| Err(TransferError::new(TransferErrorKind::Invalid, message));
    let has_state = tree.states.is_some();
    if has_state && !matches!(tree.root, Root::Folder(..)) {
        return refuse("only the download of a folder can have a state");
    }
    if tree.renditions.is_empty() {
        return refuse("the list of renditions is empty");
    }
    if has_state && tree.renditions != [Rendition::Original] {
        return refuse("only a download of originals can have a state");
    }
    if has_state && tree.versions != VersionChoice::Head {
        return refuse("only a download of heads can have a state");
    }
    if tree.deletion.is_some() && !has_state {
        return refuse("only a download with a state can delete files");
    }
    Ok(())
}

/// Opens the state of the tree.
async fn open_state(tree: &DownloadTree) -> Result<Option<SyncState>, TransferError> {
    if tree.open_state.is_some() {
        return Ok(tree.open_state.clone());
    }
    let (Some(states), Root::Folder(account, folder)) = (&tree.states, &tree.root) else {
        return Ok(None);
    };
    let path = tree.directory.clone();
    // A dry run does not create the directory.
    let canonical = blocking(move || path.canonicalize().or_else(|_| std::path::absolute(path)));
    let directory = Some(canonical.await.map_err(|error| unopened(&tree.directory, error))?);
    let (account, folder) = (account.clone(), folder.clone());
    let access = if tree.dry_run { Access::Read } else { Access::Exclusive };
    let pair = Pair { account, folder, directory, is_deleting: tree.deletion.is_some() };
    SyncState::open(states, pair, access).await.map(Some)
}

pub(super) struct TreeDownload {
    pub(super) transfers: Transfers,
    pub(super) tree: DownloadTree,
    checksums: Option<Checksums>,
    decider: Decider,
    /// Remote files, for deletions.
    found: Found,
    /// Whether originals are not listed, because the user may not download them.
    pub(super) has_no_originals: bool,
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
pub(super) struct Target<'a> {
    pub(super) account: &'a AccountId,
    pub(super) file: &'a File,
    pub(super) remote: RemotePath,
    /// Local path; for a rendition without its extension.
    pub(super) local: PathBuf,
    pub(super) rendition: Rendition,
    /// Link to the rendition, if it was listed.
    pub(super) url: Option<SignedUrl>,
}

impl TreeDownload {
    async fn root(&mut self, mut directory: LocalFolder) {
        match self.tree.root.clone() {
            Root::Folder(account, folder) => {
                let start = |transfers: &Transfers| transfers.walk(&account, &folder);
                self.walk(start, (account.clone(), RemotePath::default()), directory).await;
            }
            Root::Project(account, project) => {
                let start = |transfers: &Transfers| transfers.walk_project(&account, &project);
                self.walk(start, (account.clone(), RemotePath::default()), directory).await;
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
        if let (ResolvedItem::VersionStack(stack), true) = (&item.item, self.chooses_versions()) {
            return self.versions(account, stack, item.path.clone(), directory).await;
        }
        if let Some(file) = item.file() {
            let remote = item.path.clone();
            let name = (&*file.name, file.id.as_str());
            self.named((account, file, remote), directory, name).await;
            return;
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
                let start = |transfers: &Transfers| transfers.walk(account, folder);
                self.walk(start, (account.clone(), item.path.clone()), root).await;
            }
            Err(error) => self.failed(item.path, local, error),
        }
    }

    async fn walk(
        &mut self,
        start: impl Fn(&Transfers) -> Walk + Send + Sync,
        (account, above): (AccountId, RemotePath),
        root: LocalFolder,
    ) {
        // The oldest item keeps its name, so names do not change when items are added.
        let start = |this: &Self| {
            start(&this.transfers).include(this.includes()).sort(AssetSort::CreatedAtAsc)
        };
        let mut walk = start(self);
        self.summary.folders += 1;
        let mut folders = Folders { account, above, root, below: HashMap::new() };
        while let Some(entry) = walk.next().await {
            match entry {
                Ok(entry) => self.entry(entry, &mut folders).await,
                Err(error)
                    if error.path.names().is_empty() && self.omits_originals(&error.error) =>
                {
                    walk = start(self);
                }
                Err(error) => {
                    self.found.is_incomplete = true;
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
            self.found.is_incomplete = true;
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
            self.summary.folders += 1;
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
        let unfinished = entry.file().filter(|file| file.status == FileStatus::Created);
        if let Some(file) = unfinished.filter(|_| self.decider.state.is_some()) {
            // It must not take the local name of a complete file.
            let item = Item::new(remote, PathBuf::new(), Outcome::Unfinished);
            return self.done(item.of_file(Some(file.id.clone())));
        }
        if let (Asset::VersionStack(stack), true) = (&entry.asset, self.chooses_versions()) {
            let account = &folders.account;
            return self.versions(account, stack, remote, parent).await;
        }
        let named = (entry.asset.name(), entry.asset.id());
        match entry.file() {
            Some(file) => {
                let target = (&folders.account, file, remote);
                let local = self.named(target, parent, (named.0, named.1.as_str())).await;
                self.note(&entry, &local);
            }
            None => {
                let local = parent.item(named.0, named.1.as_str());
                self.note(&entry, &local);
                let message = match entry.asset {
                    Asset::VersionStack(_) => "the version stack has no head",
                    _ => "its type is not supported by this version",
                };
                let error = TransferError::new(TransferErrorKind::Invalid, message);
                self.failed(remote, local, error);
            }
        }
    }

    /// Notes a remote file for deletions.
    fn note(&mut self, entry: &Entry, local: &Path) {
        if self.tree.deletion.is_none() {
            return;
        }
        self.found.keys.insert(self.decider.key(local));
        self.found.ids.extend(entry.file().map(|file| file.id.clone()));
        if let Asset::VersionStack(stack) = &entry.asset {
            self.found.stacks.insert(stack.id.as_str().to_owned());
        }
    }

    /// Deletes files that exist only locally, if the settings allow it.
    async fn delete(&mut self) {
        let (Some(deletion), Root::Folder(account, _)) = (&self.tree.deletion, &self.tree.root)
        else {
            return;
        };
        let items = deletions::delete(&self.decider, account, &self.found, deletion).await;
        items.into_iter().for_each(|item| self.done(item));
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

    pub(super) async fn file(&mut self, target: Target<'_>) {
        let Target { file, rendition: wanted, .. } = target;
        let known = target.url.clone().map(|url| KnownLink::new(file, url));
        let mut download = self.download(&target);
        download.known = known;
        if wanted == Rendition::Original && self.compares() {
            return self.compared(target, download).await;
        }
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
            .rendition(target.rendition)
            .add_extension(target.rendition != Rendition::Original)
            .parts_in_flight(self.tree.parts_in_flight)
            .existing(self.tree.existing);
        download.max_size = self.tree.max_size;
        download.checksum =
            self.tree.checksum.or(self.checksums.is_some().then_some(Checksum::Xxh3));
        if self.decider.state.is_some() {
            download.checksum = download.checksum.or(Some(Checksum::Xxh64));
        }
        if let Some(report) = self.tree.report.clone() {
            let remote = target.remote.clone();
            download = download.progress(move |progress| report(&remote, progress));
        }
        download
    }

    /// Returns whether files are compared by more than the policy for existing files.
    const fn compares(&self) -> bool {
        self.decider.state.is_some()
            || self.decider.verify_remote
            || matches!(self.decider.on_conflict, OnConflict::KeepBoth)
    }

    /// Compares an original with the local file, and carries out the decision.
    async fn compared(&mut self, mut target: Target<'_>, mut download: Download) {
        let decided = self.decider.decide(target.account, target.file, &target.local).await;
        let Decision { action, compared } = match decided {
            Ok(decision) => decision,
            Err(error) => return self.failed(target.remote, target.local, error),
        };
        let outcome = match action {
            Action::Skip => match compared.verdict {
                Verdict::Changed => Outcome::Changed,
                _ => Outcome::Skipped,
            },
            Action::Conflict => Outcome::Conflict(conflict(&target.local, &compared.reason)),
            Action::Rename { from, record } => {
                match self.decider.rename(&from, record, &target.local).await {
                    Ok(()) => Outcome::Moved { from: RemotePath::new(from.split('/')) },
                    Err(error) => Outcome::of_error(error),
                }
            }
            Action::Receive { .. } | Action::Beside(..) if self.tree.dry_run => {
                Outcome::Planned { bytes: Some(target.file.file_size) }
            }
            Action::Receive { expected, is_last_copy } => {
                download.existing = match expected {
                    LocalTarget::Missing => Existing::SkipSame,
                    _ => Existing::Overwrite,
                };
                let expected = (expected, is_last_copy);
                let before = self.decider.before_rename(&target.local, target.file, expected);
                download.before_rename = Some(before);
                return self.spawn_compared(target, download, compared, None).await;
            }
            Action::Beside(path, acknowledged) => {
                let key = self.decider.key(&target.local);
                download.existing = Existing::SkipSame;
                download.path.clone_from(&path);
                target.local = path;
                let record = Some((key, acknowledged));
                return self.spawn_compared(target, download, compared, record).await;
            }
        };
        let Target { file, remote, local, .. } = target;
        let item = Item::new(remote, local, outcome).of_file(Some(file.id.clone()));
        let item = item.linked(Some(file.view_url.clone())).sized(Some(file.file_size));
        self.done(item.compared(compared));
    }

    /// Applies the policy for existing files to an original.
    async fn decide(&self, target: &Target<'_>) -> Result<Planned, TransferError> {
        let existing = self.tree.existing;
        let (path, file) = (&target.local, target.file);
        let decision = inspect(path, existing, RemoteContent::of(file)).await?;
        match (decision, &self.checksums) {
            (existing::Decision::Skip, Some(checksums))
                if checksums.differs(&file.id, path).await? =>
            {
                if existing == Existing::ReplaceDifferent {
                    return Ok(Planned::Receive(Existing::Overwrite));
                }
                let reason = "its checksum differs from the recorded one of the remote file";
                Err(conflict(path, reason))
            }
            (existing::Decision::Skip, _) => Ok(Planned::Skip),
            _ => Ok(Planned::Receive(existing)),
        }
    }

    /// Downloads a file in a new task. A dry run only requests its size.
    async fn spawn(&mut self, target: Target<'_>, download: Download) {
        if self.tree.dry_run {
            self.wait_for_turn().await;
            let (file_id, remote) = (target.file.id.clone(), target.remote);
            let view_url = Some(target.file.view_url.clone());
            let transfers = self.transfers.clone();
            self.downloads.spawn(async move {
                let (local, outcome) = plan(&transfers, download).await;
                Item::new(remote, local, outcome).of_file(Some(file_id)).linked(view_url)
            });
            return;
        }
        let job = self.job(&target, download);
        self.wait_for_turn().await;
        self.downloads.spawn(job.run());
    }

    /// Downloads a file that was compared. `acknowledged` is the record of a file next to which it is
    /// downloaded.
    async fn spawn_compared(
        &mut self,
        target: Target<'_>,
        download: Download,
        compared: Compared,
        acknowledged: Option<(String, Record)>,
    ) {
        let mut job = self.job(&target, download);
        job.decider = Some(self.decider.clone());
        job.compared = Some(compared);
        job.acknowledged = acknowledged;
        self.wait_for_turn().await;
        self.downloads.spawn(job.run());
    }

    fn job(&self, target: &Target<'_>, download: Download) -> FileDownload {
        FileDownload {
            transfers: self.transfers.clone(),
            download,
            remote: target.remote.clone(),
            file_id: target.file.id.clone(),
            view_url: target.file.view_url.clone(),
            checksums: self.checksums.clone(),
            decider: None,
            compared: None,
            acknowledged: None,
        }
    }

    async fn wait_for_turn(&mut self) {
        while self.downloads.len() >= self.tree.files_in_flight {
            match self.downloads.join_next().await {
                Some(item) => self.joined(item),
                None => break,
            }
        }
    }

    fn joined(&mut self, item: Result<Item, tokio::task::JoinError>) {
        // These tasks are never aborted, so the only error is a panic, which is resumed.
        if let Ok(item) = settled(item) {
            self.done(item);
        }
    }

    fn outcome(&mut self, target: Target<'_>, outcome: Outcome) {
        let Target { file, remote, local, .. } = target;
        let item = Item::new(remote, local, outcome).of_file(Some(file.id.clone()));
        self.done(item.linked(Some(file.view_url.clone())).sized(Some(file.file_size)));
    }

    pub(super) fn failed(&mut self, remote: RemotePath, local: PathBuf, error: TransferError) {
        self.done(Item::failed(remote, local, error));
    }

    fn done(&mut self, item: Item) {
        self.summary.add(item, self.tree.on_item.as_ref());
    }
}

/// The download of one file.
struct FileDownload {
    transfers: Transfers,
    download: Download,
    remote: RemotePath,
    file_id: FileId,
    view_url: String,
    checksums: Option<Checksums>,
    /// Records the file after the download.
    decider: Option<Decider>,
    compared: Option<Compared>,
    /// Record of the file next to which this one is downloaded.
    acknowledged: Option<(String, Record)>,
}

impl FileDownload {
    async fn run(self) -> Item {
        let is_original = self.download.source.rendition == Rendition::Original;
        let mut local = self.download.path.clone();
        let (started, mut size) = (Instant::now(), None);
        let outcome = match self.transfers.download(self.download).await {
            Ok(done) => {
                size = Some(done.size).filter(|size| *size > 0 || !done.skipped);
                if let Some((checksums, digest)) = self.checksums.zip(done.digest.as_ref())
                    && is_original
                {
                    match digest.checksum() {
                        Checksum::Xxh3 => checksums.keep(&self.file_id, digest.as_str()).await,
                        _ => checksums.keep_hash_of(&self.file_id, &done.path).await,
                    }
                }
                local = done.path.clone();
                if let Some(decider) = self.decider {
                    match (self.acknowledged, done.skipped) {
                        (Some((key, record)), _) => decider.acknowledge(&key, record).await,
                        (None, false) => decider.received(&local).await,
                        (None, true) => {}
                    }
                }
                received(done)
            }
            Err(error) => Outcome::of_error(error),
        };
        let item = Item::new(self.remote, local, outcome).of_file(Some(self.file_id));
        let item = item.linked(Some(self.view_url)).sized(size).took(started.elapsed());
        match self.compared {
            Some(compared) => item.compared(compared),
            None => item,
        }
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
        Ok(existing::Decision::Skip) => Outcome::Skipped,
        Ok(existing::Decision::Receive | existing::Decision::ReceiveAndCompare) => {
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
