//! Store in memory.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use frameio_core::BoxError;

use super::{StoreLock, TokenStore};
use crate::tokens::Tokens;

/// Stores tokens in memory. Clones share the tokens and their lock.
#[derive(Clone, Default)]
pub struct MemoryStore {
    tokens: Arc<Mutex<Option<Tokens>>>,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn tokens(&self) -> std::sync::MutexGuard<'_, Option<Tokens>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenStore for MemoryStore {
    async fn load(&self) -> Result<Option<Tokens>, BoxError> {
        Ok(self.tokens().clone())
    }

    async fn save(&self, tokens: &Tokens) -> Result<(), BoxError> {
        *self.tokens() = Some(tokens.clone());
        Ok(())
    }

    async fn clear(&self) -> Result<(), BoxError> {
        *self.tokens() = None;
        Ok(())
    }

    async fn lock(&self) -> Result<StoreLock, BoxError> {
        Ok(StoreLock::new(self.lock.clone().lock_owned().await))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}
