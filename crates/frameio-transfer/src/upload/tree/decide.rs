//! The decision to send a file: comparison with the remote files of its name, and policies.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use frameio_core::{FileId, FolderId, VersionStackId};

use super::remote::RemoteFile;
use super::state::StateDirectory;
use crate::checksums::Checksums;
use crate::filter::{Bases, FileMatcher};
use crate::hashing::HashReports;
use crate::local_file::unopened;
use crate::sync_state::compare::{Direction, Facts, LocalFacts, Reason, RemoteFacts, compare};
use crate::sync_state::stamp::{Stamp, Xxh64, nanos};
use crate::sync_state::{Pending, Record, SyncState};
use crate::versions::stack::Stacker;
use crate::{Compared, IfExists, OnConflict, TransferError, TransferErrorKind, Transfers, Verdict};

/// Policies of an upload, and what it needs to compare files.
#[derive(Clone)]
pub(super) struct Decider {
    pub(super) transfers: Transfers,
    pub(super) stacker: Stacker,
    /// State of the directory whose content is uploaded.
    pub(super) state: Option<SyncState>,
    pub(super) checksums: Option<Checksums>,
    pub(super) matcher: FileMatcher,
    /// Directories that paths of the filter are relative to.
    pub(super) bases: Bases,
    pub(super) on_conflict: OnConflict,
    pub(super) verify_remote: bool,
    pub(super) dry_run: bool,
    pub(super) hash_reports: HashReports,
}

/// A local file to decide on.
#[derive(Clone)]
pub(super) struct Candidate {
    /// State of its directory and folder.
    pub(super) state: Option<SyncState>,
    /// Name of the file in the state.
    pub(super) key: String,
    pub(super) local: PathBuf,
    /// `None` for a pipe.
    pub(super) size: Option<u64>,
    pub(super) modified: Option<SystemTime>,
    pub(super) if_exists: IfExists,
    /// Whether a template chose the folder, so that the folder differs from that of earlier runs.
    pub(super) is_sorted: bool,
    /// Whether the user has given this file, and not a directory above it.
    pub(super) is_named: bool,
    /// Remote files of the same name.
    pub(super) existing: Vec<RemoteFile>,
    /// Remote folder; `None` in a dry run that would create it.
    pub(super) folder: Option<FolderId>,
    /// Version stacks in the folder.
    pub(super) stacks: Vec<VersionStackId>,
    pub(super) manifest: Option<(StateDirectory, PathBuf)>,
}

/// What to do with a file.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// The remote file is equal, or is believed to be.
    Skip,
    /// The file is reported, but not sent.
    List,
    Conflict,
    Send,
    /// Send the file, and stack it on a preceding one.
    Version(Base),
    /// Stack a file that an earlier run has sent.
    Stack(Pending),
}

/// Preceding file of a new version.
#[derive(Clone, Debug)]
pub(super) struct Base {
    pub(super) old: FileId,
    pub(super) stack: Option<VersionStackId>,
}

impl Candidate {
    /// Returns whether the destination was chosen for this file, by the user or a template. It is then
    /// compared like in a first run.
    const fn is_requested(&self) -> bool {
        self.is_named || self.is_sorted
    }

    /// Returns whether a remote file without a record appeared after an earlier run for the directory and
    /// the folder.
    fn is_new(&self, remote: &FileId) -> bool {
        let state = self.state.as_ref().filter(|_| !self.is_requested());
        state.is_some_and(|state| state.is_known() && !state.differs_from(&self.key, remote))
    }
}

impl Base {
    /// Returns a placeholder for the file that precedes this one in the same run.
    pub(super) fn of_preceding() -> Self {
        Self { old: FileId::from(""), stack: None }
    }

    pub(super) fn is_preceding(&self) -> bool {
        self.old.as_str().is_empty()
    }
}

#[derive(Clone, Debug)]
pub(super) struct Decision {
    pub(super) action: Action,
    pub(super) compared: Compared,
    /// Remote file that was compared.
    pub(super) file_id: Option<FileId>,
    /// Recorded checksum of a local file that is unchanged.
    pub(super) recorded: Option<Xxh64>,
}

