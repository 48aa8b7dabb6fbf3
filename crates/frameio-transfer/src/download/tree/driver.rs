//! The download of a tree, from the walk through remote folders to the summary.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::future::poll_fn;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::Poll;

use frameio_api::assets::{Asset, AssetSort};
use frameio_api::files::{File, FileStatus};
use frameio_api::folders::Folder;
use frameio_core::{AccountId, FolderId, SignedUrl};
use futures_core::Stream;
use tokio::task::JoinSet;

use super::DownloadTree;
use super::decide::Decider;
use super::deletions::Found;
use super::file::FileDownload;
use super::filtered::text;
use super::local_folder::{LocalFolder, check_directory, create_directory};
use super::siblings::{Named, Unnamed};
use crate::backlog::Backlog;
use crate::checksums::Checksums;
use crate::filter::Bases;
use crate::local_file::reason;
use crate::summary::not_found;
use crate::tasks::{blocking, settled};
use crate::{
    Compared, Entry, Item, Outcome, RemotePath, Rendition, Summary, TransferError,
    TransferErrorKind, Transfers, Verdict, Walk, WalkError,
};

pub(super) struct TreeDownload {
    pub(super) transfers: Transfers,
    pub(super) tree: DownloadTree,
    pub(super) checksums: Option<Checksums>,
    pub(super) decider: Decider,
    /// Remote files, for deletions.
    pub(super) found: Found,
    /// Directories that were created for selected files.
    pub(super) created: HashSet<PathBuf>,
    /// Files that wait for their download.
    pub(super) queue: Backlog<FileDownload>,
    /// Whether originals are not listed, because the user may not download them.
    pub(super) has_no_originals: bool,
    pub(super) downloads: JoinSet<Item>,
    /// Files with a temporary name, by their path.
    pub(super) unnamed: BTreeMap<PathBuf, Unnamed>,
    pub(super) summary: Summary,
}

/// The directories of one walk.
struct Folders {
    account: AccountId,
    /// Path of the root of the walk.
    above: RemotePath,
    /// Directory of the root, which is not an entry of the walk.
    root: LocalFolder,
    below: HashMap<FolderId, LocalFolder>,
    /// Directories that paths of the filter are relative to.
    bases: Bases,
}

/// A file to download.
pub(super) struct Target<'a> {
    pub(super) account: &'a AccountId,
    pub(super) file: &'a File,
    pub(super) remote: RemotePath,
    /// Local path; for a rendition without its extension.
    pub(super) local: PathBuf,
    pub(super) rendition: Rendition,
    /// Whether the local file has another name than the remote one: a version or a rendition.
    pub(super) is_copy: bool,
    /// Link to the rendition, if it was listed.
    pub(super) url: Option<SignedUrl>,
}

impl TreeDownload {
    pub(super) async fn run(mut self, directory: LocalFolder) -> Result<Summary, TransferError> {
        let inner = self.transfers.inner.clone();
        let found = inner.stop.until(self.root(directory)).await;
        self.queue.complete();
        self.start();
        // Stopped downloads record what they have received.
        while let Some(item) = self.downloads.join_next().await {
            self.joined(item);
        }
        self.name_files().await;
        found?;
        inner.stop.until(self.delete()).await?;
        self.remove_emptied().await;
        for path in self.decider.matcher.missing() {
            self.done(not_found(&path));
        }
        Ok(self.summary)
    }

    pub(super) async fn walk(
        &mut self,
        start: impl Fn(&Transfers) -> Walk + Send + Sync,
        (account, above, bases): (AccountId, RemotePath, Bases),
        root: LocalFolder,
    ) {
        let (matcher, relative) = (self.decider.matcher.clone(), bases.clone());
        // The oldest item keeps its name, so names do not change when items are added.
        let start = |this: &Self| {
            let (matcher, relative) = (matcher.clone(), relative.clone());
            start(&this.transfers)
                .include(this.includes())
                .sort(AssetSort::CreatedAtAsc)
                .enter_if(move |path| matcher.exclude(&relative, &text(path), true).is_none())
        };
        let mut walk = start(self);
        self.summary.folders += 1;
        let mut folders = Folders { account, above, root, below: HashMap::new(), bases };
        while let Some(entry) = self.next_entry(&mut walk).await {
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
        }
    }

    /// Returns the next entry of a walk, and reports finished files in the meantime.
    async fn next_entry(&mut self, walk: &mut Walk) -> Option<Result<Entry, WalkError>> {
        poll_fn(|cx| {
            while let Poll::Ready(Some(item)) = self.downloads.poll_join_next(cx) {
                self.joined(item);
            }
            Pin::new(&mut *walk).poll_next(cx)
        })
        .await
    }

