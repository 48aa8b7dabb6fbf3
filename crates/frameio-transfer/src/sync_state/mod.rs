//! State files, which record what a directory and a remote folder had in common after earlier runs.
//!
//! There is one file for each pair of directory and folder. It consists of lines of JSON that are only
//! appended, each with a single write, so a kill can only truncate the last line, which is ignored. When
//! a run has the file for itself, it replaces superseded lines by an atomic rename. A separate lock file
//! has the lock, because the state file is replaced.

pub(crate) mod compare;
mod format;
pub(crate) mod stamp;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use frameio_core::{AccountId, FileId, FolderId, VersionStackId};
use frameio_private_file::open_regular;
use tokio::sync::Semaphore;
use twox_hash::XxHash3_64;
use unicode_normalization::UnicodeNormalization;

use self::stamp::{Stamp, Xxh64};
use crate::file_system;
use crate::local_file::reason;
use crate::lock_file::{Mode, Patience, try_lock};
use crate::tasks::blocking;
use crate::{TransferError, TransferErrorKind};

/// Directory below the local root to which deleted files are moved.
pub(crate) const TRASH: &str = ".frameio-trash";

/// Maximum number of files of a state.
const MAX_ENTRIES: usize = 2_000_000;

/// Number of files that are hashed at the same time.
const HASHES: usize = 2;

/// Maximum wait for a run that uses the same state.
const IN_USE: std::time::Duration = std::time::Duration::from_secs(2);

/// Directory and folder of a state.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) account: AccountId,
    pub(crate) folder: FolderId,
    /// Absolute path; `None` for files that are named individually.
    pub(crate) directory: Option<PathBuf>,
    /// Whether the run deletes files, and refuses a directory on another file system than in the last
    /// run, or without any files.
    pub(crate) is_deleting: bool,
}

