//! Tokens that are gone with the process.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use frameio_core::BoxError;

use super::{StoreLock, TokenStore};
use crate::tokens::Tokens;

/// Keeps tokens for as long as the process runs. Clones share them, and their lock.
#[derive(Clone, Default)]
pub struct MemoryStore {
    kept: Arc<Mutex<Option<Tokens>>>,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl MemoryStore {
    /// A store with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<Tokens>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenStore for MemoryStore {
    async fn load(&self) -> Result<Option<Tokens>, BoxError> {
        Ok(self.kept().clone())
    }

    async fn save(&self, tokens: &Tokens) -> Result<(), BoxError> {
        *self.kept() = Some(tokens.clone());
        Ok(())
    }

    async fn clear(&self) -> Result<(), BoxError> {
        *self.kept() = None;
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