    async fn entry(&mut self, entry: Entry, folders: &mut Folders) {
        let remote = folders.above.append(&entry.path);
        if let Asset::Folder(folder) = &entry.asset {
            return self.folder(&entry, folder, remote, folders).await;
        }
        let parent = folders.below.get_mut(&entry.folder_id).unwrap_or(&mut folders.root);
        if parent.is_broken {
            self.found.is_incomplete = true;
            let message = "cannot create its directory";
            let error = TransferError::new(TransferErrorKind::Disk, message);
            return self.failed(remote, PathBuf::new(), error);
        }
        if let Asset::File(file) = &entry.asset
            && self.decider.waiting.contains(&file.id)
        {
            // It is no file of its own, and must not get a local name.
            let reason = "it was sent from here as a new version, and is not stacked yet";
            let item = Item::new(remote, PathBuf::new(), Outcome::Skipped);
            let compared = Compared::new(Verdict::Equal, reason);
            return self.done(item.of_file(Some(file.id.clone())).compared(compared));
        }
        let below = text(&entry.path);
        let ignored = entry.file().and_then(|file| self.ignored(&folders.bases, (&below, file)));
        if let Some(reason) = ignored {
            // It keeps its local name, so that names do not depend on the filter.
            let folder = (&folders.account, &entry.folder_id);
            let file = entry.file().map(|file| &file.id);
            let id = entry.asset.id();
            let name = entry.asset.name();
            let item = Named { name, id: id.as_str(), file, is_folder: false };
            let local = self.local_path(folder, parent, item).await;
            self.note(&entry, &local);
            return self.ignore(remote, entry.file(), reason);
        }
        let unfinished = entry.file().filter(|file| file.status == FileStatus::Created);
        let is_synced = self.decider.state.is_some() && self.tree.place().is_some();
        if let Some(file) = unfinished.filter(|_| is_synced) {
            // It must not take the local name of a complete file.
            let item = Item::new(remote, PathBuf::new(), Outcome::Unfinished);
            return self.done(item.of_file(Some(file.id.clone())));
        }
        if let (Asset::VersionStack(stack), true) = (&entry.asset, self.chooses_versions()) {
            let account = &folders.account;
            return self.versions(account, stack, remote, parent).await;
        }
        self.asset(&entry, (&folders.account, remote), parent).await;
    }

    /// Enters a folder.
    async fn folder(
        &mut self,
        entry: &Entry,
        folder: &Folder,
        remote: RemotePath,
        folders: &mut Folders,
    ) {
        let parent = folders.below.get_mut(&entry.folder_id).unwrap_or(&mut folders.root);
        if parent.is_broken {
            self.found.is_incomplete = true;
            let broken = LocalFolder::broken(parent.path.clone());
            folders.below.insert(folder.id.clone(), broken);
            return;
        }
        self.summary.folders += 1;
        let (name, id) = (&*folder.name, folder.id.as_str());
        let item = Named { name, id, file: None, is_folder: true };
        let local = self.local_path((&folders.account, &entry.folder_id), parent, item).await;
        self.found.directories.insert(self.decider.key(&local));
        let excluded = self.decider.matcher.exclude(&folders.bases, &text(&entry.path), true);
        if let Some(reason) = excluded {
            return self.ignore(remote, None, reason);
        }
        let opened = match self.directory(&local).await {
            Ok(below) => self.adopt(&local, &folder.id).await.map(|()| below),
            Err(error) => Err(error),
        };
        let below = match opened {
            Ok(below) => below,
            Err(error) => {
                self.failed(remote, local.clone(), error);
                LocalFolder::broken(local)
            }
        };
        folders.below.insert(folder.id.clone(), below);
    }

    /// Downloads a file, or the head of a version stack.
    async fn asset(
        &mut self,
        entry: &Entry,
        (account, remote): (&AccountId, RemotePath),
        parent: &mut LocalFolder,
    ) {
        let (name, id) = (entry.asset.name(), entry.asset.id());
        if let Some(file) = entry.file() {
            let parent = (parent, Some(&entry.folder_id));
            let local = self.named((account, file, remote), parent, (name, id.as_str())).await;
            return self.note(entry, &local);
        }
        let local = parent.item(name, id.as_str());
        self.note(entry, &local);
        let message = match entry.asset {
            Asset::VersionStack(_) => "the version stack has no head",
            _ => "its type is not supported by this version",
        };
        let error = TransferError::new(TransferErrorKind::Invalid, message);
        self.failed(remote, local, error);
    }

    /// Records the remote folder of a directory.
    async fn adopt(&self, local: &Path, folder: &FolderId) -> Result<(), TransferError> {
        match &self.decider.state {
            Some(state) => state.adopt(&state.key(local), folder).await,
            None => Ok(()),
        }
    }

    /// Reads the names in a directory. Creates it, except in a dry run or if it may get no files.
    pub(super) async fn directory(&self, path: &Path) -> Result<LocalFolder, TransferError> {
        let (local, creates) = (path.to_owned(), !self.tree.options.dry_run && !self.is_lazy());
        at(path, move || {
            match creates {
                true => create_directory(&local)?,
                false => check_directory(&local)?,
            }
            LocalFolder::read(local)
        })
        .await
    }

    pub(super) fn joined(&mut self, item: Result<Item, tokio::task::JoinError>) {
        // These tasks are never aborted, so the only error is a panic, which is resumed.
        if let Ok(item) = settled(item) {
            self.start();
            self.done(item);
        }
    }

    pub(super) fn failed(&mut self, remote: RemotePath, local: PathBuf, error: TransferError) {
        self.done(Item::failed(remote, local, error));
    }

    pub(super) fn done(&mut self, item: Item) {
        match self.unnamed.get_mut(&item.local) {
            Some(unnamed) if unnamed.item.is_none() => unnamed.item = Some(item),
            _ => self.report(item),
        }
    }

    pub(super) fn report(&mut self, item: Item) {
        self.summary.add(item, self.tree.options.on_item.as_ref());
    }
}

pub(super) async fn at<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, TransferError> {
    blocking(work).await.map_err(|error| {
        let message = format!("cannot use the directory '{}': {}", path.display(), reason(&error));
        TransferError::new(TransferErrorKind::Disk, message).because(error)
    })
}