/// Use of a state file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nothing is written or locked.
    Read,
    /// Other runs may append at the same time.
    Shared,
    /// No other run may use the state.
    Exclusive,
}

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
    /// Opens the state of a pair in the directory `states`.
    pub(crate) async fn open(
        states: &Path,
        pair: Pair,
        access: Access,
    ) -> Result<Self, TransferError> {
        let path = pair.path(states);
        if access == Access::Shared {
            shorten(&path, &pair).await;
        }
        let lock = match access {
            Access::Read => None,
            Access::Shared | Access::Exclusive => Some(lock(&path, access).await?),
        };
        let file = path.clone();
        let opened = blocking(move || Self::open_locked(file, &pair, access, lock)).await;
        opened.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => {
                TransferError::new(TransferErrorKind::Invalid, error.to_string())
            }
            _ => failed(&path, error),
        })
    }

    fn open_locked(
        path: PathBuf,
        pair: &Pair,
        access: Access,
        lock: Option<File>,
    ) -> io::Result<Self> {
        let format::Content { files, device: last_device, is_compact } = format::read(&path)?;
        let device = pair.directory.as_deref().and_then(file_system::id);
        if let Some(directory) = pair.directory.as_deref().filter(|_| pair.is_deleting)
            && !files.is_empty()
        {
            check_directory(directory, (device, last_device))?;
        }
        match access {
            Access::Read => {}
            Access::Exclusive if !is_compact || device != last_device => {
                frameio_private_file::write(&path, &format::whole(pair, device, &files))?;
            }
            Access::Shared if !path.exists() => {
                let head = format::whole(pair, device, &HashMap::new());
                append(&path, &String::from_utf8_lossy(&head))?;
            }
            Access::Shared | Access::Exclusive => {}
        }
        let mut names: HashMap<FileId, Vec<Box<str>>> = HashMap::new();
        for (key, known) in &files {
            if let Some(record) = &known.record {
                names.entry(record.file_id.clone()).or_default().push(key.clone());
            }
        }
        let inner = Inner {
            path,
            access,
            files: Mutex::new(files),
            names: Mutex::new(names),
            hashes: Semaphore::new(HASHES),
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Returns the device of the directory in the last run, without opening the state.
    pub(crate) async fn last_device(states: &Path, pair: &Pair) -> Option<u64> {
        let path = pair.path(states);
        blocking(move || format::read(&path)).await.ok()?.device
    }

    /// Returns whether the state has a record of any file, without opening it.
    pub(crate) async fn has_records(states: &Path, pair: &Pair) -> bool {
        let path = pair.path(states);
        blocking(move || format::read(&path)).await.is_ok_and(|content| !content.files.is_empty())
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
        stamp::hash(path.to_owned()).await
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

impl Pair {
    fn path(&self, states: &Path) -> PathBuf {
        states.join(format!("{:016x}.sync", self.key()))
    }

    fn key(&self) -> u64 {
        let directory = self.directory.as_deref().map(Path::to_string_lossy).unwrap_or_default();
        let keys = [self.account.as_str(), self.folder.as_str(), &directory].join("\0");
        XxHash3_64::oneshot(keys.as_bytes())
    }
}

/// Returns the name of a file in a state. Names are normalized, because macOS decomposes accented
/// characters.
pub(crate) fn state_key(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| name.nfc().collect()).collect();
    names.join("/")
}

/// Returns the name of a file in a state: its path below the directory.
pub(crate) fn key_of(below: &Path) -> String {
    let names: Vec<_> = below.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    state_key(&names)
}

/// Removes superseded lines, unless another run uses the state. A failure is only logged.
async fn shorten(path: &Path, pair: &Pair) {
    let (path, pair) = (path.to_owned(), pair.clone());
    let shortened = blocking(move || {
        if !path.exists() {
            return Ok(());
        }
        let lock = try_lock(&path.with_extension("sync.lock"), true, Mode::Exclusive)?;
        if lock.is_some() {
            SyncState::open_locked(path, &pair, Access::Exclusive, lock)?;
        }
        Ok::<_, io::Error>(())
    });
    shortened.await.unwrap_or_else(log);
}

/// Refuses a directory that is probably not the one of earlier runs, so that no file counts as deleted.
fn check_directory(
    directory: &Path,
    (device, last_device): (Option<u64>, Option<u64>),
) -> io::Result<()> {
    let refused = |reason: &str| {
        let directory = directory.display();
        let message = format!("'{directory}' {reason}; nothing was deleted or transferred");
        Err(io::Error::new(io::ErrorKind::InvalidInput, message))
    };
    if last_device.is_some() && device != last_device {
        return refused("is on another file system than in the last run");
    }
    let mut entries = std::fs::read_dir(directory)?;
    let is_content = |entry: io::Result<std::fs::DirEntry>| {
        entry.map_or(true, |entry| entry.file_name() != TRASH)
    };
    if entries.any(is_content) { Ok(()) } else { refused("is empty; was it mounted?") }
}

async fn lock(path: &Path, access: Access) -> Result<File, TransferError> {
    let mode = if access == Access::Exclusive { Mode::Exclusive } else { Mode::Shared };
    let mut patience = Patience::within(IN_USE);
    let lock = path.with_extension("sync.lock");
    loop {
        let file = lock.clone();
        let locked = blocking(move || {
            frameio_private_file::create_dir_all(frameio_private_file::parent(&file))?;
            try_lock(&file, true, mode)
        });
        match locked.await.map_err(|error| failed(path, error))? {
            Some(file) => return Ok(file),
            None if patience.wait(&lock).await => {}
            None => {
                let message = format!(
                    "another run uses the same directory and folder (state '{}'); wait for its end",
                    path.display()
                );
                return Err(TransferError::new(TransferErrorKind::Manifest, message));
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn pair() -> Pair {
        let directory = Some("/media".into());
        Pair { account: "a".into(), folder: "f".into(), directory, is_deleting: false }
    }

    fn record(id: &str, size: u64) -> Record {
        let modified = Some(UNIX_EPOCH + Duration::new(1_700_000_000, 5));
        let stamp = Stamp { size, modified };
        Record { stamp, xxh64: Some(Xxh64(7)), file_id: id.into(), equal_at: 1 << 70 }
    }

    async fn open(directory: &Path, access: Access) -> Result<SyncState, TransferError> {
        SyncState::open(directory, pair(), access).await
    }

    fn file(directory: &Path) -> PathBuf {
        let mut all = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        all.find(|path| path.extension().is_some_and(|end| end == "sync")).unwrap()
    }

    #[tokio::test]
    async fn keeps_records_and_pending_versions_and_drops_superseded_lines() {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let pending = Pending {
            folder: "f".into(),
            old: "1".into(),
            stack: Some("s".into()),
            new: Some(("2".into(), record("2", 5).stamp, None)),
        };
        {
            let state = open(at, Access::Exclusive).await.unwrap();
            for size in 0..50 {
                state.put("Day 1/Caf\u{e9} \"\n.mov", record("1", size)).await;
            }
            state.put("b", record("2", 3)).await;
            state.remove("b").await;
            state.put("c", record("1", 1)).await;
            state.put_pending("c", pending.clone()).await.unwrap();
        }
        let long = std::fs::metadata(file(at)).unwrap().len();
        for access in [Access::Read, Access::Shared, Access::Exclusive] {
            let state = open(at, access).await.unwrap();
            assert_eq!(state.record("Day 1/Caf\u{e9} \"\n.mov"), Some(record("1", 49)));
            assert_eq!((state.record("b"), state.records().len()), (None, 2));
            assert_eq!(state.record("c"), Some(record("1", 1)), "of the preceding version");
            assert_eq!(state.all_pending(), [("c".to_owned(), pending.clone())]);
        }
        assert!(std::fs::metadata(file(at)).unwrap().len() * 4 < long, "it was not compacted");
        let state = open(at, Access::Exclusive).await.unwrap();
        state.put("c", record("2", 5)).await;
        assert_eq!(state.pending("c"), None, "a record ends the new version");
    }

    #[tokio::test]
    async fn reads_the_state_after_any_truncation() {
        let directory = tempfile::tempdir().unwrap();
        let state = open(directory.path(), Access::Shared).await.unwrap();
        state.put("a", record("1", 1)).await;
        state.put("b", record("2", 2)).await;
        drop(state);
        let path = file(directory.path());
        let whole = std::fs::read(&path).unwrap();
        for length in 0..=whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let state = open(directory.path(), Access::Shared).await.unwrap();
            state.put("c", record("3", 3)).await;
            drop(state);
            let state = open(directory.path(), Access::Read).await.unwrap();
            assert_eq!(state.record("c"), Some(record("3", 3)), "{length}");
            assert!(state.record("a").is_none_or(|a| a == record("1", 1)), "{length}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_exclusive_use_excludes_others() {
        let directory = tempfile::tempdir().unwrap();
        let held = open(directory.path(), Access::Exclusive).await.unwrap();
        for access in [Access::Exclusive, Access::Shared] {
            let error = open(directory.path(), access).await.err().unwrap();
            assert!(error.to_string().contains("another run uses the same"), "{error}");
        }
        open(directory.path(), Access::Read).await.unwrap();
        drop(held);
        let _first = open(directory.path(), Access::Shared).await.unwrap();
        open(directory.path(), Access::Shared).await.unwrap();
    }

    #[tokio::test]
    async fn refuses_other_files_and_newer_versions() {
        let directory = tempfile::tempdir().unwrap();
        drop(open(directory.path(), Access::Exclusive).await.unwrap());
        let path = file(directory.path());
        for (content, message) in
            [("hello\n", "not a state file"), ("{\"frameio_sync\":2}\n", "newer version")]
        {
            std::fs::write(&path, content).unwrap();
            let error = open(directory.path(), Access::Exclusive).await.err().unwrap();
            assert!(error.to_string().contains(message), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        }
    }
}
