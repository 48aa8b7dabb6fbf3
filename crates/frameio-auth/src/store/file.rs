//! Tokens in a file that only its owner can read.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frameio_core::{BoxError, trim_byte_order_mark};
use frameio_private_file::Reserved;
use tokio::time::{Instant, sleep};

use super::{Reservation, StoreLock, TokenStore, blocking};
use crate::tokens::Tokens;

/// A file of tokens is some thousand bytes long.
const LARGEST: u64 = 1 << 20;
/// The least space that is reserved for new tokens, which may be longer than the old ones.
const LEAST_RESERVED: u64 = 16 << 10;
/// How often another process is asked for the lock.
const POLL: Duration = Duration::from_millis(50);
/// A refresh that takes longer hangs: three attempts of 30 s each, with waits of up to a minute.
const LONGEST_LOCK: Duration = Duration::from_secs(5 * 60);

/// Keeps tokens in a file, as JSON.
///
/// * Only the owner can read it (mode 0600; on Windows, as the directory allows).
/// * It is written to a new file, synced and renamed, so that it is complete at any moment.
/// * Processes that share it refresh one after the other, by a lock on the file of the same name
///   with `.lock` at its end.
/// * The space for new tokens is reserved before a refresh token is spent, so that a full disk or a
///   read-only directory signs nobody out.
///
/// Missing directories are created, for the owner alone. One file is for one user of one app. Clones
/// share the reserved space, so they belong to one session.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
    reserved: Arc<Mutex<Option<Reserved>>>,
}

impl FileStore {
    /// Keeps tokens in the file at `path`. Nothing is read or written yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), reserved: Arc::default() }
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Gives up the space that was not used, when it is dropped.
struct Unreserve(Arc<Mutex<Option<Reserved>>>);

impl Drop for Unreserve {
    fn drop(&mut self) {
        drop(held(&self.0).take());
    }
}

fn held(reserved: &Mutex<Option<Reserved>>) -> MutexGuard<'_, Option<Reserved>> {
    reserved.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TokenStore for FileStore {
    async fn load(&self) -> Result<Option<Tokens>, BoxError> {
        let path = self.path.clone();
        blocking(move || read(&path)).await
    }

    async fn save(&self, tokens: &Tokens) -> Result<(), BoxError> {
        let (path, json) = (self.path.clone(), serde_json::to_vec(tokens)?);
        let reserved = held(&self.reserved).take();
        blocking(move || {
            let saved = match reserved {
                Some(reserved) => reserved.commit(&json),
                None => frameio_private_file::write(&path, &json),
            };
            saved.map_err(|error| named(&path, error))
        })
        .await
    }

    async fn reserve(&self) -> Result<Reservation, BoxError> {
        let path = self.path.clone();
        let reserved = blocking(move || {
            let length = fs::metadata(&path).map_or(0, |metadata| metadata.len());
            let bytes = length.saturating_mul(2).max(LEAST_RESERVED);
            Reserved::new(&path, bytes).map_err(|error| named(&path, error))
        });
        *held(&self.reserved) = Some(reserved.await?);
        Ok(Reservation::new(Unreserve(self.reserved.clone())))
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
        lock(self.path.clone()).await
    }
}

/// Locks what the file at `path` is about, by the file of the same name with `.lock` at its end.
pub(super) async fn lock(path: PathBuf) -> Result<StoreLock, BoxError> {
    let locked = path.clone();
    let opened = blocking(move || {
        frameio_private_file::open_lock(&locked).map_err(|error| named(&locked, error))
    });
    let mut file = opened.await?;
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

fn read(path: &Path) -> Result<Option<Tokens>, BoxError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(named(path, error)),
    };
    let mut json = Vec::new();
    file.take(LARGEST).read_to_end(&mut json).map_err(|error| named(path, error))?;
    // The error of serde may show what it read.
    let tokens = serde_json::from_slice(trim_byte_order_mark(&json))
        .map_err(|_| named(path, "it holds no tokens: delete it and sign in again"))?;
    Ok(Some(tokens))
}

fn named(path: &Path, error: impl Into<BoxError>) -> BoxError {
    format!("{}: {}", path.display(), error.into()).into()
}
