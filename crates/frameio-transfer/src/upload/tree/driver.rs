//! The upload of a tree, from the walk through local files to the summary.

use std::collections::{HashMap, HashSet};
use std::future::{Future, poll_fn};
use std::path::PathBuf;
use std::pin::pin;
use std::task::Poll;

use tokio::task::{JoinError, JoinSet};

use super::decide::{Candidate, Decider, Decision};
use super::deletions::LocalNames;
use super::duplicates::Creations;
use super::file::Finished;
use super::folder_log::FolderLog;
use super::levels::{Level, LevelState};
use super::local::{EntryKind, LocalEntry, Walker};
use super::queue::Job;
use super::remote::RemoteFolders;
use super::renamed_folders::RenamedFolders;
use super::renames::Renames;
use super::start::directory_of;
use super::{Roots, UploadTree};
use crate::backlog::Backlog;
use crate::summary::{Ignored, not_found};
use crate::sync_state::stamp::Stamp;
use crate::sync_state::{SyncState, state_key};
use crate::tasks::settled;
use crate::{
    IfExists, Item, Outcome, RemotePath, Summary, TransferError, TransferErrorKind, Transfers,
    Verdict,
};

pub(super) struct Driver {
    pub(super) transfers: Transfers,
    pub(super) tree: UploadTree,
    pub(super) folders: RemoteFolders,
    pub(super) decider: Decider,
    /// Whether empty folders are created too.
    pub(super) is_eager: bool,
    /// Folders from the root to the current position of the walk.
    pub(super) levels: Vec<Level>,
    /// States of the directories of given files.
    pub(super) named: HashMap<PathBuf, SyncState>,
    /// States of given directories that were left, with versions that are not stacked.
    pub(super) left: Vec<(RemotePath, SyncState)>,
    /// Running uploads.
    pub(super) uploads: JoinSet<Finished>,
    /// Files that wait for their upload.
    pub(super) queue: Backlog<Job>,
    /// Uploaded files that are being stacked. Uploads do not wait for their quota.
    pub(super) stacking: JoinSet<Vec<Item>>,
    pub(super) new_versions: u64,
    pub(super) creations: Creations,
    /// Files that may have been renamed.
    pub(super) renames: Renames,
    /// Directories that were renamed.
    pub(super) renamed_folders: RenamedFolders,
    /// Earlier names in the state of files that were moved, or would be.
    pub(super) moved: HashSet<String>,
    /// Names in the state of the entries of the walk.
    pub(super) local: LocalNames,
    pub(super) summary: Summary,
}

impl Driver {
    pub(super) async fn run(mut self, mut walker: Walker) -> Result<Summary, TransferError> {
        loop {
            let (rest, batch) = self.reporting(walker.batch()).await?;
            walker = rest;
            if batch.is_empty() {
                break;
            }
            for LocalEntry { remote, local, kind } in &batch {
                if let EntryKind::File(stamp) = kind {
                    self.tree.options.found(remote, local, stamp.map(|stamp| stamp.size));
                }
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
        self.discard_orphans().await;
        self.delete().await;
        self.report_duplicates().await;
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
        if let Some(state) = &self.decider.state {
            self.note(state.key(&local), &kind);
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

    async fn file(&mut self, remote: RemotePath, local: PathBuf, stamp: Option<Stamp>) {
        if let (Some(check), Some(_)) = (&self.tree.check, stamp) {
            let checked = check(&local);
            if let Err(reason) = self.reporting(checked).await {
                let error = TransferError::new(TransferErrorKind::Source, reason);
                return self.failed(remote, local, error);
            }
        }
        self.find().await;
        let name = remote.names().last().cloned().unwrap_or_default();
        let Some(candidate) = self.candidate((&remote, local.clone(), stamp)).await else {
            let message = "cannot find or create its folder";
            let error = TransferError::new(TransferErrorKind::Api, message);
            return self.failed(remote, local, error);
        };
        let Some(Level { found: LevelState::Found(folder), groups, .. }) = self.levels.last_mut()
        else {
            return;
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

    /// Awaits a future, and reports finished files in the meantime.
    pub(super) async fn reporting<T>(&mut self, future: impl Future<Output = T>) -> T {
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
        let Ok(Finished { items, stack, created }) = settled(finished) else { return };
        self.start();
        created.into_iter().for_each(|created| self.creations.add(created));
        items.into_iter().for_each(|item| self.done(item));
        if let Some(stack) = stack {
            self.stacking.spawn(async move { vec![stack.run().await.0] });
        }
    }

    fn joined(&mut self, items: Result<Vec<Item>, JoinError>) {
        settled(items).into_iter().flatten().for_each(|item| self.done(item));
    }

    pub(super) fn failed(&mut self, remote: RemotePath, local: PathBuf, error: TransferError) {
        self.done(Item::failed(remote, local, error));
    }

    pub(super) fn done(&mut self, item: Item) {
        self.summary.add(item, self.tree.options.on_item.as_ref());
    }
}

/// A local file with its remote path and the log of its folder.
pub(super) type LocalFile = (RemotePath, Candidate, Option<FolderLog>);

impl Driver {
    /// Returns a file of the current folder to decide on; `None` if the folder was not found.
    async fn candidate(
        &mut self,
        (remote, local, stamp): (&RemotePath, PathBuf, Option<Stamp>),
    ) -> Option<Candidate> {
        let Level { found: LevelState::Found(folder), state, .. } = self.levels.last()? else {
            return None;
        };
        let is_named = matches!(self.tree.roots, Roots::Paths(_)) && remote.names().len() == 1;
        let state = match is_named {
            true => self.named.get(directory_of(&local)),
            false => state.as_ref(),
        };
        // A pipe cannot be read again, so it has no record, and its upload cannot be resumed.
        let size = stamp.map(|stamp| stamp.size);
        let state = state.filter(|_| size.is_some()).cloned();
        let key = state.as_ref().map(|state| state.key(&local)).unwrap_or_default();
        if self.decider.state.is_none() && state.is_some() {
            self.local.add(local.to_string_lossy().into_owned());
        }
        let recorded = state.as_ref().and_then(|state| state.record(&key)).map(|it| it.file_id);
        let manifests = self.folders.state.as_ref().filter(|_| size.is_some());
        let manifest = manifests.zip(folder.id.as_ref()).and_then(|(manifests, folder)| {
            let path = manifests.manifest(folder, &local)?;
            Some((manifests.clone(), path))
        });
        let default = if is_named { IfExists::Version } else { IfExists::Skip };
        let name = remote.names().last().map_or("", |name| name);
        Some(Candidate {
            state,
            size,
            modified: stamp.and_then(|stamp| stamp.modified),
            if_exists: self.tree.if_exists.unwrap_or(default),
            is_sorted: self.tree.selection.is_some() && key != state_key(remote.names()),
            is_named,
            existing: folder.files(name, (&local, recorded.as_ref())).await,
            folder: folder.id.clone(),
            stacks: folder.stacks().to_vec(),
            manifest,
            local,
            key,
        })
    }
}
