//! The upload of a tree, from the walk through local files to the summary.

use std::future::{Future, poll_fn};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::Poll;

use frameio_api::files::FileStatus;
use frameio_core::{FileId, FolderId};
use tokio::task::{JoinError, JoinSet};

use super::decide::{Action, Candidate, Decider, Decision};
use super::deletions::{self, LocalNames};
use super::file::{FileUpload, Finished, StackUpload};
use super::folder_log::FolderLog;
use super::local::{EntryKind, LocalEntry, Walker};
use super::queue::Job;
use super::remote::{RemoteFolder, RemoteFolders};
use super::renames::{self, Renames};
use super::state::StateDirectory;
use super::versions::{Group, Numbering};
use super::{Roots, UploadTree};
use crate::backlog::Backlog;
use crate::checksums::Checksums;
use crate::filter::Bases;
use crate::local_file::unopened;
use crate::summary::{Ignored, not_found};
use crate::sync_state::stamp::Stamp;
use crate::sync_state::{Access, Pair, Pending, SyncState, key_of, state_key};
use crate::tasks::{blocking, settled};
use crate::upload::manifest::Manifest;
use crate::versions::stack::Stacker;
use crate::{
    Checksum, Compared, IfExists, Item, OnConflict, Outcome, RemotePath, Summary, TransferError,
    TransferErrorKind, Transfers, Upload, Verdict,
};

pub(super) async fn run(transfers: Transfers, tree: UploadTree) -> Result<Summary, TransferError> {
    if tree.on_conflict == OnConflict::Replace {
        let message = "the service cannot replace files; use another policy for conflicts";
        return Err(TransferError::new(TransferErrorKind::Invalid, message));
    }
    if tree.deletion.is_some() && (tree.states.is_none() || !matches!(tree.roots, Roots::Within(_)))
    {
        let message = "only the upload of one directory with a state can delete files";
        return Err(TransferError::new(TransferErrorKind::Invalid, message));
    }
    let matcher = tree.filter.matcher()?.hidden(tree.hidden);
    let is_eager = !matcher.is_selective() && tree.selection.is_none();
    let walker = Walker::new(&tree, matcher.clone()).await?;
    let sync_state = open_state(&tree).await?;
    let manifests = tree.manifests.clone().or_else(|| tree.states.clone());
    let state = match manifests.filter(|_| !tree.dry_run) {
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
        version_pattern: tree.version_pattern.clone(),
    };
    let root = folders.list(tree.folder.clone()).await?;
    let checksums = match tree.checksums.clone() {
        Some(path) => Some(Checksums::open(path).await?),
        None => None,
    };
    let decider = Decider {
        transfers: transfers.clone(),
        stacker: Stacker::new(transfers.inner.clone(), tree.account.clone(), tree.reorder),
        state: sync_state,
        directory: match &tree.roots {
            Roots::Within(directory) => Some(directory.clone()),
            Roots::Paths(_) => None,
        },
        checksums,
        matcher,
        bases: match &tree.roots {
            Roots::Within(directory) => Bases::new(None, directory),
            Roots::Paths(_) => Bases::default(),
        },
        on_conflict: tree.on_conflict,
        verify_remote: tree.verify_remote,
        dry_run: tree.dry_run,
    };
    let finds_renames = matches!(tree.roots, Roots::Within(_))
        && tree.selection.as_ref().is_none_or(|selection| selection.renames);
    let records = decider.state.as_ref().filter(|_| finds_renames);
    let mut records = records.map(SyncState::records).unwrap_or_default();
    records.retain(|(key, record)| decider.selects(key, record.stamp));
    let renames = Renames::new(records);
    Driver {
        renames,
        local: LocalNames::default(),
        decider,
        transfers,
        queue: Backlog::new(tree.order, tree.on_totals.clone()),
        tree,
        folders,
        is_eager,
        levels: vec![Level::new(
            RemotePath::default(),
            PathBuf::new(),
            LevelState::Found(Box::new(root)),
        )],
        uploads: JoinSet::new(),
        stacking: JoinSet::new(),
        new_versions: 0,
        summary: Summary::default(),
    }
    .run(walker)
    .await
}

