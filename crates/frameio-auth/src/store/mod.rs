//! Where tokens are kept.

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

/// Keeps the tokens of one [`Session`](super::Session).
///
/// A store that several processes share needs a [`lock`](Self::lock) that they share too: a refresh
/// token is good once, so two that refresh at the same time would sign the user out. A session
/// refreshes like this:
///
/// 1. It takes the lock, and loads. Where another process was first, its tokens are taken.
/// 2. It has the store [reserve](Self::reserve) space for the new tokens.
/// 3. It asks for new tokens, which ends the old ones, and saves them before it uses them.
/// 4. It drops the lock.
///
/// So what was saved has to be there when the next one has the lock. `Tokens` are serialized and
/// deserialized by serde; they are secrets.
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
    /// What was saved last; `None` where nothing was, or it was cleared.
    ///
    /// # Errors
    /// When it cannot be read.
    fn load(&self) -> impl Future<Output = Result<Option<Tokens>, BoxError>> + Send;

    /// Replaces what was saved, all of it or nothing.
    ///
    /// # Errors
    /// When it is not certain that the tokens are kept.
    fn save(&self, tokens: &Tokens) -> impl Future<Output = Result<(), BoxError>> + Send;

    /// Makes sure that the next [`save`](Self::save) has the space that it needs, until the
    /// reservation is dropped. Default: nothing is done.
    ///
    /// It is called before a refresh token is spent, with the lock held: if the new tokens could not
    /// be saved, the user would have to sign in again.
    ///
    /// # Errors
    /// When the tokens could not be saved now. The refresh token is then kept, and the refresh fails
    /// with this error.
    fn reserve(&self) -> impl Future<Output = Result<Reservation, BoxError>> + Send {
        ready(Ok(Reservation::none()))
    }

    /// Forgets what was saved.
    ///
    /// # Errors
    /// When it is not certain that the tokens are gone.
    fn clear(&self) -> impl Future<Output = Result<(), BoxError>> + Send;

    /// Waits until no other session works on these tokens, and keeps the others out until the lock
    /// is dropped. Default: no lock, for a store that only one session uses.
    ///
    /// It is held for as long as a refresh takes, retries included: some minutes at worst. A lock
    /// that runs out by itself should last longer than that.
    ///
    /// # Errors
    /// When it cannot be had, or not in a reasonable time.
    fn lock(&self) -> impl Future<Output = Result<StoreLock, BoxError>> + Send {
        ready(Ok(StoreLock::none()))
    }
}

/// Keeps others out of a [`TokenStore`] until it is dropped.
#[must_use = "the lock is let go of when this is dropped"]
pub struct StoreLock(
    #[allow(dead_code, reason = "it is there to be dropped")] Option<Box<dyn Send>>,
);

impl StoreLock {
    /// No lock.
    pub const fn none() -> Self {
        Self(None)
    }

    /// A lock that is let go of by dropping `guard`.
    pub fn new(guard: impl Send + 'static) -> Self {
        Self(Some(Box::new(guard)))
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreLock").field("held", &self.0.is_some()).finish()
    }
}

/// Space that a [`TokenStore`] keeps for the next save, until this is dropped.
#[must_use = "the space is given up when this is dropped"]
pub struct Reservation(
    #[allow(dead_code, reason = "it is there to be dropped")] Option<Box<dyn Send>>,
);

impl Reservation {
    /// Reserves nothing.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Space that is given up by dropping `guard`.
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

/// A store behind a pointer, so that a session has one type.
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

/// Runs what blocks where it does not hold up the runtime.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BoxError> + Send + 'static,
) -> Result<T, BoxError> {
    tokio::task::spawn_blocking(work).await?
}
