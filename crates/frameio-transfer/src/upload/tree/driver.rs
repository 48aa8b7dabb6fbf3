//! A tree from its beginning to its end.

use std::future::{Future, poll_fn};
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::Poll;
use std::time::SystemTime;

use frameio_core::{FileId, FolderId};
use tokio::task::{JoinError, JoinSet};
use twox_hash::XxHash3_64;

use super::UploadTree;
use super::local::{Found, Kind, Walker};
use super::patterns::Patterns;
use super::remote::{Remote, RemoteFile};
use crate::checksums::{Checksums, hash};
use crate::tasks::{blocking, settled};
use crate::{
    Existing, Item, Outcome, RemotePath, Summary, TransferError, TransferErrorKind, Transfers,
    Upload,
};

pub(super) async fn run(transfers: Transfers, tree: UploadTree) -> Result<Summary, TransferError> {
    if matches!(tree.existing, Existing::Overwrite | Existing::ReplaceDifferent) {
        let message = "the service replaces no files: skip those that are there, or refuse them";
        return Err(TransferError::new(TransferErrorKind::Invalid, message));
    }
    let patterns = Patterns::new(&tree.include, &tree.exclude)?;
    let is_eager = !patterns.choose();
    let walker = Walker::new(&tree, patterns).await?;
    let root = Remote::list(&transfers.inner.client, &tree.account, tree.folder.clone()).await?;
    let checksums = match tree.checksums.clone() {
        Some(path) => Some(Checksums::open(path).await?),
        None => None,
    };
    if let Some(directory) = tree.manifests.clone().filter(|_| !tree.dry_run) {
        make(directory).await?;
    }
    let root = Level { path: RemotePath::default(), local: PathBuf::new(), state: State::Is(root) };
    Sending {
        transfers,
        tree,
        checksums,
        is_eager,
        levels: vec![root],
        under_way: JoinSet::new(),
        summary: Summary::default(),
    }
    .run(walker)
    .await
}

/// Makes the directory of manifests, which are for nobody else.
async fn make(directory: PathBuf) -> Result<(), TransferError> {
    let shown = directory.display().to_string();
    let made = blocking(move || frameio_private_file::create_dir_all(&directory)).await;
    made.map_err(|error| {
        let message = format!("the directory of manifests {shown} cannot be made: {error}");
        TransferError::new(TransferErrorKind::Manifest, message).because(error)
    })
}

struct Sending {
    transfers: Transfers,
    tree: UploadTree,
    checksums: Option<Checksums>,
    /// Whether folders are created before it is known that something comes into them.
    is_eager: bool,
    /// The folders from the root to where the walk is.
    levels: Vec<Level>,
    /// Each gives a file, and what is left of others of its name.
    under_way: JoinSet<Vec<Item>>,
    summary: Summary,
}

struct Level {
    path: RemotePath,
    local: PathBuf,
    state: State,
}

enum State {
    /// Nobody has asked for it yet.
    Unknown,
    Is(Remote),
    /// It can be neither found nor created.
    Broken,
}

impl Sending {
    async fn run(mut self, mut walker: Walker) -> Result<Summary, TransferError> {
        loop {
            let (rest, batch) = self.meanwhile(walker.batch()).await?;
            walker = rest;
            if batch.is_empty() {
                break;
            }
            for found in batch {
                self.found(found).await;
            }
        }
        while let Some(items) = self.under_way.join_next().await {
            self.joined(items);
        }
        Ok(self.summary)
    }

    async fn found(&mut self, found: Found) {
        let Found { remote, local, kind } = found;
        while self.levels.len() > 1
            && self.levels.last().is_some_and(|level| !level.path.is_above(&remote))
        {
            self.levels.pop();
        }
        match kind {
            Kind::Folder => {
                self.levels.push(Level { path: remote, local, state: State::Unknown });
                if self.is_eager {
                    self.find().await;
                }
            }
            Kind::File(size) => self.file(remote, local, size).await,
            Kind::Ignored(why) => self.done(Item::new(remote, local, Outcome::Ignored(why))),
            Kind::Failed(error) => self.failed(remote, local, error),
        }
    }

