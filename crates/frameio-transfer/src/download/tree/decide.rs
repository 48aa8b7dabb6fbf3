//! The decision to receive a file: comparison with the local file, and policies.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use frameio_api::files::{File, ShowFile};
use frameio_core::{AccountId, FileId};
use frameio_private_file::NotRegular;

use super::deletions::{move_to_trash, not_trashed};
use super::local_renames::LocalRenames;
use crate::checksums::Checksums;
use crate::download::BeforeRename;
use crate::download::same_content::has_same_content;
use crate::existing::{LocalTarget, conflict, created, is_file_missing};
use crate::filter::{Bases, FileMatcher};
use crate::hashing::{HashReports, HashedSide};
use crate::local_file::{reason, unopened};
use crate::safe_name::is_local_name;
use crate::sync_state::compare::{Direction, Facts, LocalFacts, Reason, RemoteFacts, compare};
use crate::sync_state::stamp::{Stamp, Xxh64, hash, nanos};
use crate::sync_state::waiting::Waiting;
use crate::sync_state::{Record, Recorded, SyncState, key_of};
use crate::{Compared, OnConflict, Remedy, TransferError, TransferErrorKind, Transfers, Verdict};

/// Continues the reason of a conflict whose local file is replaced.
const REPLACED: &str = "; the local file is moved to '.frameio-trash'";

/// Policies of a download, and what it needs to compare files.
#[derive(Clone)]
pub(super) struct Decider {
    pub(super) transfers: Transfers,
    /// State of the directory.
    pub(super) state: Option<SyncState>,
    /// Whether the directory follows the folder, so that local files are renamed.
    pub(super) is_synced: bool,
    pub(super) local_renames: LocalRenames,
    /// New versions that wait to be stacked.
    pub(super) waiting: Arc<Waiting>,
    pub(super) checksums: Option<Checksums>,
    /// Root of the download.
    pub(super) directory: PathBuf,
    /// Directory to which this run moves files.
    pub(super) trash: PathBuf,
    pub(super) matcher: FileMatcher,
    /// Directories that paths of the filter are relative to.
    pub(super) bases: Bases,
    pub(super) on_conflict: OnConflict,
    pub(super) verify_remote: bool,
    pub(super) dry_run: bool,
    pub(super) hash_reports: HashReports,
}

