//! Stores of tokens.

mod file;
#[cfg(feature = "keyring")]
mod keyring;
mod memory;

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use frameio_core::BoxError;

pub use self::file::FileStore;
#[cfg(feature = "keyring")]
pub use self::keyring::{KeyringEntry, KeyringStore};
pub use self::memory::MemoryStore;
use super::tokens::Tokens;

/// Store of the tokens of a [`Session`](super::Session).
///
/// A refresh token can be used once. Two processes that refresh at the same time would sign the user
/// out, so a store that processes share requires a shared [`lock`](Self::lock). A session refreshes in
/// these steps:
///
/// 1. Lock the store and load the tokens. If another process has refreshed them, use those.
/// 2. [Reserve](Self::reserve) space for new tokens.
/// 3. Request new tokens, which invalidates the old ones, and save them before they are used.
/// 4. Release the lock.
///
/// Tokens that were saved must be visible to the next holder of the lock. Serialize them with serde, and
/// protect the result: it contains secrets.
///
/// ```
/// use std::sync::Mutex;
///
/// use frameio::BoxError;
/// use frameio::auth::{TokenStore, Tokens};
///
/// #[derive(Default)]
/// struct AsJson(Mutex<Option<String>>);
///
/// impl TokenStore for AsJson {
///     async fn load(&self) -> Result<Option<Tokens>, BoxError> {
///         let json = self.0.lock().unwrap().clone();
///         Ok(json.map(|json| serde_json::from_str(&json)).transpose()?)
///     }
///
///     async fn save(&self, tokens: &Tokens) -> Result<(), BoxError> {
///         *self.0.lock().unwrap() = Some(serde_json::to_string(tokens)?);
///         Ok(())
///     }
///
///     async fn clear(&self) -> Result<(), BoxError> {
///         *self.0.lock().unwrap() = None;
///         Ok(())
///     }
/// }
/// ```
pub trait TokenStore: Send + Sync + 'static {
    /// Loads the tokens; `None` if the store is empty.
    ///
    /// # Errors
    /// Fails if the tokens cannot be read.
    fn load(&self) -> impl Future<Output = Result<Option<Tokens>, BoxError>> + Send;

    /// Replaces the tokens atomically.
    ///
    /// # Errors
    /// Fails unless the tokens are saved durably.
    fn save(&self, tokens: &Tokens) -> impl Future<Output = Result<(), BoxError>> + Send;

    /// Reserves the space for the next [`save`](Self::save), until the reservation is dropped. The
    /// default implementation reserves nothing.
    ///
    /// Called with the lock held, before a refresh token is used: if the new tokens could not be saved,
    /// the user would have to sign in again.
    ///
    /// # Errors
    /// Fails if tokens cannot be saved now. The refresh then fails with this error, without using the
    /// refresh token.
    fn reserve(&self) -> impl Future<Output = Result<Reservation, BoxError>> + Send {
        ready(Ok(Reservation::none()))
    }

    /// Deletes the tokens.
    ///
    /// # Errors
    /// Fails unless the tokens are deleted.
    fn clear(&self) -> impl Future<Output = Result<(), BoxError>> + Send;

    /// Acquires exclusive access to the tokens, until the lock is dropped. The default implementation
    /// does not lock, for stores that only one session uses.
    ///
    /// A session holds the lock during a refresh with its retries, which can take several minutes. A
    /// lock that expires should last longer.
    ///
    /// # Errors
    /// Fails if the lock cannot be acquired in a reasonable time.
    fn lock(&self) -> impl Future<Output = Result<StoreLock, BoxError>> + Send {
        ready(Ok(StoreLock::none()))
    }
}

/// Guard of exclusive access to a [`TokenStore`], released on drop.
#[must_use = "dropping the guard releases the lock"]
pub struct StoreLock(#[allow(dead_code, reason = "held until dropped")] Option<Box<dyn Send>>);

impl StoreLock {
    /// Creates a guard without a lock.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Creates a guard that releases the lock by dropping `guard`.
    pub fn new(guard: impl Send + 'static) -> Self {
        Self(Some(Box::new(guard)))
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreLock").field("held", &self.0.is_some()).finish()
    }
}

/// Guard of space that a [`TokenStore`] reserves for the next save, released on drop.
#[must_use = "dropping the guard releases the space"]
pub struct Reservation(#[allow(dead_code, reason = "held until dropped")] Option<Box<dyn Send>>);

impl Reservation {
    /// Creates a guard without reserved space.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Creates a guard that releases the space by dropping `guard`.
    pub fn new(guard: impl Send + 'static) -> Self {
        Self(Some(Box::new(guard)))
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation").field("held", &self.0.is_some()).finish()
    }
}

impl<S: TokenStore> TokenStore for Arc<S> {
    fn load(&self) -> impl Future<Output = Result<Option<Tokens>, BoxError>> + Send {
        S::load(self)
    }

    fn save(&self, tokens: &Tokens) -> impl Future<Output = Result<(), BoxError>> + Send {
        S::save(self, tokens)
    }

    fn reserve(&self) -> impl Future<Output = Result<Reservation, BoxError>> + Send {
        S::reserve(self)
    }

    fn clear(&self) -> impl Future<Output = Result<(), BoxError>> + Send {
        S::clear(self)
    }

    fn lock(&self) -> impl Future<Output = Result<StoreLock, BoxError>> + Send {
        S::lock(self)
    }
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send + 'a>>;

/// Object-safe form of [`TokenStore`], so that `Session` needs no type parameter.
pub(super) trait ErasedStore: Send + Sync {
    fn load(&self) -> BoxFuture<'_, Option<Tokens>>;
    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, ()>;
    fn reserve(&self) -> BoxFuture<'_, Reservation>;
    fn clear(&self) -> BoxFuture<'_, ()>;
    fn lock(&self) -> BoxFuture<'_, StoreLock>;
}

impl<S: TokenStore> ErasedStore for S {
    fn load(&self) -> BoxFuture<'_, Option<Tokens>> {
        Box::pin(TokenStore::load(self))
    }

    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, ()> {
        Box::pin(TokenStore::save(self, tokens))
    }

    fn reserve(&self) -> BoxFuture<'_, Reservation> {
        Box::pin(TokenStore::reserve(self))
    }

    fn clear(&self) -> BoxFuture<'_, ()> {
        Box::pin(TokenStore::clear(self))
    }

    fn lock(&self) -> BoxFuture<'_, StoreLock> {
        Box::pin(TokenStore::lock(self))
    }
}

/// Runs blocking work on the blocking threads of the runtime.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BoxError> + Send + 'static,
) -> Result<T, BoxError> {
    tokio::task::spawn_blocking(work).await?
}