    /// Finds or creates the folders down to where the walk is.
    async fn find(&mut self) {
        let (client, account) = (self.transfers.inner.client.clone(), self.tree.account.clone());
        let dry_run = self.tree.dry_run;
        for at in 1..self.levels.len() {
            let [.., above, level] = self.levels.get_mut(..=at).unwrap_or_default() else { break };
            if !matches!(level.state, State::Unknown) {
                continue;
            }
            let State::Is(above) = std::mem::replace(&mut above.state, State::Broken) else {
                level.state = State::Broken;
                continue;
            };
            let (path, local) = (level.path.clone(), level.local.clone());
            let name = path.names().last().map_or("", |name| name);
            let folder = self.meanwhile(above.folder(&client, &account, name, dry_run)).await;
            let state = match folder {
                Ok(folder) => State::Is(folder),
                Err(error) => {
                    self.failed(path, local, error);
                    State::Broken
                }
            };
            if let [.., parent, level] = self.levels.get_mut(..=at).unwrap_or_default() {
                parent.state = State::Is(above);
                level.state = state;
            }
        }
    }

    async fn file(&mut self, remote: RemotePath, local: PathBuf, size: u64) {
        self.find().await;
        let Some(Level { state: State::Is(folder), .. }) = self.levels.last() else {
            let message = "its folder could not be found or created";
            let error = TransferError::new(TransferErrorKind::Api, message);
            return self.failed(remote, local, error);
        };
        let name = remote.names().last().cloned().unwrap_or_default();
        let there = folder.files(&name);
        let folder_id = folder.id.clone();
        let manifest = match folder_id.as_ref().zip(self.tree.manifests.as_ref()) {
            Some((folder, directory)) => self.manifest(directory, folder, &local),
            None => None,
        };
        let mut complete = there.iter().filter(|file| file.is_complete);
        match self.tree.existing {
            Existing::Refuse => {
                if let Some(file) = complete.next() {
                    let message = "there is a file of this name already";
                    let error = TransferError::new(TransferErrorKind::Invalid, message);
                    return self.failed(remote, local, error.of_file(&file.id));
                }
            }
            _ => {
                let alike = complete.filter(|file| file.size == size).map(|file| file.id.clone());
                let same = match self.same(alike.collect(), &local).await {
                    Ok(same) => same,
                    Err(error) => return self.failed(remote, local, error),
                };
                if same.is_some() {
                    let file_id = same;
                    if let Some(manifest) = manifest.filter(|_| !self.tree.dry_run) {
                        // The run that left it was stopped when all had been sent.
                        drop(blocking(move || std::fs::remove_file(manifest)).await);
                    }
                    return self.done(Item { remote, local, file_id, outcome: Outcome::Skipped });
                }
            }
        }
        let Some(folder_id) = folder_id.filter(|_| !self.tree.dry_run) else {
            return self.done(Item::new(remote, local, Outcome::Planned { bytes: Some(size) }));
        };
        while self.under_way.len() >= self.tree.files_in_flight {
            match self.under_way.join_next().await {
                Some(items) => self.joined(items),
                None => break,
            }
        }
        let mut upload = Upload::from_path(&self.tree.account, folder_id, &local).name(name);
        if let Some(parts) = self.tree.parts_in_flight {
            upload = upload.parts_in_flight(parts);
        }
        if let Some(manifest) = manifest {
            upload = upload.manifest(manifest).restart(true);
        }
        if let Some(report) = self.tree.report.clone() {
            let remote = remote.clone();
            upload = upload.progress(move |progress| report(&remote, progress));
        }
        let unfinished = there.into_iter().filter(|file| !file.is_complete).collect();
        let sending = (self.transfers.clone(), self.checksums.clone());
        self.under_way.spawn(send(sending, upload, (remote, local), unfinished));
    }