impl Decider {
    /// Returns whether the filter selects a recorded file, so that it may be renamed or deleted.
    pub(super) fn selects(&self, key: &str, stamp: Stamp) -> bool {
        self.matcher.selects_recorded(&self.bases, key, (stamp.size, stamp.modified))
    }

    /// Decides on a file. Renews its record if both sides are equal.
    pub(super) async fn decide(&self, mut file: Candidate) -> Result<Decision, TransferError> {
        let Some(size) = file.size else { return decide_on_pipe(&file) };
        if file.if_exists == IfExists::Fail {
            refuse_existing(&file)?;
        }
        let stamp = stamp(&file.local).await?;
        if let Some(stacked) = self.finish_pending(&mut file, stamp).await? {
            return Ok(stacked);
        }
        if let Some(copy) = copy(&file, stamp).await? {
            return Ok(copy);
        }
        let mut known = self.known(&file, stamp).await?;
        let mut remote = pick(&file.existing, known.record.as_ref(), size).cloned();
        let mut verified = self.same_checksum(&file, &known, size, &mut remote).await?;
        if let Some(remote) = remote.as_ref().filter(|it| self.verify_remote && it.size == size) {
            verified = Some(self.verify(&file, remote).await?);
        }
        let is_replacing = known.is_of_other_path && !known.is_same && !file.is_requested();
        if is_replacing {
            // The remote file was renamed to the name of a local file that it never was equal to.
            verified = verified.or(Some(false));
        }
        let is_known_pair = is_replacing || remote.as_ref().is_some_and(|it| file.is_new(&it.id));
        let local = LocalFacts { size, modified: stamp.modified, is_recorded: known.is_same };
        let facts = match &remote {
            Some(it) => RemoteFacts::Present { id: &it.id, size: it.size, created: it.created },
            None => RemoteFacts::Missing,
        };
        let facts = Facts {
            direction: Direction::Up,
            local: Some(local),
            remote: facts,
            record: known.record.as_ref().filter(|_| !is_replacing),
            verified,
            is_known_pair,
        };
        let (mut verdict, mut reason) = compare(&facts);
        if let (Reason::RemoteGone, Some(record)) = (reason, &known.record) {
            (verdict, reason) = match file.is_sorted && !known.is_same {
                true => (Verdict::New, Reason::NoRemote),
                false => self.find_moved(&facts, record, &file).await?,
            };
        }
        if reason == Reason::SameContent {
            known.is_outdated = true;
        }
        let renewed = remote.as_ref().filter(|_| verdict == Verdict::Equal && known.is_outdated);
        if let Some(remote) = renewed {
            self.put(&file, &remote.id, stamp).await;
        }
        if let (Verdict::Changed, None, Some(remote)) = (verdict, &known.record, &remote)
            && let Some(state) = file.state.as_ref().filter(|_| !self.dry_run)
        {
            state.put_differing(&file.key, &remote.id).await;
        }
        let recorded = known.record.filter(|_| known.is_same).and_then(|record| record.xxh64);
        Ok(Decision { recorded, ..self.act(&file, remote, verdict, reason) })
    }

    /// Maps a verdict to an action.
    fn act(
        &self,
        file: &Candidate,
        remote: Option<RemoteFile>,
        verdict: Verdict,
        reason: Reason,
    ) -> Decision {
        let file_id = remote.as_ref().map(|remote| remote.id.clone());
        let base = remote.map(|it| Base { old: it.id, stack: it.stack });
        let (action, verdict) = match (verdict, file.if_exists, base) {
            (Verdict::Equal | Verdict::Unverified, ..) => (Action::Skip, verdict),
            (Verdict::Changed, IfExists::Version, Some(base)) if reason.is_local_change() => {
                (Action::Version(base), Verdict::NewVersion)
            }
            (Verdict::Changed, IfExists::KeepBoth, _) if reason.is_local_change() => {
                (Action::Send, verdict)
            }
            (Verdict::Changed, ..) => (Action::List, verdict),
            // A local file that has not changed is an earlier version of the remote one.
            (Verdict::Conflict, ..)
                if self.on_conflict == OnConflict::KeepBoth && reason != Reason::RemoteChanged =>
            {
                (Action::Send, verdict)
            }
            (Verdict::Conflict, ..) => (Action::Conflict, verdict),
            (Verdict::New | Verdict::NewVersion | Verdict::LowerVersion, ..) => {
                (Action::Send, verdict)
            }
        };
        Decision { action, compared: reason.because(verdict), file_id, recorded: None }
    }