/// What to do with a file.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Skip,
    /// The local file of this name is kept.
    Conflict,
    /// The local file of another name is kept.
    ConflictElsewhere,
    /// Receive the file, if the target is still in this state.
    Receive {
        expected: LocalTarget,
        /// Whether the existing file is the last copy of its content, and is moved to the trash.
        is_last_copy: bool,
    },
    /// Receive the file next to an existing one, and record that this was decided.
    Beside(PathBuf, Record),
    /// Rename a local file, whose remote file was renamed.
    Rename {
        from: String,
        record: Record,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Decision {
    pub(super) action: Action,
    pub(super) compared: Compared,
}

impl Decider {
    /// Returns whether the filter selects a recorded file, so that it may be renamed or deleted.
    pub(super) fn selects(&self, key: &str, stamp: Stamp) -> bool {
        self.matcher.selects_recorded(&self.bases, key, (stamp.size, stamp.modified))
    }

    /// Returns the name of a file in the state: its path below the directory.
    pub(super) fn key(&self, local: &Path) -> String {
        key_of(local.strip_prefix(&self.directory).unwrap_or(local))
    }

    /// Returns the local path of a file in the state.
    pub(super) fn path(&self, key: &str) -> PathBuf {
        key.split('/').fold(self.directory.clone(), |path, name| path.join(name))
    }

    /// Decides on a file. Renews its record if both sides are equal.
    pub(super) async fn decide(
        &self,
        account: &AccountId,
        file: &File,
        local: &Path,
    ) -> Result<Decision, TransferError> {
        let target = LocalTarget::inspect(local).await.map_err(|error| unopened(local, error))?;
        let key = self.key(local);
        let stamp = match target {
            LocalTarget::Irregular(NotRegular::Directory) if self.remove_empty(local).await => {
                return self.missing(&key, file, LocalTarget::Missing).await;
            }
            LocalTarget::Irregular(kind) => return Err(conflict(local, &format!("it is {kind}"))),
            LocalTarget::Missing => return self.missing(&key, file, target).await,
            LocalTarget::File { size, modified } => Stamp { size, modified },
        };
        let recorded = match &self.state {
            Some(state) => {
                state.find_form(&key).await;
                state.recorded(&key, local, stamp).await
            }
            None => Ok(Recorded::default()),
        };
        let recorded = recorded.map_err(|error| unopened(local, error))?;
        if let Some(sent) = self.sent((&key, file), (local, stamp), &recorded).await? {
            return Ok(sent);
        }
        let verified = self.verify(account, file, (local, stamp), &recorded).await?;
        let facts = Facts {
            direction: Direction::Down,
            local: Some(LocalFacts {
                size: stamp.size,
                modified: stamp.modified,
                is_recorded: recorded.is_same,
            }),
            remote: present(file),
            record: recorded.record.as_ref(),
            verified,
            is_known_pair: true,
        };
        let (verdict, reason) = compare(&facts);
        let is_outdated = recorded.is_outdated || reason == Reason::SameContent;
        if let Some(state) =
            self.state.as_ref().filter(|_| verdict == Verdict::Equal && is_outdated)
        {
            let xxh64 = self.hash(local).await.ok();
            let file_id = file.id.clone();
            state.put(&key, Record { stamp, xxh64, file_id, equal_at: now() }).await;
        }
        let is_last_copy = match &recorded.record {
            // The local file differs from the remote one.
            _ if verdict == Verdict::Conflict => true,
            Some(record) if verdict == Verdict::NewVersion => {
                !self.exists(account, &record.file_id).await?
            }
            _ => false,
        };
        let target = Action::Receive { expected: target, is_last_copy };
        Ok(self.act(file, (local, target), (verdict, reason)))
    }

    /// Decides on a local file that an earlier run has sent as a new version of this remote file.
    async fn sent(
        &self,
        (key, file): (&str, &File),
        (local, stamp): (&Path, Stamp),
        recorded: &Recorded,
    ) -> Result<Option<Decision>, TransferError> {
        let Some(state) = &self.state else { return Ok(None) };
        let sent = self.waiting.unchanged((state, key), (local, stamp)).await;
        let Some(id) = sent.map_err(|error| unopened(local, error))? else { return Ok(None) };
        if *id == file.id {
            let xxh64 = self.hash(local).await.ok();
            let file_id = file.id.clone();
            state.put(key, Record { stamp, xxh64, file_id, equal_at: now() }).await;
            let compared = Reason::SameContent.because(Verdict::Equal);
            return Ok(Some(Decision { action: Action::Skip, compared }));
        }
        let is_base = recorded.record.as_ref().is_some_and(|record| record.file_id == file.id);
        let reason = "the local file was sent as a new version, but is not stacked yet; stack it with \
                      'sync'";
        let compared = Compared::new(Verdict::Changed, reason);
        Ok(is_base.then_some(Decision { action: Action::Skip, compared }))
    }

    /// Removes an empty directory that has the name of a file, perhaps of files that are deleted by now.
    async fn remove_empty(&self, directory: &Path) -> bool {
        if self.state.is_none() {
            return false;
        }
        let (directory, dry_run) = (directory.to_owned(), self.dry_run);
        let removed = crate::tasks::blocking(move || match dry_run {
            true => Ok(std::fs::read_dir(directory)?.next().is_none()),
            false => std::fs::remove_dir(directory).map(|()| true),
        });
        removed.await.unwrap_or(false)
    }

    async fn exists(&self, account: &AccountId, id: &FileId) -> Result<bool, TransferError> {
        let show = ShowFile::new(account, id);
        match self.transfers.inner.client.send(show).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(TransferError::call(error)),
        }
    }

    /// Maps a verdict to an action.
    fn act(
        &self,
        file: &File,
        (local, receive): (&Path, Action),
        (verdict, reason): (Verdict, Reason),
    ) -> Decision {
        let action = match (verdict, self.on_conflict) {
            (Verdict::Equal | Verdict::Unverified | Verdict::Changed, _) => Action::Skip,
            (Verdict::New | Verdict::NewVersion | Verdict::LowerVersion, _)
            | (Verdict::Conflict, OnConflict::Replace) => receive,
            (Verdict::Conflict, OnConflict::KeepBoth) => {
                // From now on, only the local file differs from the remote file of the record.
                let stamp = Stamp { size: file.file_size, modified: None };
                let file_id = file.id.clone();
                let record = Record { stamp, xxh64: None, file_id, equal_at: now() };
                Action::Beside(path_next_to(local, file.id.as_str()), record)
            }
            (Verdict::Conflict, OnConflict::Skip) => Action::Conflict,
        };
        let mut compared = reason.because(verdict);
        if let (Verdict::Conflict, Action::Receive { .. }) = (verdict, &action) {
            compared.reason += REPLACED;
        }
        Decision { action, compared }
    }

    /// Decides on a file that does not exist locally, at least not under this name.
    async fn missing(
        &self,
        key: &str,
        file: &File,
        target: LocalTarget,
    ) -> Result<Decision, TransferError> {
        let receive = |reason: Reason| Decision {
            action: Action::Receive { expected: target, is_last_copy: false },
            compared: reason.because(Verdict::New),
        };
        let Some(state) = &self.state else { return Ok(receive(Reason::NoLocal)) };
        let recorded = state.record(key);
        if state.is_taken(key) && recorded.as_ref().is_some_and(|it| it.file_id == file.id) {
            let compared = Compared::new(Verdict::Equal, "a watcher has sent it and moved it away");
            return Ok(Decision { action: Action::Skip, compared });
        }
        let gone = if recorded.is_some() { Reason::LocalGone } else { Reason::NoLocal };
        let unchanged = recorded.filter(|it| self.is_synced && it.file_id == file.id);
        if let Some(record) = unchanged
            && let Some(name) = self.local_renames.find(self, &record).await
        {
            let reason = format!(
                "the local file was renamed to '{name}'; rename the remote file with 'sync'"
            );
            let compared = Compared::new(Verdict::Changed, reason);
            return Ok(Decision { action: Action::Skip, compared });
        }
        let exists = |key: &str| !is_file_missing(&self.path(key));
        let known = state.record_of(&file.id, key, exists).filter(|_| self.is_synced);
        let known = known.filter(|(from, record)| self.selects(from, record.stamp));
        let Some((from, record)) = known else { return Ok(receive(gone)) };
        let old = self.path(&from);
        let stamp = match LocalTarget::inspect(&old).await {
            Ok(LocalTarget::File { size, modified }) => Stamp { size, modified },
            _ => return Ok(receive(gone)),
        };
        let same = state.compare(&record, &old, stamp).await;
        if !same.map_err(|error| unopened(&old, error))?.0 {
            return self.renamed_and_changed((from, record), key, target).await;
        }
        let reason = match is_same_name(&from, key, &file.name) {
            true => format!("its local name was '{from}', because another file had its own name"),
            false => format!("the remote file was renamed from '{from}'"),
        };
        let compared = Compared::new(Verdict::Changed, reason);
        Ok(Decision { action: Action::Rename { from, record }, compared })
    }

    /// Decides on a file that was renamed at the service, and whose local file has changed.
    async fn renamed_and_changed(
        &self,
        (from, record): (String, Record),
        key: &str,
        mut target: LocalTarget,
    ) -> Result<Decision, TransferError> {
        let reason = format!(
            "the remote file was renamed, and the local file '{from}' has changed since both sides \
             were equal"
        );
        let remedy = Some(Remedy::OnConflict);
        let mut compared = Compared { remedy, ..Compared::new(Verdict::Conflict, reason) };
        let local = self.path(key);
        match self.on_conflict {
            OnConflict::Skip => {
                return Ok(Decision { action: Action::ConflictElsewhere, compared });
            }
            // The local file keeps its name, and is a new one from now on.
            OnConflict::KeepBoth => {}
            // The local file is replaced under its new name.
            OnConflict::Replace if self.dry_run => compared.reason += REPLACED,
            OnConflict::Replace => {
                compared.reason += REPLACED;
                self.rename(&from, record, &local).await?;
                target =
                    LocalTarget::inspect(&local).await.map_err(|error| unopened(&local, error))?;
            }
        }
        let action = Action::Receive { expected: target, is_last_copy: true };
        Ok(Decision { action, compared })
    }

    /// Returns whether the contents are equal, if that is compared.
    async fn verify(
        &self,
        account: &AccountId,
        file: &File,
        (local, stamp): (&Path, Stamp),
        recorded: &Recorded,
    ) -> Result<Option<bool>, TransferError> {
        if stamp.size != file.file_size {
            return Ok(None);
        }
        if self.verify_remote {
            let hash = self.hash(local).await?;
            let running = self.hash_reports.begin(local, HashedSide::Remote, file.file_size);
            let remote = (account, &file.id);
            return has_same_content(&self.transfers, remote, hash, running).await.map(Some);
        }
        match &self.checksums {
            Some(checksums) if recorded.record.is_none() && checksums.has(&file.id) => {
                Ok(Some(!checksums.differs(&file.id, local).await?))
            }
            _ => Ok(None),
        }
    }

    async fn hash(&self, local: &Path) -> Result<Xxh64, TransferError> {
        let hashed = match &self.state {
            Some(state) => state.hash(local).await,
            None => hash(local.to_owned(), &self.hash_reports).await,
        };
        hashed.map_err(|error| unopened(local, error))
    }

    /// Returns a callback that keeps a target that has changed since the decision, and records the
    /// content that replaces it.
    pub(super) fn before_rename(
        &self,
        file: &File,
        (expected, is_last_copy): (LocalTarget, bool),
    ) -> BeforeRename {
        let (this, file_id) = (self.clone(), file.id.clone());
        Arc::new(move |local, digest, stamp| {
            let (this, local, file_id) = (this.clone(), local.to_owned(), file_id.clone());
            Box::pin(async move {
                let now = LocalTarget::inspect(&local).await;
                if now.map_err(|error| unopened(&local, error))? != expected {
                    return Err(conflict(&local, "it was modified during the download"));
                }
                let key = this.key(&local);
                if let Some((state, stamp)) = this.state.as_ref().zip(stamp) {
                    let record = Record::of(file_id, stamp, digest.as_ref());
                    state.put_arriving(&key, record).await?;
                }
                match expected {
                    LocalTarget::File { size, modified } if is_last_copy => {
                        let stamp = Stamp { size, modified };
                        let moved = move_to_trash(&local, &this.trash, &key, stamp).await;
                        moved.map_err(|error| not_trashed(&local, error))
                    }
                    _ => Ok(()),
                }
            })
        })
    }

    /// Returns a callback that records that a file is saved under another name than its remote file has, so
    /// that it is not uploaded as a new one.
    pub(super) fn before_copy(&self, file: &File) -> BeforeRename {
        let (this, file_id) = (self.clone(), file.id.clone());
        Arc::new(move |local, digest, stamp| {
            let (this, key, file_id) = (this.clone(), this.key(local), file_id.clone());
            Box::pin(async move {
                let Some((state, stamp)) = this.state.as_ref().zip(stamp) else { return Ok(()) };
                state.put_copy(&key, Record::of(file_id, stamp, digest.as_ref())).await
            })
        })
    }

    /// Records a received file.
    pub(super) async fn received(&self, local: &Path) {
        let Some(state) = &self.state else { return };
        let key = self.key(local);
        let Some(arrived) = state.arriving(&key) else { return };
        let equal_at = now();
        let stamp = Stamp::read(local.to_owned()).await.unwrap_or(arrived.stamp);
        // A file system may have changed the time, or a program the file.
        let is_same = stamp == arrived.stamp
            || match arrived.xxh64 {
                Some(expected) => state.hash(local).await.is_ok_and(|hash| hash == expected),
                None => false,
            };
        let stamp = if is_same { stamp } else { arrived.stamp };
        let mut record = Record { stamp, equal_at, ..arrived };
        if record.xxh64.is_none() && is_same {
            record.xxh64 = state.hash(local).await.ok();
        }
        let id = record.file_id.clone();
        state.put(&key, record).await;
        // A later file at an earlier path is another one.
        let is_stale = |other: &str| !state.has_file(other) && !state.is_taken(other);
        while let Some((stale, _)) = state.record_of(&id, &key, is_stale) {
            state.remove(&stale).await;
        }
    }

    /// Records that a file was downloaded next to the existing one.
    pub(super) async fn acknowledge(&self, key: &str, record: Record) {
        if let Some(state) = &self.state {
            state.put(key, record).await;
        }
    }

    /// Renames a local file like its remote file. Nothing is replaced.
    pub(super) async fn rename(
        &self,
        from: &str,
        record: Record,
        local: &Path,
    ) -> Result<(), TransferError> {
        let Some(state) = self.state.as_ref().filter(|_| !self.dry_run) else { return Ok(()) };
        let (old, new) = (self.path(from), local.to_owned());
        let renamed = crate::tasks::blocking(move || crate::rename_new::rename_new(&old, &new));
        let key = self.key(local);
        // The record is first at both paths, so that a kill loses neither.
        state.put(&key, record).await;
        if let Err(error) = renamed.await {
            state.remove(&key).await;
            let (to, reason) = (local.display(), reason(&error));
            let message = format!("cannot rename '{from}' to '{to}': {reason}");
            return Err(TransferError::new(TransferErrorKind::Disk, message).because(error));
        }
        state.remove(from).await;
        Ok(())
    }
}

/// Returns whether both names in the state are local names of the same remote name.
fn is_same_name(from: &str, to: &str, name: &str) -> bool {
    let split = |key| str::rsplit_once(key, '/').unwrap_or(("", key));
    split(from).0 == split(to).0 && is_local_name(split(from).1, name)
}

pub(super) fn present(file: &File) -> RemoteFacts<'_> {
    RemoteFacts::Present { id: &file.id, size: file.file_size, created: created(file) }
}

fn now() -> i128 {
    nanos(std::time::SystemTime::now())
}

/// Returns a path next to an existing file, with the beginning of the id of the remote file.
fn path_next_to(local: &Path, id: &str) -> PathBuf {
    let name = local.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let (stem, extension) = crate::versions::pattern::split(&name);
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    let dot = if extension.is_empty() { "" } else { "." };
    local.with_file_name(format!("{stem} ({id}){dot}{extension}"))
}