    /// The first of some files of the same size that is the same, as far as can be told.
    async fn same(
        &mut self,
        alike: Vec<FileId>,
        local: &Path,
    ) -> Result<Option<FileId>, TransferError> {
        let Some(checksums) = self.checksums.clone() else {
            return Ok(alike.into_iter().next());
        };
        self.meanwhile(checksums.find(alike, local)).await
    }

    /// The manifest of a file: the same one whenever it is sent to this folder from here.
    fn manifest(&self, directory: &Path, folder: &FolderId, local: &Path) -> Option<PathBuf> {
        // One that could not name its source would be refused.
        let local = std::path::absolute(local).ok()?;
        let account = self.tree.account.as_str();
        let key = [account, folder.as_str(), local.to_str()?].join("\0");
        Some(directory.join(format!("{:016x}.upload", XxHash3_64::oneshot(key.as_bytes()))))
    }

    /// What a future gives, while what has been sent is told.
    async fn meanwhile<T>(&mut self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        poll_fn(|cx| {
            while let Poll::Ready(Some(items)) = self.under_way.poll_join_next(cx) {
                self.joined(items);
            }
            future.as_mut().poll(cx)
        })
        .await
    }

    fn joined(&mut self, items: Result<Vec<Item>, JoinError>) {
        // Nothing but a panic ends a task of ours.
        settled(items).into_iter().flatten().for_each(|item| self.done(item));
    }

    fn failed(&mut self, remote: RemotePath, local: PathBuf, error: TransferError) {
        self.done(Item::failed(remote, local, error));
    }

    fn done(&mut self, item: Item) {
        self.summary.add(item, self.tree.on_item.as_ref());
    }
}

/// Sends a file, and tells what is left of it and of others of its name.
async fn send(
    (transfers, checksums): (Transfers, Option<Checksums>),
    upload: Upload,
    (remote, local): (RemotePath, PathBuf),
    unfinished: Vec<RemoteFile>,
) -> Vec<Item> {
    let mut left: Vec<_> = unfinished.into_iter().map(|file| file.id).collect();
    let before = stamp(local.clone()).await;
    let sent = match transfers.upload(upload).await {
        Ok(uploaded) => {
            left.retain(|id| *id != uploaded.file.id);
            if let Some(replaced) = uploaded.replaced.filter(|id| !left.contains(id)) {
                left.push(replaced);
            }
            if let Some(checksums) = checksums {
                keep(&checksums, &uploaded.file.id, &local, before).await;
            }
            let outcome = Outcome::Transferred { bytes: uploaded.bytes, digest: None };
            let file_id = Some(uploaded.file.id);
            Item { remote: remote.clone(), local: local.clone(), file_id, outcome }
        }
        Err(error) => {
            left.retain(|id| Some(id) != error.file_id());
            Item::failed(remote.clone(), local.clone(), error)
        }
    };
    let left = left.into_iter().map(|id| Item {
        remote: remote.clone(),
        local: local.clone(),
        file_id: Some(id),
        outcome: Outcome::Unfinished,
    });
    [sent].into_iter().chain(left).collect()
}

/// What tells whether a file was written to.
async fn stamp(path: PathBuf) -> Option<(u64, SystemTime)> {
    let read = blocking(move || {
        let metadata = std::fs::metadata(path)?;
        Ok::<_, io::Error>((metadata.len(), metadata.modified()?))
    });
    read.await.ok()
}

/// Keeps the checksum of a file that was sent.
async fn keep(checksums: &Checksums, id: &FileId, local: &Path, before: Option<(u64, SystemTime)>) {
    let Ok(checksum) = hash(local.to_owned()).await else { return };
    // It may be another file by now than the one that was sent.
    if before.is_some() && before == stamp(local.to_owned()).await {
        checksums.keep(id, &checksum).await;
    }
}
