//! Opening of a state: the path of its file, its lock, and the verification of the directory.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use frameio_core::{AccountId, FolderId};
use tokio::sync::Semaphore;
use twox_hash::XxHash3_64;

use super::nesting::Owner;
use super::{Files, HASHES, Inner, SyncState, append, failed, format, key_of, log};
use crate::error::OnFailure;
use crate::file_system;
use crate::hashing::HashReports;
use crate::lock_file::{Mode, Patience, try_lock};
use crate::tasks::blocking;
use crate::{TransferError, TransferErrorKind};

/// Maximum wait for a run that uses the same state.
const IN_USE: std::time::Duration = std::time::Duration::from_secs(2);

/// Number of times that a run looks for the state again, because another run has moved it.
const LOOKUPS: usize = 5;

/// Directory and folder of a state.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) account: AccountId,
    pub(crate) folder: FolderId,
    /// Absolute path without symbolic links.
    pub(crate) directory: PathBuf,
    /// The directory as the run refers to it.
    pub(crate) root: PathBuf,
    /// Whether the run deletes files, and refuses a directory on another file system than in the last
    /// run.
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
    /// Opens the state of a pair in the directory `states`, which may be that of a directory above.
    /// `on_failure` is called if a record cannot be written.
    pub(crate) async fn open(
        states: &Path,
        pair: Pair,
        access: Access,
        on_failure: Option<OnFailure>,
    ) -> Result<Self, TransferError> {
        let mut owner = Owner::find(states, &pair).await;
        for _ in 0..LOOKUPS {
            let path = owner.pair.path(states);
            if access == Access::Shared {
                shorten(&path, &owner.pair).await;
            }
            let lock = match access {
                Access::Read => None,
                Access::Shared | Access::Exclusive => Some(lock(&path, access).await?),
            };
            if access != Access::Read {
                // A run in a directory above may have taken over the records before the lock was held.
                let now = Owner::find(states, &pair).await;
                if now.pair.directory != owner.pair.directory {
                    owner = now;
                    continue;
                }
            }
            let state = Self::open_owner((path, owner.clone()), pair.path(states), (access, lock));
            let mut state = state.await?.on_failure(on_failure);
            if !owner.is_own() {
                // A run from above may have found the directory in use, and taken over nothing.
                let above = Self { prefix: Arc::from(""), ..state.clone() };
                above.adopt(&key_of(&owner.below), &pair.folder).await?;
            }
            state.is_known = !state.is_empty();
            return Ok(state);
        }
        Err(in_use(&owner.pair.path(states)))
    }

    async fn open_owner(
        (path, owner): (PathBuf, Owner),
        own: PathBuf,
        (access, lock): (Access, Option<File>),
    ) -> Result<Self, TransferError> {
        let (file, below) = (path.clone(), owner.clone());
        let opened = blocking(move || open_locked(file, &below, access, lock));
        let inner = opened.await.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => {
                TransferError::new(TransferErrorKind::Invalid, error.to_string())
            }
            _ => failed(&path, error),
        })?;
        let (inner, own) = (Arc::new(inner), Arc::from(own));
        let (prefix, root) = (owner.prefix().into(), Arc::from(owner.pair.root));
        let reports = HashReports::default();
        Ok(Self { inner, prefix, root, own, reads_files: false, is_known: false, reports })
    }

    fn on_failure(self, on_failure: Option<OnFailure>) -> Self {
        *self.inner.on_failure.lock().unwrap_or_else(PoisonError::into_inner) = on_failure;
        self
    }

    /// Returns the device of the directory in the last run, without opening the state.
    pub(crate) async fn last_device(states: &Path, pair: &Pair) -> Option<u64> {
        let owner = Owner::find(states, pair).await;
        if !owner.is_own() {
            return None;
        }
        let path = pair.path(states);
        blocking(move || format::read(&path)).await.ok()?.device
    }

    /// Returns whether the state has a record of any file, without opening it.
    pub(crate) async fn has_records(states: &Path, pair: &Pair) -> bool {
        let owner = Owner::find(states, pair).await;
        let path = owner.pair.path(states);
        let content = blocking(move || format::read(&path)).await;
        content.is_ok_and(|content| owner.has_records(&content.files))
    }
}

