//! State files, which record what a directory and a remote folder had in common after earlier runs.
//!
//! # Which state a file belongs to
//!
//! A record belongs to a local file and the remote folder that the file was sent to or received from. It
//! is found by the *pair* of the file's directory and that folder, so every command uses the same record
//! for the same file and folder:
//!
//! | command | pair |
//! |---|---|
//! | `sync DIR FOLDER`, in both directions, and `watch` | `DIR` and `FOLDER` |
//! | `upload DIR/FILE --to FOLDER` | `DIR` and `FOLDER` |
//! | `upload DIR --to FOLDER` | `DIR` and the folder `FOLDER/DIR` |
//! | `download FOLDER/FILE -o DIR` | `DIR` and `FOLDER` |
//! | `download FOLDER/NAME -o DIR` of a folder | `DIR/NAME` and the folder `FOLDER/NAME` |
//!
//! Another folder is another pair: a file that is uploaded to a second folder is a new file there.
//!
//! There is one file for each pair that a run begins with, and none for the directories below it: they
//! use the state of the run, which also records their remote folders. A later run that begins with such a
//! directory finds this state by the directories above (see `nesting`), and uses it under the path of the
//! directory. If the directory was used first, its state is taken over when a run comes from above.
//!
//! # Format and locks
//!
//! A state file consists of lines of JSON that are only appended, each with a single write, so a kill can
//! only truncate the last line, which is ignored. When a run has the file for itself, it replaces
//! superseded lines by an atomic rename. A separate lock file has the lock, because the state file is
//! replaced. `sync` and `watch` lock it exclusively, also against runs in directories below. Uploads and
//! downloads share it.

pub(crate) mod compare;
mod directories;
mod disks;
mod format;
mod names;
mod nesting;
mod opening;
pub(crate) mod stamp;
#[cfg(test)]
mod tests;
pub(crate) mod waiting;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use frameio_core::{FileId, FolderId, VersionStackId};
use frameio_private_file::open_regular;
use tokio::sync::Semaphore;

pub(crate) use self::directories::GoneDirectory;
use self::names::Names;
pub(crate) use self::names::{directories_above, key_of, normalized, state_key};
pub(crate) use self::opening::{Access, Pair};
use self::stamp::{Stamp, Xxh64, nanos};
use crate::error::OnFailure;
use crate::hashing::HashReports;
use crate::local_file::reason;
use crate::tasks::blocking;
use crate::{Digest, TransferError, TransferErrorKind};

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

impl Record {
    /// Creates the record of a file whose download is complete.
    pub(crate) fn of(file_id: FileId, stamp: Stamp, digest: Option<&Digest>) -> Self {
        let equal_at = nanos(SystemTime::now());
        Self { stamp, xxh64: digest.and_then(Xxh64::of), file_id, equal_at }
    }
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
    /// Remote file of another name that a download saved here, next to the local file of that name.
    copy: Option<Record>,
    /// Remote file that differed when no run had recorded the local one.
    differing: Option<FileId>,
    /// File system of the directory of the recorded file.
    device: Option<u64>,
    /// Whether a watcher moves the recorded file away, so that its absence does not mean that it was deleted.
    is_taken: bool,
}

/// A record, compared with the local file of now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorded {
    pub(crate) record: Option<Record>,
    /// Whether the local file still has the recorded content.
    pub(crate) is_same: bool,
    /// Whether the record has to be renewed if both sides are equal.
    pub(crate) is_outdated: bool,
    /// Whether it is the record of another path, at which the remote file was in an earlier run.
    pub(crate) is_of_other_path: bool,
}

/// What is known about files by their paths below the directory of the state.
type Files = HashMap<Box<str>, Known>;

/// An open state, limited to a directory. Names are paths below this directory.
#[derive(Clone)]
pub(crate) struct SyncState {
    inner: Arc<Inner>,
    /// Beginning of the names of the directory in the file.
    prefix: Arc<str>,
    /// The directory as the run refers to it.
    root: Arc<Path>,
    /// Path of the file that the directory has if no directory above has one.
    own: Arc<Path>,
    /// Whether files are read to find changes that keep size and time.
    reads_files: bool,
    /// Whether anything was known about files when the state was opened.
    is_known: bool,
    reports: HashReports,
}

struct Inner {
    path: PathBuf,
    pair: Pair,
    access: Access,
    files: Mutex<Files>,
    /// Remote folders of the directories below.
    folders: Mutex<HashMap<Box<str>, FolderId>>,
    names: Mutex<Names>,
    hashes: Semaphore,
    /// Called once.
    on_failure: Mutex<Option<OnFailure>>,
    _lock: Option<File>,
}

impl SyncState {
    /// Reports files that are hashed.
    pub(crate) fn reporting(mut self, reports: HashReports) -> Self {
        self.reports = reports;
        self
    }

