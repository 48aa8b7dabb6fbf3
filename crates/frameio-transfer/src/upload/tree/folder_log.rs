//! Folder logs, which notify concurrent runs of additions to a remote folder.
//!
//! A run lists each remote folder once, so the list lacks later additions by other runs. Therefore each
//! run appends its additions to a log of the folder, and reads the lines of other runs after locking a
//! file and before uploading it, without a call to the service. A log exists while a run uses its
//! folder; the last run removes it. The lock is a separate file, because some systems do not allow
//! appending to a locked file.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use frameio_core::{FileId, FolderId};
use serde_json::{Value, json};

use super::remote::{Child, RemoteFile};
use crate::lock_file::{Mode, try_lock};
use crate::tasks::blocking;

/// The log of a folder.
#[derive(Clone)]
pub(super) struct FolderLog {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    /// Lock file, locked by all users of the log.
    users: File,
    /// Id of this run in the lines of the log.
    writer: String,
    state: Mutex<State>,
}

struct State {
    file: File,
    /// End of the lines that were read.
    read: u64,
    /// Additions by other runs since the log was opened.
    added: HashMap<String, Vec<Child>>,
}

impl FolderLog {
    /// Opens the log at `path`. Existing lines are skipped, because a subsequent list contains their
    /// additions.
    pub(super) async fn open(path: PathBuf) -> io::Result<Self> {
        blocking(move || Self::open_now(&path)).await
    }

    fn open_now(path: &Path) -> io::Result<Self> {
        let users = lock_users(path)?;
        let mut options = frameio_private_file::options();
        options.read(true).append(true).create(true);
        let file = frameio_private_file::open_regular(path, &mut options)?;
        let read = file.metadata()?.len();
        let state = Mutex::new(State { file, read, added: HashMap::new() });
        let inner = Inner { path: path.to_owned(), users, writer: writer(), state };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Records the addition of a file or a folder.
    pub(super) async fn append(&self, name: &str, child: &Child) -> io::Result<()> {
        let mut line = json!({ "writer": self.inner.writer, "name": name });
        match child {
            Child::Folder(id) => line["folder"] = id.as_str().into(),
            Child::File(file) => {
                line["file"] = file.id.as_str().into();
                line["size"] = file.size.into();
            }
        }
        // The leading newline terminates a truncated line of another run.
        let (inner, line) = (self.inner.clone(), format!("\n{line}\n"));
        // A single write in append mode is atomic.
        blocking(move || inner.state().file.write_all(line.as_bytes())).await
    }

    /// Returns the additions of other runs with a name since the log was opened.
    pub(super) async fn added(&self, name: &str) -> io::Result<Vec<Child>> {
        let (inner, key) = (self.inner.clone(), name.to_owned());
        blocking(move || {
            let state = &mut *inner.state();
            state.read_new(&inner.writer)?;
            Ok(state.added.get(&key).cloned().unwrap_or_default())
        })
        .await
    }
}

impl State {
    fn read_new(&mut self, own: &str) -> io::Result<()> {
        let mut text = Vec::new();
        self.file.seek(SeekFrom::Start(self.read))?;
        self.file.read_to_end(&mut text)?;
        // An incomplete line is read the next time.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        self.read += whole as u64;
        let lines = text.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n');
        for line in lines {
            let Ok(line) = serde_json::from_slice::<Value>(line) else { continue };
            if line["writer"].as_str() == Some(own) {
                continue;
            }
            let child = match (line["folder"].as_str(), line["file"].as_str()) {
                (Some(id), _) => Child::Folder(FolderId::from(id)),
                (_, Some(id)) => {
                    let size = line["size"].as_u64().unwrap_or_default();
                    Child::File(RemoteFile::uploaded(FileId::from(id), size))
                }
                _ => continue,
            };
            if let Some(name) = line["name"].as_str() {
                self.added.entry(name.to_owned()).or_default().push(child);
            }
        }
        Ok(())
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The last user can lock the file exclusively.
        if self.users.unlock().is_ok() && self.users.try_lock().is_ok() {
            drop(std::fs::remove_file(&self.path));
            drop(std::fs::remove_file(users(&self.path)));
        }
    }
}

fn users(log: &Path) -> PathBuf {
    log.with_extension("users")
}

fn lock_users(log: &Path) -> io::Result<File> {
    let path = users(log);
    // The exclusive lock is held only briefly, during removal.
    for _ in 0..100 {
        if let Some(file) = try_lock(&path, true, Mode::Shared)? {
            return Ok(file);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Returns a unique id for the lines of this log.
fn writer() -> String {
    static PROCESS: OnceLock<RandomState> = OnceLock::new();
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let process = PROCESS.get_or_init(RandomState::new).build_hasher().finish();
    let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    format!("{process:016x}-{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: &str, size: u64) -> Child {
        Child::File(RemoteFile::uploaded(id.into(), size))
    }

    #[tokio::test]
    async fn reports_additions_to_other_runs_and_is_removed_by_the_last_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let first = FolderLog::open(path.clone()).await.unwrap();
        first.append("a.mov", &file("1", 10)).await.unwrap();
        let second = FolderLog::open(path.clone()).await.unwrap();
        assert_eq!(second.added("a.mov").await.unwrap(), [], "added before the log was opened");
        first.append("Caf\u{e9}", &file("2", 20)).await.unwrap();
        first.append("Day 1", &Child::Folder("3".into())).await.unwrap();
        assert_eq!(second.added("Caf\u{e9}").await.unwrap(), [file("2", 20)]);
        assert_eq!(second.added("Cafe\u{301}").await.unwrap(), [], "another file");
        assert_eq!(second.added("Day 1").await.unwrap(), [Child::Folder("3".into())]);
        assert_eq!(first.added("Day 1").await.unwrap(), [], "skips its own lines");
        drop(first);
        assert!(path.exists());
        drop(second);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn skips_a_truncated_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let (log, other) = (FolderLog::open(path.clone()), FolderLog::open(path.clone()));
        let (log, other) = (log.await.unwrap(), other.await.unwrap());
        let mut broken = File::options().append(true).open(&path).unwrap();
        broken.write_all(b"{\"writer\":\"x\",\"na").unwrap();
        other.append("a", &file("1", 5)).await.unwrap();
        assert_eq!(log.added("a").await.unwrap(), [file("1", 5)]);
    }

    #[tokio::test]
    async fn reads_an_incomplete_line_after_its_end_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let log = FolderLog::open(path.clone()).await.unwrap();
        let mut other = File::options().append(true).open(&path).unwrap();
        other.write_all(b"garbage\n{\"writer\":\"x\",\"name\":\"a\",\"file\":\"1\"").unwrap();
        assert_eq!(log.added("a").await.unwrap(), []);
        other.write_all(b",\"size\":5}\n").unwrap();
        assert_eq!(log.added("a").await.unwrap(), [file("1", 5)]);
    }
}
