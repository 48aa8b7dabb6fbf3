//! The upload of a tree, from the walk through local files to the summary.

use std::future::{Future, poll_fn};
use std::path::PathBuf;
use std::pin::pin;
use std::task::Poll;

use tokio::task::{JoinError, JoinSet};

use super::UploadTree;
use super::file::{Comparison, FileUpload};
use super::local::{EntryKind, LocalEntry, Walker};
use super::patterns::Patterns;
use super::remote::{RemoteFolder, RemoteFolders};
use super::state::StateDirectory;
use crate::checksums::Checksums;
use crate::summary::Ignored;
use crate::tasks::settled;
use crate::upload::manifest::Manifest;
use crate::{
    Checksum, Existing, Item, Outcome, RemotePath, Summary, TransferError, TransferErrorKind,
    Transfers, Upload,
};

pub(super) async fn run(transfers: Transfers, tree: UploadTree) -> Result<Summary, TransferError> {
    if matches!(tree.existing, Existing::Overwrite | Existing::ReplaceDifferent) {
        let message =
            "the service cannot replace files; use `Existing::SkipSame` or `Existing::Refuse`";
        return Err(TransferError::new(TransferErrorKind::Invalid, message));
    }
    let patterns = Patterns::new(&tree.include, &tree.exclude)?;
    let is_eager = !patterns.has_include();
    let walker = Walker::new(&tree, patterns).await?;
    let state = match tree.manifests.clone().filter(|_| !tree.dry_run) {
        Some(path) => {
            StateDirectory::open(path, tree.account.clone(), tree.on_warning.clone()).await
        }
        None => None,
    };
    let folders = RemoteFolders {
        client: transfers.inner.client.clone(),
        account: tree.account.clone(),
        state,
        dry_run: tree.dry_run,
    };
    let root = folders.list(tree.folder.clone()).await?;
    let checksums = match tree.checksums.clone() {
        Some(path) => Some(Checksums::open(path).await?),
        None => None,
    };
    Driver {
        comparison: Comparison { existing: tree.existing, checksums },
        transfers,
        tree,
        folders,
        is_eager,
        levels: vec![Level::new(RemotePath::default(), PathBuf::new(), LevelState::Found(root))],
        uploads: JoinSet::new(),
        summary: Summary::default(),
    }
    .run(walker)
    .await
}

struct Driver {
    transfers: Transfers,
    tree: UploadTree,
    folders: RemoteFolders,
    comparison: Comparison,
    /// Whether empty folders are created too.
    is_eager: bool,
    /// Folders from the root to the current position of the walk.
    levels: Vec<Level>,
    /// Running uploads. Each returns the item of a file, and items of unfinished files of its name.
    uploads: JoinSet<Vec<Item>>,
    summary: Summary,
}

struct Level {
    path: RemotePath,
    local: PathBuf,
    state: LevelState,
    /// Whether patterns excluded some of its content.
    has_excluded: bool,
}

enum LevelState {
    /// Not looked up yet.
    Unknown,
    Found(RemoteFolder),
    /// The folder can be neither found nor created.
    Broken,
}

impl Level {
    const fn new(path: RemotePath, local: PathBuf, state: LevelState) -> Self {
        Self { path, local, state, has_excluded: false }
    }
}

impl Driver {
    async fn run(mut self, mut walker: Walker) -> Result<Summary, TransferError> {
        loop {
            let (rest, batch) = self.reporting(walker.batch()).await?;
            walker = rest;
            if batch.is_empty() {
                break;
            }
            for entry in batch {
                self.entry(entry).await;
            }
        }
        while self.levels.len() > 1 {
            self.leave().await;
        }
        while let Some(items) = self.uploads.join_next().await {
            self.joined(items);
        }
        Ok(self.summary)
    }

    async fn entry(&mut self, entry: LocalEntry) {
        let LocalEntry { remote, local, kind } = entry;
        while self.levels.len() > 1
            && self.levels.last().is_some_and(|level| !level.path.is_above(&remote))
        {
            self.leave().await;
        }
        match kind {
            EntryKind::Folder => self.levels.push(Level::new(remote, local, LevelState::Unknown)),
            EntryKind::File(size) => self.file(remote, local, size).await,
            EntryKind::Ignored(reason) => {
                if let (Ignored::Excluded, Some(level)) = (reason, self.levels.last_mut()) {
                    level.has_excluded = true;
                }
                self.done(Item::new(remote, local, Outcome::Ignored(reason)));
            }
            EntryKind::Failed(error) => self.failed(remote, local, error),
        }
    }