    /// Returns a path that identifies the directory and the folder, for files next to the state file.
    pub(crate) fn own_path(&self) -> &Path {
        &self.own
    }

    /// Returns the name of a local file.
    pub(crate) fn key(&self, local: &Path) -> String {
        key_of(local.strip_prefix(&self.root).unwrap_or(local))
    }

    /// Returns the local path of a name.
    pub(crate) fn local_path(&self, key: &str) -> PathBuf {
        key.split('/').fold(self.root.to_path_buf(), |path, name| path.join(name))
    }

    fn full(&self, key: &str) -> Box<str> {
        [&self.prefix, key].concat().into()
    }

    fn known(&self, key: &str) -> Option<Known> {
        self.inner.files().get(&self.full(key)).cloned()
    }

    pub(crate) fn record(&self, key: &str) -> Option<Record> {
        self.known(key)?.record
    }

    pub(crate) fn pending(&self, key: &str) -> Option<Pending> {
        self.known(key)?.pending
    }

    pub(crate) fn arriving(&self, key: &str) -> Option<Record> {
        self.known(key)?.arriving
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
        let names = self.inner.names().of(id);
        let below = names.iter().filter_map(|name| name.strip_prefix(&*self.prefix));
        below.filter(|other| *other != key).find_map(|other| {
            let record = self.record(other).filter(|record| record.file_id == *id)?;
            exists(other).then(|| (other.to_owned(), record))
        })
    }

    /// Sets whether files are read to find changes that keep size and time.
    pub(crate) const fn reading_files(mut self, reads_files: bool) -> Self {
        self.reads_files = reads_files;
        self
    }

    /// Returns the record of a file, compared with the local file.
    pub(crate) async fn recorded(
        &self,
        key: &str,
        local: &Path,
        now: Stamp,
    ) -> io::Result<Recorded> {
        let Some(known) = self.known(key) else { return Ok(Recorded::default()) };
        // The download was complete, and may have been moved before the run was killed.
        if let Some(arriving) = known.arriving
            && let (true, _) = self.compare(&arriving, local, now).await?
        {
            let record = Some(arriving);
            return Ok(Recorded {
                record,
                is_same: true,
                is_outdated: true,
                ..Recorded::default()
            });
        }
        let Some(record) = known.record else { return Ok(Recorded::default()) };
        let (is_same, is_outdated) = self.compare(&record, local, now).await?;
        if is_same {
            self.renew_device(key).await;
        }
        Ok(Recorded { record: Some(record), is_same, is_outdated, is_of_other_path: false })
    }

    /// Returns whether a local file has the content of a record, and whether the record has to be renewed.
    pub(crate) async fn compare(
        &self,
        record: &Record,
        local: &Path,
        now: Stamp,
    ) -> io::Result<(bool, bool)> {
        let is_unchanged = record.stamp == now && !now.may_hide_a_change_after(record.equal_at);
        Ok(match record.xxh64 {
            _ if record.stamp.size != now.size => (false, false),
            _ if is_unchanged && !self.reads_files => (true, false),
            Some(hash) => (self.hash(local).await? == hash, !is_unchanged),
            None => (record.stamp == now, false),
        })
    }

    /// Returns whether earlier runs have recorded files of the directory and the folder.
    pub(crate) const fn is_known(&self) -> bool {
        self.is_known
    }

    /// Records that a file without a record differs from a remote file, so that a later run does not
    /// take the remote file for a new one.
    pub(crate) async fn put_differing(&self, key: &str, id: &FileId) {
        if self.differs_from(key, id) {
            return;
        }
        let key = self.full(key);
        let line = format::differing(&key, id);
        self.inner.files().entry(key).or_default().differing = Some(id.clone());
        self.write(line, false).await;
    }

    /// Returns whether an earlier run has found that a file differs from a remote file.
    pub(crate) fn differs_from(&self, key: &str, id: &FileId) -> bool {
        self.known(key).is_some_and(|known| known.differing.as_ref() == Some(id))
    }

    /// Returns whether nothing is known about any file.
    pub(crate) fn is_empty(&self) -> bool {
        !self.inner.files().keys().any(|key| key.starts_with(&*self.prefix))
    }

    /// Returns all records.
    pub(crate) fn records(&self) -> Vec<(String, Record)> {
        self.all(|known| known.record.clone())
    }

    /// Returns all new versions that an earlier run did not finish.
    pub(crate) fn all_pending(&self) -> Vec<(String, Pending)> {
        self.all(|known| known.pending.clone())
    }

    fn all<T>(&self, select: impl Fn(&Known) -> Option<T>) -> Vec<(String, T)> {
        let files = self.inner.files();
        let below = files.iter().filter_map(|(key, known)| {
            let key = key.strip_prefix(&*self.prefix)?;
            Some((key.to_owned(), select(known)?))
        });
        below.collect()
    }