/// Opens the state of the tree.
async fn open_state(tree: &UploadTree) -> Result<Option<SyncState>, TransferError> {
    if tree.open_state.is_some() {
        return Ok(tree.open_state.clone());
    }
    let Some(states) = &tree.states else { return Ok(None) };
    let (directory, access) = match &tree.roots {
        Roots::Within(directory) => {
            let canonical = directory.clone();
            let canonical = blocking(move || canonical.canonicalize()).await;
            (Some(canonical.map_err(|error| unopened(directory, error))?), Access::Exclusive)
        }
        Roots::Paths(_) => (None, Access::Shared),
    };
    let access = if tree.dry_run { Access::Read } else { access };
    let (account, folder) = (tree.account.clone(), tree.folder.clone());
    let is_deleting = tree.deletion.is_some();
    SyncState::open(states, Pair { account, folder, directory, is_deleting }, access)
        .await
        .map(Some)
}

pub(super) struct Driver {
    transfers: Transfers,
    pub(super) tree: UploadTree,
    folders: RemoteFolders,
    pub(super) decider: Decider,
    /// Whether empty folders are created too.
    is_eager: bool,
    /// Folders from the root to the current position of the walk.
    levels: Vec<Level>,
    /// Running uploads.
    pub(super) uploads: JoinSet<Finished>,
    /// Files that wait for their upload.
    pub(super) queue: Backlog<Job>,
    /// Uploaded files that are being stacked. Uploads do not wait for their quota.
    stacking: JoinSet<Vec<Item>>,
    new_versions: u64,
    /// Files that may have been renamed.
    renames: Renames,
    /// Names in the state of the entries of the walk.
    local: LocalNames,
    summary: Summary,
}

struct Level {
    path: RemotePath,
    local: PathBuf,
    state: LevelState,
    /// Files with version numbers, which are uploaded in the order of their numbers.
    groups: Numbering,
    /// Whether patterns excluded some of its content.
    has_excluded: bool,
}

enum LevelState {
    /// Not looked up yet.
    Unknown,
    Found(Box<RemoteFolder>),
    /// The folder can be neither found nor created.
    Broken,
}

