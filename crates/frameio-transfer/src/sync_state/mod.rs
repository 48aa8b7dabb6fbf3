//! State files, which record what a directory and a remote folder had in common after earlier runs.
//!
//! There is one file for each pair of directory and folder. It consists of lines of JSON that are only
//! appended, each with a single write, so a kill can only truncate the last line, which is ignored. When
//! a run has the file for itself, it replaces superseded lines by an atomic rename. A separate lock file
//! has the lock, because the state file is replaced.

pub(crate) mod compare;
pub(crate) mod elsewhere;
mod format;
mod opening;
pub(crate) mod stamp;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use frameio_core::{FileId, FolderId, VersionStackId};
use frameio_private_file::open_regular;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

pub(crate) use self::opening::{Access, Pair};
use self::stamp::{Stamp, Xxh64};
use crate::hashing::HashReports;
use crate::local_file::reason;
use crate::tasks::blocking;
use crate::{TransferError, TransferErrorKind};

/// Directory below the local root to which deleted files are moved.
pub(crate) const TRASH: &str = ".frameio-trash";

/// Maximum number of files of a state.
const MAX_ENTRIES: usize = 2_000_000;

/// Number of files that are hashed at the same time.
const HASHES: usize = 2;

/// What is known about a file that was equal on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) stamp: Stamp,
    /// `None` if the file could not be hashed.
    pub(crate) xxh64: Option<Xxh64>,
    /// Remote file, or head of the version stack.
    pub(crate) file_id: FileId,
    /// When both sides were equal, in nanoseconds since 1970.
    pub(crate) equal_at: i128,
}

/// A new version that is being uploaded or stacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    /// Folder of the file or of its version stack.
    pub(crate) folder: FolderId,
    /// Preceding head.
    pub(crate) old: FileId,
    /// Version stack of the preceding head; `None` if it is a plain file.
    pub(crate) stack: Option<VersionStackId>,
    /// Uploaded file with its content; `None` until the upload is complete.
    pub(crate) new: Option<(FileId, Stamp, Option<Xxh64>)>,
}

/// What is known about the file at a local path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Known {
    record: Option<Record>,
    pending: Option<Pending>,
    /// Complete download that is about to be moved to this path.
    arriving: Option<Record>,
}

/// A record, compared with the local file of now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorded {
    pub(crate) record: Option<Record>,
    /// Whether the local file still has the recorded content.
    pub(crate) is_same: bool,
    /// Whether the record has to be renewed if both sides are equal.
    pub(crate) is_outdated: bool,
}

/// An open state.
#[derive(Clone)]
pub(crate) struct SyncState {
    inner: Arc<Inner>,
    reports: HashReports,
}

struct Inner {
    path: PathBuf,
    access: Access,
    files: Mutex<HashMap<Box<str>, Known>>,
    /// Names that had a record of a remote file when it was read or written.
    names: Mutex<HashMap<FileId, Vec<Box<str>>>>,
    hashes: Semaphore,
    _lock: Option<File>,
}

impl SyncState {
    /// Reports files that are hashed.
    pub(crate) fn reporting(mut self, reports: HashReports) -> Self {
        self.reports = reports;
        self
    }

    /// Returns the path of the state file.
    pub(crate) fn path(&self) -> &Path {
        &self.inner.path
    }

    pub(crate) fn record(&self, key: &str) -> Option<Record> {
        self.inner.files().get(key)?.record.clone()
    }

    pub(crate) fn pending(&self, key: &str) -> Option<Pending> {
        self.inner.files().get(key)?.pending.clone()
    }

    pub(crate) fn arriving(&self, key: &str) -> Option<Record> {
        self.inner.files().get(key)?.arriving.clone()
    }

    /// Returns the record of a remote file under another name than `key`.
    ///
    /// A run that is killed while it renames a file can leave two of them. Only one of the local files
    /// exists then, which `exists` finds out.
    pub(crate) fn record_of(
        &self,
        id: &FileId,
        key: &str,
        exists: impl Fn(&str) -> bool,
    ) -> Option<(String, Record)> {
        let names = self.inner.names().get(id).cloned().unwrap_or_default();
        names.into_iter().filter(|other| **other != *key).find_map(|other| {
            let record = self.record(&other).filter(|record| record.file_id == *id)?;
            exists(&other).then(|| (other.into(), record))
        })
    }

    /// Returns the record of a file, compared with the local file.
    pub(crate) async fn recorded(
        &self,
        key: &str,
        local: &Path,
        now: Stamp,
    ) -> io::Result<Recorded> {
        let Some(known) = self.inner.files().get(key).cloned() else {
            return Ok(Recorded::default());
        };
        // The download was complete, and may have been moved before the run was killed.
        if let Some(arriving) = known.arriving
            && let (true, _) = self.compare(&arriving, local, now).await?
        {
            return Ok(Recorded { record: Some(arriving), is_same: true, is_outdated: true });
        }
        let Some(record) = known.record else { return Ok(Recorded::default()) };
        let (is_same, is_outdated) = self.compare(&record, local, now).await?;
        Ok(Recorded { record: Some(record), is_same, is_outdated })
    }

    /// Returns whether a local file has the content of a record, and whether the comparison read it.
    pub(crate) async fn compare(
        &self,
        record: &Record,
        local: &Path,
        now: Stamp,
    ) -> io::Result<(bool, bool)> {
        Ok(match record.xxh64 {
            _ if record.stamp.size != now.size => (false, false),
            _ if record.stamp == now && !now.may_hide_a_change_after(record.equal_at) => {
                (true, false)
            }
            Some(hash) => (self.hash(local).await? == hash, true),
            None => (record.stamp == now, false),
        })
    }