    /// Records that a file is equal on both sides. A failure is reported once, and the next run compares
    /// the file without a record.
    pub(crate) async fn put(&self, key: &str, record: Record) {
        let key = self.full(key);
        let device = self.device(&key).await;
        let line = format::record(&key, &record, device);
        let is_full = {
            let mut files = self.inner.files();
            let is_full = files.len() >= MAX_ENTRIES && !files.contains_key(&key);
            if !is_full {
                self.inner.names().add(&key, Some(&record));
                let known = Known { record: Some(record), device, ..Known::default() };
                files.insert(key, known);
            }
            is_full
        };
        match is_full {
            true => self.inner.failed(io::Error::other("it has too many entries")),
            false => self.write(line, false).await,
        }
    }

    /// Removes what is known about a file.
    pub(crate) async fn remove(&self, key: &str) {
        let key = self.full(key);
        if self.inner.files().remove(&key).is_some() {
            self.write(format::removed(&key), false).await;
        }
    }

    /// Records a step of a new version, before the next step is taken.
    pub(crate) async fn put_pending(
        &self,
        key: &str,
        pending: Pending,
    ) -> Result<(), TransferError> {
        let key = self.full(key);
        let line = format::pending(&key, &pending);
        self.inner.files().entry(key).or_default().pending = Some(pending);
        self.try_write(line, true).await.map_err(|error| failed(&self.inner.path, error))
    }

    /// Records that the file of a record is about to be moved away by a watcher.
    pub(crate) async fn take(&self, key: &str) {
        let key = self.full(key);
        let line = format::taken(&key);
        match self.inner.files().get_mut(&key) {
            Some(known) => known.is_taken = true,
            None => return,
        }
        self.write(line, false).await;
    }

    /// Returns whether a watcher has moved the recorded file away.
    pub(crate) fn is_taken(&self, key: &str) -> bool {
        self.known(key).is_some_and(|known| known.is_taken)
    }

    /// Records that a complete download is about to be moved to its path.
    pub(crate) async fn put_arriving(
        &self,
        key: &str,
        record: Record,
    ) -> Result<(), TransferError> {
        let key = self.full(key);
        let line = format::arriving(&key, &record);
        self.inner.files().entry(key).or_default().arriving = Some(record);
        self.try_write(line, true).await.map_err(|error| failed(&self.inner.path, error))
    }

    /// Records that a complete download is about to be saved next to the local file of its name.
    pub(crate) async fn put_copy(&self, key: &str, record: Record) -> Result<(), TransferError> {
        let key = self.full(key);
        let line = format::copy(&key, &record);
        self.inner.files().entry(key).or_default().copy = Some(record);
        self.try_write(line, true).await.map_err(|error| failed(&self.inner.path, error))
    }

    /// Returns the record of the remote file of another name that the local file is a copy of.
    pub(crate) async fn copy(
        &self,
        key: &str,
        local: &Path,
        now: Stamp,
    ) -> io::Result<Option<Record>> {
        let Some(copy) = self.known(key).and_then(|known| known.copy) else { return Ok(None) };
        let (is_same, _) = self.compare(&copy, local, now).await?;
        Ok(Some(copy).filter(|_| is_same))
    }

    /// Forgets a new version whose file no longer exists.
    pub(crate) async fn end_pending(&self, key: &str) {
        let record = {
            let mut files = self.inner.files();
            let Some(known) = files.get_mut(&self.full(key)) else { return };
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

    async fn write(&self, line: String, sync: bool) {
        if let Err(error) = self.try_write(line, sync).await {
            self.inner.failed(error);
        }
    }

    async fn try_write(&self, line: String, sync: bool) -> io::Result<()> {
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
    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn folders(&self) -> MutexGuard<'_, HashMap<Box<str>, FolderId>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports a record that was not written.
    fn failed(&self, error: io::Error) {
        log(&error);
        let on_failure = self.on_failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(on_failure) = on_failure {
            on_failure(&failed(&self.path, error));
        }
    }
}

fn failed(path: &Path, error: io::Error) -> TransferError {
    let message = format!("cannot use the state file '{}': {}", path.display(), reason(&error));
    TransferError::new(TransferErrorKind::State, message).because(error)
}

fn log(error: &io::Error) {
    tracing::warn!(target: "frameio::transfer", %error, "state.not_written");
}

/// Appends a line with a single write. The leading newline terminates a truncated line.
pub(crate) fn append(path: &Path, line: &str) -> io::Result<File> {
    let mut options = frameio_private_file::options();
    let mut file = open_regular(path, options.read(true).append(true).create(true))?;
    file.write_all(line.as_bytes())?;
    Ok(file)
}
