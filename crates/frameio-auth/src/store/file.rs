//! Store in a file that only its owner can read.

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

/// Maximum size of the file. Tokens have a few thousand bytes.
const MAX_FILE: u64 = 1 << 20;
/// Minimum space to reserve for new tokens, which may be longer than the old ones.
const MIN_RESERVED: u64 = 16 << 10;
/// Interval between attempts to acquire the lock.
const POLL: Duration = Duration::from_millis(50);
/// Maximum wait for the lock. A refresh takes at most three attempts of 30 s, with delays of up to 60 s.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// Stores tokens in a file as JSON.
///
/// * Only the owner can read the file (mode 0600; on Windows, the permissions of the directory).
/// * The file is replaced atomically: a new file is written, synced and renamed.
/// * Processes that share the file refresh one at a time, by a lock on a second file with the suffix
///   `.lock`.
/// * Space for new tokens is reserved before a refresh token is used, so that a full disk or a read-only
///   directory does not sign the user out.
///
/// Missing directories are created for the owner only. Use one file for each user of each app. Clones
/// share the reserved space, so use them in one session only.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
    reserved: Arc<Mutex<Option<Reserved>>>,
}

impl FileStore {
    /// Creates a store for the file at `path`, without reading or writing it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), reserved: Arc::default() }
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Releases unused space on drop.
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
            let bytes = length.saturating_mul(2).max(MIN_RESERVED);
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

/// Locks the file with the suffix `.lock` next to `path`.
pub(super) async fn lock(path: PathBuf) -> Result<StoreLock, BoxError> {
    let locked = path.clone();
    let opened = blocking(move || {
        frameio_private_file::open_lock(&locked).map_err(|error| named(&locked, error))
    });
    let mut file = opened.await?;
    // Polls, because a thread that waits for the lock could not be cancelled.
    let start = Instant::now();
    while start.elapsed() < LOCK_TIMEOUT {
        let locked = blocking(move || match file.try_lock() {
            Ok(()) => Ok((file, true)),
            Err(TryLockError::WouldBlock) => Ok((file, false)),
            Err(TryLockError::Error(error)) => Err(error.into()),
        });
        file = match locked.await.map_err(|error| named(&path, error))? {
            // Closing the file releases the lock, even if the process is killed.
            (file, true) => return Ok(StoreLock::new(file)),
            (file, false) => file,
        };
        sleep(POLL).await;
    }
    Err(named(&path, format!("another process has held the lock for {LOCK_TIMEOUT:?}")))
}

fn read(path: &Path) -> Result<Option<Tokens>, BoxError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(named(path, error)),
    };
    let mut json = Vec::new();
    file.take(MAX_FILE).read_to_end(&mut json).map_err(|error| named(path, error))?;
    // The message of serde could quote a token.
    let tokens = serde_json::from_slice(trim_byte_order_mark(&json))
        .map_err(|_| named(path, "it contains no tokens; delete it and sign in again"))?;
    Ok(Some(tokens))
}

/// Adds the path to an error.
fn named(path: &Path, error: impl Into<BoxError>) -> BoxError {
    format!("'{}': {}", path.display(), error.into()).into()
}