    /// Returns all records.
    pub(crate) fn records(&self) -> Vec<(String, Record)> {
        let files = self.inner.files();
        let all = files.iter().filter_map(|(key, known)| Some((key, known.record.clone()?)));
        all.map(|(key, record)| (key.to_string(), record)).collect()
    }

    /// Returns all new versions that an earlier run did not finish.
    pub(crate) fn all_pending(&self) -> Vec<(String, Pending)> {
        let files = self.inner.files();
        let all = files.iter().filter_map(|(key, known)| Some((key, known.pending.clone()?)));
        all.map(|(key, pending)| (key.to_string(), pending)).collect()
    }

    /// Records that a file is equal on both sides. A failure is only logged: the next run then
    /// compares the file without a record.
    pub(crate) async fn put(&self, key: &str, record: Record) {
        let line = format::record(key, &record);
        {
            let mut files = self.inner.files();
            if files.len() >= MAX_ENTRIES && !files.contains_key(key) {
                tracing::warn!(target: "frameio::transfer", "state.full");
                return;
            }
            let mut names = self.inner.names();
            let names = names.entry(record.file_id.clone()).or_default();
            if !names.iter().any(|name| **name == *key) {
                names.push(key.into());
            }
            files.insert(key.into(), Known { record: Some(record), ..Known::default() });
        }
        self.write(line, false).await.unwrap_or_else(log);
    }

    /// Removes what is known about a file.
    pub(crate) async fn remove(&self, key: &str) {
        if self.inner.files().remove(key).is_some() {
            self.write(format::removed(key), false).await.unwrap_or_else(log);
        }
    }

    /// Records a step of a new version, before the next step is taken.
    pub(crate) async fn put_pending(
        &self,
        key: &str,
        pending: Pending,
    ) -> Result<(), TransferError> {
        let line = format::pending(key, &pending);
        self.inner.files().entry(key.into()).or_default().pending = Some(pending);
        self.write(line, true).await.map_err(|error| failed(&self.inner.path, error))
    }

    /// Records that a complete download is about to be moved to its path.
    pub(crate) async fn put_arriving(
        &self,
        key: &str,
        record: Record,
    ) -> Result<(), TransferError> {
        let line = format::arriving(key, &record);
        self.inner.files().entry(key.into()).or_default().arriving = Some(record);
        self.write(line, true).await.map_err(|error| failed(&self.inner.path, error))
    }

    /// Forgets a new version whose file no longer exists.
    pub(crate) async fn end_pending(&self, key: &str) {
        let record = {
            let mut files = self.inner.files();
            let Some(known) = files.get_mut(key) else { return };
            known.pending = None;
            known.record.clone()
        };
        match record {
            Some(record) => self.put(key, record).await,
            None => self.remove(key).await,
        }
    }

    /// Computes the checksum of a file, a few files at a time.
    pub(crate) async fn hash(&self, path: &Path) -> io::Result<Xxh64> {
        let _permit = self.inner.hashes.acquire().await;
        stamp::hash(path.to_owned(), &self.reports).await
    }

    async fn write(&self, line: String, sync: bool) -> io::Result<()> {
        if self.inner.access == Access::Read {
            return Ok(());
        }
        let path = self.inner.path.clone();
        blocking(move || {
            let file = append(&path, &line)?;
            if sync { file.sync_data() } else { Ok(()) }
        })
        .await
    }
}

impl Inner {
    fn files(&self) -> MutexGuard<'_, HashMap<Box<str>, Known>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn names(&self) -> MutexGuard<'_, HashMap<FileId, Vec<Box<str>>>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the name of a file in a state. Names are normalized, because macOS decomposes accented
/// characters.
pub(crate) fn state_key(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| name.nfc().collect()).collect();
    names.join("/")
}

/// Returns the name of a file that is transferred as a path: its absolute path, and its path below the
/// folder, because the same file may be sent to several folders.
pub(crate) fn path_key(local: &Path, remote: &[String]) -> String {
    let local = state_key(&[local.to_string_lossy().into_owned()]);
    format!("{local}\0{}", state_key(remote))
}

/// Returns the absolute path and the remote path of the name of a file that is transferred as a path. A path
/// below a directory is both.
pub(crate) fn split_path_key(key: &str) -> (&str, &str) {
    key.split_once('\0').unwrap_or((key, key))
}

/// Returns the name of a file in a state: its path below the directory.
pub(crate) fn key_of(below: &Path) -> String {
    let names: Vec<_> = below.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    state_key(&names)
}

fn failed(path: &Path, error: io::Error) -> TransferError {
    let message = format!("cannot use the state file '{}': {}", path.display(), reason(&error));
    TransferError::new(TransferErrorKind::Manifest, message).because(error)
}

fn log(error: io::Error) {
    tracing::warn!(target: "frameio::transfer", %error, "state.not_written");
}

/// Appends a line with a single write. The leading newline terminates a truncated line.
pub(crate) fn append(path: &Path, line: &str) -> io::Result<File> {
    let mut options = frameio_private_file::options();
    let mut file = open_regular(path, options.read(true).append(true).create(true))?;
    file.write_all(line.as_bytes())?;
    Ok(file)
}
