//! Opening of a state: the path of its file, its lock, and the verification of the directory.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use frameio_core::{AccountId, FileId, FolderId};
use tokio::sync::Semaphore;
use twox_hash::XxHash3_64;

use super::{HASHES, Inner, Known, SyncState, TRASH, append, failed, format, log};
use crate::file_system;
use crate::hashing::HashReports;
use crate::lock_file::{Mode, Patience, try_lock};
use crate::tasks::blocking;
use crate::{TransferError, TransferErrorKind};

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
        let format::Content { mut files, device: last_device, is_compact, .. } =
            format::read(&path)?;
        let device = pair.directory.as_deref().and_then(file_system::id);
        if let Some(directory) = pair.directory.as_deref().filter(|_| pair.is_deleting)
            && !files.is_empty()
        {
            check_directory(directory, (device, last_device))?;
        }
        if let Some(directory) = pair.directory.as_deref()
            && last_device.is_some()
            && device != last_device
        {
            forget_missing(directory, &mut files);
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
        Ok(Self { inner: Arc::new(inner), reports: HashReports::default() })
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
}

impl Pair {
    /// Returns the pair of all files that were downloaded without a state of their own.
    pub(crate) fn downloads() -> Self {
        let (account, folder) = (AccountId::from("downloads"), FolderId::from("downloads"));
        Self { account, folder, directory: None, is_deleting: false }
    }

    pub(super) fn path(&self, states: &Path) -> PathBuf {
        states.join(format!("{:016x}.sync", self.key()))
    }

    fn key(&self) -> u64 {
        let directory = self.directory.as_deref().map(Path::to_string_lossy).unwrap_or_default();
        let keys = [self.account.as_str(), self.folder.as_str(), &directory].join("\0");
        XxHash3_64::oneshot(keys.as_bytes())
    }
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

/// Forgets files that do not exist in a directory on another file system than in the last run, so that no
/// later run counts them as deleted: another card may be mounted there. An empty directory is one where
/// nothing is mounted.
pub(super) fn forget_missing(directory: &Path, files: &mut HashMap<Box<str>, Known>) {
    let is_empty =
        std::fs::read_dir(directory).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        files.retain(|key, known| known.pending.is_some() || directory.join(&**key).exists());
    }
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
