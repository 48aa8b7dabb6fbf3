//! [`RedisTokens`]: tokens that one process refreshes and all processes use.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frameio_auth::{StoreLock, TokenStore, Tokens};
use frameio_core::BoxError;
use redis::Script;
use tokio::time::{Instant, sleep};
use zeroize::Zeroizing;

use crate::connect::Redis;
use crate::encryption::TokenKeys;
use crate::key::Names;

static CHANGE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("tokens.lua")));
static LOAD: LazyLock<Script> =
    // A value of another type counts as missing.
    LazyLock::new(|| {
        Script::new(
            "local data = redis.pcall('HGET', KEYS[1], 'data')
             return type(data) == 'string' and data",
        )
    });

/// Lifetime of a lock that is not extended, and the interval at which its holder extends it.
const LOCK_LIFE: Duration = Duration::from_secs(15);
const EXTEND_EVERY: Duration = Duration::from_secs(5);
/// Interval at which a waiter tries to take the lock, and its maximum wait.
const RETRY_EVERY: Duration = Duration::from_millis(50);
const MAX_LOCK_WAIT: Duration = Duration::from_secs(300);

/// [`TokenStore`] shared by all processes: one refreshes the tokens, and all use them.
///
/// The tokens are encrypted with XChaCha20-Poly1305 and bound to their name; Redis never receives the
/// [keys](TokenKeys). They expire 30 days after the last refresh.
///
/// The lock of a crashed process expires after 15 s, even if the clock of Redis is set back. Locks are
/// numbered: a process that was stopped for so long that it lost its lock cannot overwrite newer tokens,
/// and its save fails with [`LockLost`]. A failover can lose tokens that Redis had not replicated yet;
/// the user then has to sign in again. A foreign value under the key of the tokens is replaced.
///
/// ```no_run
/// use frameio::auth::{Credential, Ims, Session};
/// use frameio_redis::{Redis, RedisTokens, TokenKeys};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let key = [0; 32];
/// let redis = Redis::new("redis://127.0.0.1:6379")?;
/// let tokens = RedisTokens::new(
///     &redis,
///     "the same secret in all processes",
///     "service-account",
///     TokenKeys::new(key),
/// );
/// let ims = Ims::new(Credential::server_to_server("client ID", "client secret"))?;
/// let session = Session::builder(ims).store(tokens).build();
/// # let _ = session;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct RedisTokens {
    redis: Redis,
    key: String,
    keys: TokenKeys,
    held: Arc<Mutex<u64>>,
}

impl RedisTokens {
    /// Creates a store for the tokens of one sign-in, identified by `name`.
    ///
    /// The name is hashed with `secret`, which can be that of [`RedisQuotas`](crate::RedisQuotas). The
    /// tokens are encrypted with `keys`.
    pub fn new(
        redis: &Redis,
        secret: impl AsRef<[u8]>,
        name: impl AsRef<str>,
        keys: TokenKeys,
    ) -> Self {
        let secret: Zeroizing<Vec<u8>> = secret.as_ref().to_vec().into();
        let key = Names::new(secret).tokens(name.as_ref());
        Self { redis: redis.clone(), key, keys, held: Arc::default() }
    }

    /// Runs an operation of the script; returns zero if it is refused.
    async fn change(&self, operation: &str, lock: u64, argument: &[u8]) -> Result<u64, BoxError> {
        let mut script = CHANGE.key(&self.key);
        script.arg(operation).arg(lock).arg(argument);
        Ok(self.redis.invoke(&script).await?)
    }

    async fn write(&self, data: &[u8]) -> Result<(), BoxError> {
        let lock = *self.held();
        match self.change("save", lock, data).await? {
            0 => Err(LockLost.into()),
            _ => Ok(()),
        }
    }

    /// Returns the number of the held lock, or zero.
    fn held(&self) -> MutexGuard<'_, u64> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn millis(time: Duration) -> Vec<u8> {
    time.as_millis().to_string().into_bytes()
}

impl TokenStore for RedisTokens {
    async fn load(&self) -> Result<Option<Tokens>, BoxError> {
        let script = LOAD.key(&self.key);
        match self.redis.invoke::<Option<Vec<u8>>>(&script).await? {
            // An empty value means cleared tokens.
            None => Ok(None),
            Some(ciphertext) if ciphertext.is_empty() => Ok(None),
            Some(ciphertext) => {
                let json: Zeroizing<Vec<u8>> = self.keys.decrypt(&self.key, &ciphertext)?.into();
                Ok(Some(serde_json::from_slice(&json)?))
            }
        }
    }

    async fn save(&self, tokens: &Tokens) -> Result<(), BoxError> {
        let json: Zeroizing<Vec<u8>> = serde_json::to_vec(tokens)?.into();
        let ciphertext = self.keys.encrypt(&self.key, &json)?;
        self.write(&ciphertext).await
    }

    async fn clear(&self) -> Result<(), BoxError> {
        self.write(&[]).await
    }

    async fn lock(&self) -> Result<StoreLock, BoxError> {
        let start = Instant::now();
        loop {
            let lock = self.change("lock", 0, &millis(LOCK_LIFE)).await?;
            if lock > 0 {
                *self.held() = lock;
                return Ok(StoreLock::new(Held::new(self.clone(), lock)));
            }
            if start.elapsed() > MAX_LOCK_WAIT {
                return Err("timed out: another process holds the lock of the tokens".into());
            }
            sleep(RETRY_EVERY).await;
        }
    }
}

/// Lock that is extended until it is dropped.
struct Held {
    tokens: RedisTokens,
    lock: u64,
    extends: tokio::task::JoinHandle<()>,
}

impl Held {
    fn new(tokens: RedisTokens, lock: u64) -> Self {
        let extended = tokens.clone();
        let extends = tokio::spawn(async move {
            loop {
                sleep(EXTEND_EVERY).await;
                // Errors are retried, because Redis can become available again. A lost lock stays lost.
                if let Ok(0) = extended.change("extend", lock, &millis(LOCK_LIFE)).await {
                    return;
                }
            }
        });
        Self { tokens, lock, extends }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.extends.abort();
        {
            let mut held = self.tokens.held();
            if *held == self.lock {
                *held = 0;
            }
        }
        let (tokens, lock) = (self.tokens.clone(), self.lock);
        // Without a runtime the lock expires.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // A lock that cannot be released expires.
                drop(tokens.change("unlock", lock, &[]).await);
            });
        }
    }
}

impl fmt::Debug for RedisTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisTokens")
            .field("redis", &self.redis)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

/// Error of a save after the lock was lost and another process has saved tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockLost;

impl fmt::Display for LockLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the lock was lost and another process has saved tokens")
    }
}

impl StdError for LockLost {}