impl Pair {
    /// Creates the pair of a directory, which may be missing, and a folder.
    pub(crate) async fn new(
        (account, folder): (&AccountId, &FolderId),
        root: &Path,
    ) -> io::Result<Self> {
        let path = match root.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => root.to_owned(),
        };
        let canonical = blocking(move || canonical(&path));
        Ok(Self {
            account: account.clone(),
            folder: folder.clone(),
            directory: canonical.await?,
            root: root.to_owned(),
            is_deleting: false,
        })
    }

    /// Returns the path of the state file, whose name has the hashes of the directory and the folder.
    pub(super) fn path(&self, states: &Path) -> PathBuf {
        let start = self.start_of_name(&self.directory);
        states.join(format!("{start}{:016x}.sync", hash(&[self.folder.as_str()])))
    }

    /// Returns the beginning of the names of all state files of a directory.
    pub(super) fn start_of_name(&self, directory: &Path) -> String {
        format!("{:016x}-", hash(&[self.account.as_str(), &directory.to_string_lossy()]))
    }

    /// Returns the account, the folder and the directory.
    pub(super) fn names(&self) -> [String; 3] {
        [
            self.account.as_str().to_owned(),
            self.folder.as_str().to_owned(),
            self.directory.to_string_lossy().into_owned(),
        ]
    }
}

/// Returns the canonical path of a directory, which may not exist.
pub(super) fn canonical(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let existing = absolute.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    Ok(match existing {
        Some((above, canonical)) => match absolute.strip_prefix(above) {
            Ok(below) if below.as_os_str().is_empty() => canonical,
            Ok(below) => canonical.join(below),
            Err(_) => absolute,
        },
        None => absolute,
    })
}

fn hash(keys: &[&str]) -> u64 {
    XxHash3_64::oneshot(keys.join("\0").as_bytes())
}

fn open_locked(
    path: PathBuf,
    owner: &Owner,
    access: Access,
    lock: Option<File>,
) -> io::Result<Inner> {
    let pair = &owner.pair;
    let content = format::read(&path)?;
    content.check(pair)?;
    let format::Content { files, folders, device: last_device, is_compact, .. } = content;
    let device = file_system::id(&pair.directory);
    if pair.is_deleting && owner.has_records(&files) {
        // The number of a directory above says nothing about this one.
        let devices = if owner.is_own() { (device, last_device) } else { (None, None) };
        check_device(&pair.root, devices)?;
    }
    match access {
        Access::Read => {}
        Access::Exclusive if !is_compact || device != last_device => {
            frameio_private_file::write(&path, &format::whole(pair, device, (&files, &folders)))?;
        }
        Access::Shared if !path.exists() => {
            let head = format::whole(pair, device, (&Files::new(), &HashMap::new()));
            append(&path, &String::from_utf8_lossy(&head))?;
        }
        Access::Shared | Access::Exclusive => {}
    }
    let mut names = super::Names::default();
    files.iter().for_each(|(key, known)| names.add(key, known.record.as_ref()));
    Ok(Inner {
        path,
        pair: pair.clone(),
        access,
        files: Mutex::new(files),
        folders: Mutex::new(folders),
        names: Mutex::new(names),
        hashes: Semaphore::new(HASHES),
        on_failure: Mutex::new(None),
        _lock: lock,
    })
}

/// Removes superseded lines, unless another run uses the state. A failure is only logged.
async fn shorten(path: &Path, pair: &Pair) {
    let pair = Pair { is_deleting: false, ..pair.clone() };
    let (path, owner) = (path.to_owned(), Owner { pair, below: PathBuf::new() });
    let shortened = blocking(move || {
        if !path.exists() {
            return Ok(());
        }
        let lock = try_lock(&path.with_extension("sync.lock"), true, Mode::Exclusive)?;
        if lock.is_some() {
            open_locked(path, &owner, Access::Exclusive, lock)?;
        }
        Ok::<_, io::Error>(())
    });
    shortened.await.unwrap_or_else(|error| log(&error));
}

/// Refuses a directory that is probably not the one of earlier runs, so that no file counts as deleted.
fn check_device(
    directory: &Path,
    (device, last_device): (Option<u64>, Option<u64>),
) -> io::Result<()> {
    if last_device.is_none() || device == last_device {
        return Ok(());
    }
    let directory = directory.display();
    let message = format!(
        "'{directory}' is on another file system than in the last run; nothing was deleted or \
         transferred; if it is the right directory, run once without '--delete'"
    );
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

/// Locks a state file, after waiting briefly for another run that uses it.
pub(super) async fn lock(path: &Path, access: Access) -> Result<File, TransferError> {
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
            None => return Err(in_use(path)),
        }
    }
}

fn in_use(path: &Path) -> TransferError {
    let message = format!(
        "another run uses the same directory and folder (state '{}'); wait for its end",
        path.display()
    );
    TransferError::new(TransferErrorKind::State, message)
}