    async fn put(&self, file: &Candidate, id: &FileId, stamp: Stamp) {
        if let Some(state) = &file.state {
            record(state, &file.key, &file.local, (id, stamp, None)).await;
        }
    }
}

/// Returns the decision to skip a file that a download saved under another name than its remote file has.
async fn copy(file: &Candidate, now: Stamp) -> Result<Option<Decision>, TransferError> {
    let Some(state) = &file.state else { return Ok(None) };
    let copy = state.copy(&file.key, &file.local, now).await;
    let copy = copy.map_err(|error| unopened(&file.local, error))?;
    Ok(copy.map(|copy| Decision {
        action: Action::Skip,
        compared: Reason::Copy.because(Verdict::Equal),
        file_id: Some(copy.file_id),
        recorded: copy.xxh64,
    }))
}

pub(super) fn now_nanos() -> i128 {
    nanos(std::time::SystemTime::now())
}

/// Records that a local file with this stamp is equal to a remote one, with the checksum if it is known.
pub(super) async fn record(
    state: &SyncState,
    key: &str,
    local: &Path,
    (id, stamp, known): (&FileId, Stamp, Option<Xxh64>),
) {
    let equal_at = now_nanos();
    let xxh64 = match known {
        Some(known) => Some(known),
        None => hash_unchanged(state, local, stamp).await,
    };
    state.put(key, Record { stamp, xxh64, file_id: id.clone(), equal_at }).await;
}

/// Returns the checksum of a file; `None` if it was modified since the stamp was read, so that the next
/// run finds the change.
pub(super) async fn hash_unchanged(state: &SyncState, local: &Path, stamp: Stamp) -> Option<Xxh64> {
    let hash = state.hash(local).await.ok();
    let is_unchanged = Stamp::read(local.to_owned()).await == Some(stamp);
    hash.filter(|_| is_unchanged)
}

/// Returns the remote file to compare with: the recorded one, one of the same size, or the newest.
fn pick<'a>(
    existing: &'a [RemoteFile],
    record: Option<&Record>,
    size: u64,
) -> Option<&'a RemoteFile> {
    let complete = || existing.iter().filter(|file| file.is_complete);
    let recorded = complete().find(|file| record.is_some_and(|it| it.file_id == file.id));
    let alike = || complete().find(|file| file.size == size);
    recorded.or_else(alike).or_else(|| complete().max_by_key(|file| file.created))
}

/// A pipe can only be read once, so it is sent without a comparison.
fn decide_on_pipe(file: &Candidate) -> Result<Decision, TransferError> {
    if file.if_exists == IfExists::Fail {
        refuse_existing(file)?;
    }
    let compared = Reason::NoRemote.because(Verdict::New);
    Ok(Decision { action: Action::Send, compared, file_id: None, recorded: None })
}

fn refuse_existing(file: &Candidate) -> Result<(), TransferError> {
    match file.existing.iter().find(|file| file.is_complete) {
        None => Ok(()),
        Some(existing) => {
            let message = "a file of this name already exists";
            let error = TransferError::new(TransferErrorKind::Conflict, message);
            Err(error.of_file(&existing.id))
        }
    }
}

pub(super) async fn stamp(local: &Path) -> Result<Stamp, TransferError> {
    let path = local.to_owned();
    let read = crate::tasks::blocking(move || std::fs::metadata(path));
    read.await.map(|metadata| Stamp::of(&metadata)).map_err(|error| unopened(local, error))
}
