//! Tokens in a file that only its owner can read.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use frameio_core::BoxError;
use tokio::time::{Instant, sleep};

use super::{StoreLock, TokenStore, blocking};
use crate::tokens::Tokens;

/// A file of tokens is some thousand bytes long.
const LARGEST: u64 = 1 << 20;
/// How often another process is asked for the lock.
const POLL: Duration = Duration::from_millis(50);
/// A refresh that takes longer hangs: three attempts of 30 s each, with waits of up to a minute.
const LONGEST_LOCK: Duration = Duration::from_secs(5 * 60);

/// Keeps tokens in a file, as JSON.
///
/// * Only the owner can read it (mode 0600; on Windows, as the directory allows).
/// * It is written beside, synced and renamed, so that it is whole at any moment.
/// * Processes that share it refresh one after the other, by a lock on the file of the same name
///   with `.lock` at its end.
///
/// Missing directories are made, for the owner alone. One file is for one user of one app.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
}

impl FileStore {
    /// Keeps tokens in the file at `path`. Nothing is read or written yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl TokenStore for FileStore {
    async fn load(&self) -> Result<Option<Tokens>, BoxError> {
        let path = self.path.clone();
        blocking(move || read(&path)).await
    }

    async fn save(&self, tokens: &Tokens) -> Result<(), BoxError> {
        let (path, json) = (self.path.clone(), serde_json::to_vec(tokens)?);
        blocking(move || {
            frameio_private_file::write(&path, &json).map_err(|error| named(&path, error))
        })
        .await
    }

    async fn clear(&self) -> Result<(), BoxError> {
        let path = self.path.clone();
        blocking(move || match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(named(&path, error)),
            _ => Ok(()),
        })
        .await
    }

    async fn lock(&self) -> Result<StoreLock, BoxError> {
        lock(beside(&self.path)).await
    }
}

/// Locks the file at `path`, which is made where it is missing and stays.
pub(super) async fn lock(path: PathBuf) -> Result<StoreLock, BoxError> {
    let opened = path.clone();
    let mut file = blocking(move || open(&opened).map_err(|error| named(&opened, error))).await?;
    // Asked again and again, since a thread that waits for a lock could not be called back.
    let begun = Instant::now();
    while begun.elapsed() < LONGEST_LOCK {
        let locked = blocking(move || match file.try_lock() {
            Ok(()) => Ok((file, true)),
            Err(TryLockError::WouldBlock) => Ok((file, false)),
            Err(TryLockError::Error(error)) => Err(error.into()),
        });
        file = match locked.await.map_err(|error| named(&path, error))? {
            // Closing the file lets go of the lock, however the process ends.
            (file, true) => return Ok(StoreLock::new(file)),
            (file, false) => file,
        };
        sleep(POLL).await;
    }
    let message = format!("another process has held the lock for {LONGEST_LOCK:?}");
    Err(named(&path, message))
}

fn open(path: &Path) -> io::Result<File> {
    frameio_private_file::create_dir_all(frameio_private_file::parent(path))?;
    frameio_private_file::options().create(true).truncate(false).write(true).open(path)
}

fn read(path: &Path) -> Result<Option<Tokens>, BoxError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(named(path, error)),
    };
    let mut json = Vec::new();
    file.take(LARGEST).read_to_end(&mut json).map_err(|error| named(path, error))?;
    // The error of serde may show what it read.
    let tokens = serde_json::from_slice(&json)
        .map_err(|_| named(path, "it holds no tokens: delete it and sign in again"))?;
    Ok(Some(tokens))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

fn named(path: &Path, error: impl Into<BoxError>) -> BoxError {
    format!("{}: {}", path.display(), error.into()).into()
}