impl Level {
    fn new(path: RemotePath, local: PathBuf, state: LevelState) -> Self {
        Self { path, local, state, groups: Numbering::default(), has_excluded: false }
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
        self.send_groups().await;
        self.move_renamed().await;
        self.send_waiting().await;
        self.stack_leftovers().await;
        while let Some(items) = self.stacking.join_next().await {
            self.joined(items);
        }
        self.delete().await;
        let lists_all = self.tree.selection.is_none();
        for path in self.decider.matcher.missing().into_iter().filter(|_| lists_all) {
            let item = not_found(&path);
            self.done(item);
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
        if self.decider.state.is_some() {
            self.note(key(&self.tree, &remote, &local), &kind);
        }
        match kind {
            EntryKind::Folder => self.levels.push(Level::new(remote, local, LevelState::Unknown)),
            EntryKind::File(stamp) => self.file(remote, local, stamp).await,
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
        self.send_groups().await;
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
                Ok(folder) => LevelState::Found(Box::new(folder)),
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

    async fn file(&mut self, remote: RemotePath, local: PathBuf, stamp: Option<Stamp>) {
        let size = stamp.map(|stamp| stamp.size);
        if let (Some(check), Some(_)) = (&self.tree.check, size) {
            let checked = check(&local);
            if let Err(reason) = self.reporting(checked).await {
                let error = TransferError::new(TransferErrorKind::Source, reason);
                return self.failed(remote, local, error);
            }
        }
        self.find().await;
        let Some(Level { state: LevelState::Found(folder), groups, .. }) = self.levels.last_mut()
        else {
            let message = "cannot find or create its folder";
            let error = TransferError::new(TransferErrorKind::Api, message);
            return self.failed(remote, local, error);
        };
        let name = remote.names().last().cloned().unwrap_or_default();
        // A pipe cannot be read again, so its upload cannot be resumed.
        let state = self.folders.state.clone().filter(|_| size.is_some());
        let manifest = state.zip(folder.id.as_ref()).and_then(|(state, folder)| {
            let path = state.manifest(folder, &local)?;
            Some((state, path))
        });
        let key = key(&self.tree, &remote, &local);
        let is_named = matches!(self.tree.roots, Roots::Paths(_)) && remote.names().len() == 1;
        let default = if is_named { IfExists::Version } else { IfExists::Skip };
        let candidate = Candidate {
            key,
            local,
            size,
            modified: stamp.and_then(|stamp| stamp.modified),
            if_exists: self.tree.if_exists.unwrap_or(default),
            existing: folder.files(&name),
            folder: folder.id.clone(),
            stacks: folder.stacks().to_vec(),
            manifest,
        };
        let log = folder.log.clone();
        if let Some(numbered) =
            self.tree.version_pattern.as_ref().and_then(|pattern| pattern.parse(&name))
        {
            let highest = folder.highest(&numbered.base).cloned();
            return groups.add(numbered, highest, (remote, candidate, log));
        }
        let decider = self.decider.clone();
        let decided = self.reporting(Box::pin(decider.decide(candidate.clone()))).await;
        let is_new = |decided: &Decision| {
            decided.compared.verdict == Verdict::New && decided.file_id.is_none()
        };
        if decided.as_ref().is_ok_and(is_new) && self.renames.may_contain(&candidate) {
            self.renames.files.push((remote, candidate, log));
            return;
        }
        self.decided((remote, candidate, log), decided).await;
    }

    /// Carries out a decision.
    async fn decided(&mut self, file: LocalFile, decided: Result<Decision, TransferError>) {
        if let Some(job) = self.prepare(file, decided).await {
            self.enqueue(Job::One(Box::new(job))).await;
        }
    }

    /// Reports a file, or returns its upload.
    pub(super) async fn prepare(
        &mut self,
        (remote, candidate, log): LocalFile,
        decided: Result<Decision, TransferError>,
    ) -> Option<FileUpload> {
        let Candidate { local, manifest, size, .. } = candidate;
        let Decision { action, compared, file_id } = match decided {
            Ok(decision) => decision,
            Err(error) => {
                self.failed(remote, local, error);
                return None;
            }
        };
        let known = candidate.existing.iter().find(|file| Some(&file.id) == file_id.as_ref());
        let view_url = known.and_then(|file| file.view_url.as_deref()).map(str::to_owned);
        let item = |outcome| {
            let item = Item::new(remote.clone(), local.clone(), outcome).sized(size);
            let item = item.of_file(file_id.clone()).linked(view_url.clone());
            item.compared(compared.clone())
        };
        let base = match action {
            Action::Skip => {
                if let Some((_, manifest)) = manifest {
                    // The leftover of a run that was stopped after the upload was complete.
                    self.reporting(Manifest::remove_unused(manifest)).await;
                }
                self.done(item(Outcome::Skipped));
                return None;
            }
            Action::List => {
                self.done(item(Outcome::Changed));
                return None;
            }
            Action::Conflict => {
                let error =
                    TransferError::new(TransferErrorKind::Conflict, compared.reason.clone());
                self.done(item(Outcome::Conflict(error)));
                return None;
            }
            Action::Stack(pending) if !self.tree.dry_run => {
                if let Some((_, manifest)) = manifest {
                    self.reporting(Manifest::remove_unused(manifest)).await;
                }
                let outcome = Outcome::Transferred { bytes: 0, digest: None };
                self.stack(candidate.key, pending, item(outcome));
                return None;
            }
            Action::Send | Action::Stack(_) => None,
            Action::Version(_) if self.new_versions >= self.tree.max_new_versions => {
                let message = format!(
                    "not sent: this run already has {} new versions; raise the limit",
                    self.tree.max_new_versions
                );
                let error = TransferError::new(TransferErrorKind::Invalid, message);
                self.done(item(Outcome::Failed(error)));
                return None;
            }
            Action::Version(base) => {
                self.new_versions += 1;
                Some(base)
            }
        };
        let Some(folder) = candidate.folder.filter(|_| !self.tree.dry_run) else {
            self.done(item(Outcome::Planned { bytes: size }));
            return None;
        };
        let upload = self.upload(&folder, &remote, &local);
        let unfinished = candidate.existing.into_iter().filter(|file| !file.is_complete);
        Some(FileUpload {
            transfers: self.transfers.clone(),
            checksums: self.decider.checksums.clone(),
            upload: upload.restart(manifest.is_some()),
            remote,
            local,
            size,
            modified: candidate.modified,
            if_exists: candidate.if_exists,
            compared,
            folder,
            state: self.decider.state.clone().map(|state| (state, candidate.key)),
            base,
            unfinished: unfinished.collect(),
            manifest,
            log,
        })
    }

    fn upload(&self, folder: &FolderId, remote: &RemotePath, local: &Path) -> Upload {
        let name = remote.names().last().cloned().unwrap_or_default();
        let mut upload = Upload::from_path(&self.tree.account, folder, local).name(name);
        if let Some(parts) = self.tree.parts_in_flight {
            upload = upload.parts_in_flight(parts);
        }
        let recorded = self.decider.checksums.as_ref().map(|_| Checksum::Xxh3);
        let state = self.decider.state.as_ref().map(|_| Checksum::Xxh64);
        if let Some(checksum) = self.tree.checksum.or(recorded).or(state) {
            upload = upload.checksum(checksum);
        }
        if let Some(report) = self.tree.report.clone() {
            let remote = remote.clone();
            upload = upload.progress(move |progress| report(&remote, progress));
        }
        upload
    }

    /// Uploads the files with version numbers of the current folder.
    async fn send_groups(&mut self) {
        let groups = self.levels.last_mut().map(|level| std::mem::take(&mut level.groups));
        for group in groups.into_iter().flat_map(Numbering::into_groups) {
            self.group(group).await;
        }
    }

    /// Uploads the versions of one file. Each is stacked before the next one is sent.
    async fn group(&mut self, group: Group) {
        let mut jobs = Vec::new();
        let (mut chain, decider) = (group.chain(), self.decider.clone());
        for (number, file) in group.files {
            let decided = self.reporting(Box::pin(decider.decide(file.1.clone()))).await;
            let decided = match decided {
                Ok(decision) => chain.apply(number, decision, &decider, &file.1).await,
                Err(error) => Err(error),
            };
            if let Some(job) = self.prepare(file, decided).await {
                jobs.push(job);
            }
        }
        if !jobs.is_empty() {
            self.enqueue(Job::Group(jobs)).await;
        }
    }

    /// Notes an entry of the walk.
    fn note(&mut self, key: String, kind: &EntryKind) {
        match kind {
            EntryKind::Folder | EntryKind::File(_) => self.local.add(key),
            EntryKind::Ignored(_) => self.local.add_unknown(key),
            EntryKind::Failed(error) => {
                // The entry may be a directory that cannot be read.
                self.local.is_incomplete |= error.kind() == TransferErrorKind::Source;
                self.local.add_unknown(key);
            }
        }
    }

    /// Moves the remote files of renamed files, and uploads files that are new.
    async fn move_renamed(&mut self) {
        let Roots::Within(directory) = self.tree.roots.clone() else { return };
        let (renames, decider) = (std::mem::take(&mut self.renames), self.decider.clone());
        let local = std::mem::take(&mut self.local);
        let matched = renames.matches(&decider, (&directory, &local));
        let matched = self.reporting(Box::pin(matched)).await;
        self.local = local;
        for (file, record) in matched {
            let moved = match record {
                Some(record) => {
                    let moved = renames::move_remote(&decider, (&file.0, &file.1), record);
                    self.reporting(Box::pin(moved)).await
                }
                None => Ok(None),
            };
            match moved {
                Ok(Some(item)) => self.done(item),
                Ok(None) => {
                    let compared = Compared {
                        verdict: Verdict::New,
                        reason: "no remote file has this name".to_owned(),
                    };
                    let decision = Decision { action: Action::Send, compared, file_id: None };
                    self.decided(file, Ok(decision)).await;
                }
                Err(error) => self.failed(file.0, file.1.local, error),
            }
        }
    }

    /// Deletes remote files that no longer exist locally, if the settings allow it.
    async fn delete(&mut self) {
        let (Some(deletion), Roots::Within(directory)) = (&self.tree.deletion, &self.tree.roots)
        else {
            return;
        };
        let local = (directory, &self.local);
        match deletions::delete(&self.decider, &self.tree.folder, local, deletion).await {
            Ok(items) => items.into_iter().for_each(|item| self.done(item)),
            Err(error) => self.failed(RemotePath::default(), PathBuf::new(), error),
        }
    }

    fn stack(&mut self, key: String, pending: Pending, item: Item) {
        let stack = StackUpload {
            stacker: self.decider.stacker.clone(),
            state: self.decider.state.clone().map(|state| (state, key)),
            on_conflict: self.tree.on_conflict,
            pending,
            item,
        };
        self.stacking.spawn(async move { vec![stack.run().await.0] });
    }

    /// Stacks versions that earlier runs have uploaded, and whose local files no longer exist.
    async fn stack_leftovers(&mut self) {
        let Some(state) = self.decider.state.clone().filter(|_| !self.tree.dry_run) else { return };
        let selection = self.tree.selection.clone();
        if selection.as_ref().is_some_and(|selection| !selection.leftovers) {
            return;
        }
        for (key, mut pending) in state.all_pending() {
            // A selection does not name all local files.
            let exists = || selection.is_some() && self.tree.local_path(&key).exists();
            if self.local.contains(&key) || exists() {
                continue;
            }
            let compared = Compared {
                verdict: Verdict::NewVersion,
                reason: "it was sent by an earlier run, and the local file no longer exists"
                    .to_owned(),
            };
            let outcome = Outcome::Transferred { bytes: 0, digest: None };
            let remote = RemotePath::new(key.split('/').filter(|name| !name.is_empty()));
            let item = Item::new(remote, PathBuf::new(), outcome).compared(compared);
            match self.complete_leftover(&key, &mut pending).await {
                Ok(Some(id)) => self.stack(key, pending, item.of_file(Some(id))),
                Ok(None) => state.end_pending(&key).await,
                Err(error) => self.done(Item::failed(item.remote, item.local, error)),
            }
        }
    }

    /// Returns the file of a version whose upload is complete, and records it.
    async fn complete_leftover(
        &mut self,
        key: &str,
        pending: &mut Pending,
    ) -> Result<Option<FileId>, TransferError> {
        if let Some((id, ..)) = &pending.new {
            return Ok(Some(id.clone()));
        }
        let (Some(state), Some(manifests)) = (&self.decider.state, &self.folders.state) else {
            return Ok(None);
        };
        let local = self.tree.local_path(key);
        let Some(path) = manifests.manifest(&pending.folder, &local) else { return Ok(None) };
        let Some((id, stamp)) = self.decider.sent(&path).await else { return Ok(None) };
        match self.decider.stacker.show(&id).await? {
            Some(file) if file.status != FileStatus::Created => {}
            _ => return Ok(None),
        }
        pending.new = Some((id.clone(), stamp, None));
        state.put_pending(key, pending.clone()).await?;
        Manifest::remove_unused(path).await;
        Ok(Some(id))
    }

    /// Awaits a future, and reports finished files in the meantime.
    async fn reporting<T>(&mut self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        poll_fn(|cx| {
            while let Poll::Ready(Some(finished)) = self.uploads.poll_join_next(cx) {
                self.uploaded(finished);
            }
            while let Poll::Ready(Some(items)) = self.stacking.poll_join_next(cx) {
                self.joined(items);
            }
            future.as_mut().poll(cx)
        })
        .await
    }

    /// Reports an uploaded file, or stacks it.
    pub(super) fn uploaded(&mut self, finished: Result<Finished, JoinError>) {
        // These tasks are never aborted, so the only error is a panic, which is resumed.
        let Ok(Finished { items, stack }) = settled(finished) else { return };
        self.start();
        items.into_iter().for_each(|item| self.done(item));
        if let Some(stack) = stack {
            self.stacking.spawn(async move { vec![stack.run().await.0] });
        }
    }

    fn joined(&mut self, items: Result<Vec<Item>, JoinError>) {
        settled(items).into_iter().flatten().for_each(|item| self.done(item));
    }

    fn failed(&mut self, remote: RemotePath, local: PathBuf, error: TransferError) {
        self.done(Item::failed(remote, local, error));
    }

    fn done(&mut self, item: Item) {
        self.summary.add(item, self.tree.on_item.as_ref());
    }
}

/// A local file with its remote path and the log of its folder.
pub(super) type LocalFile = (RemotePath, Candidate, Option<FolderLog>);

/// Returns the name of a file in the state: its path below the directory, or its absolute path if it was
/// given as a path.
fn key(tree: &UploadTree, remote: &RemotePath, local: &Path) -> String {
    match &tree.roots {
        Roots::Within(directory) => match local.strip_prefix(directory) {
            Ok(below) => key_of(below),
            Err(_) => state_key(remote.names()),
        },
        Roots::Paths(_) => {
            let absolute = std::path::absolute(local).unwrap_or_else(|_| local.to_owned());
            state_key(&[absolute.to_string_lossy().into_owned()])
        }
    }
}
