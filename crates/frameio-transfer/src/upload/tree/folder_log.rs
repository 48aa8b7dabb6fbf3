//! Logs by which uploads of several runs learn what the others added to a folder.
//!
//! A run lists a folder of the service once, when it comes to it. What another run uploads later is
//! not in that list. So each run appends the files and folders that it added to a log of the folder,
//! and reads the lines of the others after it has locked a file, before it uploads it. That costs no
//! call. A log exists only while a run uses its folder: the last one to leave removes it. Its lock
//! is another file, since a locked file cannot be appended to everywhere.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use frameio_core::{FileId, FolderId};
use serde_json::{Value, json};

use super::remote::{Child, RemoteFile, key};
use crate::tasks::blocking;
use crate::upload::lock_file::{Mode, try_lock};

/// The log of one folder.
#[derive(Clone)]
pub(super) struct FolderLog {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    /// Locked by all who use the log.
    users: File,
    /// Tells the lines of this log apart from those of others.
    writer: String,
    state: Mutex<State>,
}

struct State {
    file: File,
    /// End of the lines read so far.
    read: u64,
    /// What others added since the log was opened.
    added: HashMap<String, Vec<Child>>,
}

impl FolderLog {
    /// Opens the log at `path`. Lines that it has already are of things that a list made from now on
    /// contains.
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

    /// Appends a file or a folder that was added to the folder.
    pub(super) async fn append(&self, name: &str, child: &Child) -> io::Result<()> {
        let mut line = json!({ "writer": self.inner.writer, "name": name });
        match child {
            Child::Folder(id) => line["folder"] = id.as_str().into(),
            Child::File(file) => {
                line["file"] = file.id.as_str().into();
                line["size"] = file.size.into();
            }
        }
        // The first line end closes a line of somebody else that broke off.
        let (inner, line) = (self.inner.clone(), format!("\n{line}\n"));
        // One write, at the end whoever else appends.
        blocking(move || inner.state().file.write_all(line.as_bytes())).await
    }

    /// Returns what others added under a name since the log was opened.
    pub(super) async fn added(&self, name: &str) -> io::Result<Vec<Child>> {
        let (inner, key) = (self.inner.clone(), key(name));
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
        // A line that is being written is read the next time.
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
                (_, Some(id)) => Child::File(RemoteFile {
                    id: FileId::from(id),
                    size: line["size"].as_u64().unwrap_or_default(),
                    is_complete: true,
                }),
                _ => continue,
            };
            if let Some(name) = line["name"].as_str() {
                self.added.entry(key(name)).or_default().push(child);
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
        // Whoever can lock it alone is the last one.
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
    // It is locked exclusively only for the moment in which it is removed.
    for _ in 0..100 {
        if let Some(file) = try_lock(&path, true, Mode::Shared)? {
            return Ok(file);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Returns a name that no other log of this machine has.
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
        Child::File(RemoteFile { id: id.into(), size, is_complete: true })
    }

    #[tokio::test]
    async fn others_see_what_is_added_after_they_opened_it_and_the_last_one_removes_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let first = FolderLog::open(path.clone()).await.unwrap();
        first.append("a.mov", &file("1", 10)).await.unwrap();
        let second = FolderLog::open(path.clone()).await.unwrap();
        assert_eq!(second.added("a.mov").await.unwrap(), [], "the list has it");
        first.append("Caf\u{e9}", &file("2", 20)).await.unwrap();
        first.append("Day 1", &Child::Folder("3".into())).await.unwrap();
        assert_eq!(second.added("Cafe\u{301}").await.unwrap(), [file("2", 20)]);
        assert_eq!(second.added("Day 1").await.unwrap(), [Child::Folder("3".into())]);
        assert_eq!(first.added("Day 1").await.unwrap(), [], "its own lines do not count");
        drop(first);
        assert!(path.exists());
        drop(second);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_line_that_broke_off_hides_no_other() {
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
    async fn a_line_that_is_not_whole_waits_for_its_end() {
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