    /// Leaves the current folder. Creates it if it contains no files to upload, unless it is only
    /// empty because of the patterns.
    async fn leave(&mut self) {
        let Some(level) = self.levels.last() else { return };
        let is_unknown = matches!(level.state, LevelState::Unknown);
        let is_left_out = is_unknown && level.has_excluded;
        if is_unknown && self.is_eager && !is_left_out {
            self.find().await;
        }
        self.levels.pop();
        if let Some(parent) = self.levels.last_mut().filter(|_| is_left_out) {
            parent.has_excluded = true;
        }
    }

    /// Finds or creates the folders from the root to the current position.
    async fn find(&mut self) {
        let folders = self.folders.clone();
        for at in 1..self.levels.len() {
            let [.., above, level] = self.levels.get_mut(..=at).unwrap_or_default() else { break };
            if !matches!(level.state, LevelState::Unknown) {
                continue;
            }
            let LevelState::Found(above) = std::mem::replace(&mut above.state, LevelState::Broken)
            else {
                level.state = LevelState::Broken;
                continue;
            };
            let (path, local) = (level.path.clone(), level.local.clone());
            let name = path.names().last().map_or("", |name| name);
            let folder = self.reporting(folders.folder(&above, name)).await;
            let state = match folder {
                Ok(folder) => LevelState::Found(folder),
                Err(error) => {
                    self.failed(path, local, error);
                    LevelState::Broken
                }
            };
            if let [.., parent, level] = self.levels.get_mut(..=at).unwrap_or_default() {
                parent.state = LevelState::Found(above);
                level.state = state;
            }
        }
    }

    async fn file(&mut self, remote: RemotePath, local: PathBuf, size: Option<u64>) {
        self.find().await;
        let Some(Level { state: LevelState::Found(folder), .. }) = self.levels.last() else {
            let message = "cannot find or create its folder";
            let error = TransferError::new(TransferErrorKind::Api, message);
            return self.failed(remote, local, error);
        };
        let name = remote.names().last().cloned().unwrap_or_default();
        let existing = folder.files(&name);
        let (folder_id, log) = (folder.id.clone(), folder.log.clone());
        // A pipe cannot be read again, so its upload cannot be resumed.
        let state = self.folders.state.clone().filter(|_| size.is_some());
        let manifest = state.zip(folder_id.as_ref()).and_then(|(state, folder)| {
            let path = state.manifest(folder, &local)?;
            Some((state, path))
        });
        let comparison = self.comparison.clone();
        match self.reporting(comparison.same(&existing, &local, size)).await {
            Ok(None) => {}
            Ok(file_id) => {
                if let Some((_, manifest)) = manifest {
                    // The leftover of a run that was stopped after the upload was complete.
                    self.reporting(Manifest::remove_unused(manifest)).await;
                }
                return self.done(Item { remote, local, file_id, outcome: Outcome::Skipped });
            }
            Err(error) => return self.failed(remote, local, error),
        }
        let Some(folder_id) = folder_id.filter(|_| !self.tree.dry_run) else {
            return self.done(Item::new(remote, local, Outcome::Planned { bytes: size }));
        };
        while self.uploads.len() >= self.tree.files_in_flight {
            match self.uploads.join_next().await {
                Some(items) => self.joined(items),
                None => break,
            }
        }
        let mut upload = Upload::from_path(&self.tree.account, folder_id, &local).name(name);
        if let Some(parts) = self.tree.parts_in_flight {
            upload = upload.parts_in_flight(parts);
        }
        let recorded = self.comparison.checksums.as_ref().map(|_| Checksum::Xxh3);
        if let Some(checksum) = self.tree.checksum.or(recorded) {
            upload = upload.checksum(checksum);
        }
        if let Some(report) = self.tree.report.clone() {
            let remote = remote.clone();
            upload = upload.progress(move |progress| report(&remote, progress));
        }
        let unfinished = existing.into_iter().filter(|file| !file.is_complete).collect();
        let file = FileUpload {
            transfers: self.transfers.clone(),
            comparison,
            upload: upload.restart(manifest.is_some()),
            remote,
            local,
            size,
            unfinished,
            manifest,
            log,
        };
        self.uploads.spawn(file.run());
    }

    /// Awaits a future, and reports finished uploads in the meantime.
    async fn reporting<T>(&mut self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        poll_fn(|cx| {
            while let Poll::Ready(Some(items)) = self.uploads.poll_join_next(cx) {
                self.joined(items);
            }
            future.as_mut().poll(cx)
        })
        .await
    }

    fn joined(&mut self, items: Result<Vec<Item>, JoinError>) {
        // These tasks are never aborted, so the only error is a panic, which is resumed.
        settled(items).into_iter().flatten().for_each(|item| self.done(item));
    }

    fn failed(&mut self, remote: RemotePath, local: PathBuf, error: TransferError) {
        self.done(Item::failed(remote, local, error));
    }

    fn done(&mut self, item: Item) {
        self.summary.add(item, self.tree.on_item.as_ref());
    }
}
