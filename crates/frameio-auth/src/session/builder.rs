//! Builder of a session.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::refresh::{OnChange, OnUnsaved};
use super::state::State;
use super::{Session, Shared};
use crate::error::Error;
use crate::ims::Ims;
use crate::store::{ErasedStore, MemoryStore, TokenStore};
use crate::tokens::Tokens;

/// Builder of a [`Session`].
///
/// | setting | default |
/// |---|---|
/// | store | a new [`MemoryStore`] |
/// | refresh before the expiry | 60 s, at most half of the remaining lifetime of a new token |
#[derive(Clone)]
#[must_use]
pub struct SessionBuilder {
    ims: Ims,
    store: Option<Arc<dyn ErasedStore>>,
    refresh_before: Duration,
    on_change: Option<OnChange>,
    on_unsaved: Option<OnUnsaved>,
}

impl SessionBuilder {
    pub(super) fn new(ims: Ims) -> Self {
        Self {
            ims,
            store: None,
            refresh_before: Duration::from_secs(60),
            on_change: None,
            on_unsaved: None,
        }
    }

    /// Sets the store of the tokens. Default: a new [`MemoryStore`].
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Sets how long before its expiry a token is refreshed. Default: 60 s.
    pub fn refresh_before(mut self, time: Duration) -> Self {
        self.refresh_before = time;
        self
    }

    /// Calls `function` with tokens that this session has received or imported, after they are saved,
    /// and with `None` after it has signed out.
    ///
    /// It is not called for tokens that another process has received.
    pub fn on_change(mut self, function: impl Fn(Option<&Tokens>) + Send + Sync + 'static) -> Self {
        self.on_change = Some(Arc::new(function));
        self
    }

    /// Calls `function` if the refreshed tokens of a user could not be saved.
    ///
    /// The old refresh token is used up, and only this session has the new one. The session continues
    /// with it, and retries to save it before the next refresh and on [`Session::save`]. Warn the user:
    /// if the program ends before that, they have to sign in again.
    pub fn on_unsaved(mut self, function: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_unsaved = Some(Arc::new(function));
        self
    }

    /// Builds the session. Requires no runtime, and loads no tokens.
    pub fn build(self) -> Session {
        Session(Arc::new(Shared {
            ims: self.ims,
            store: self.store.unwrap_or_else(|| Arc::new(MemoryStore::new())),
            refresh_before: self.refresh_before,
            on_change: self.on_change,
            on_unsaved: self.on_unsaved,
            work: tokio::sync::Mutex::default(),
            state: Mutex::new(State::default()),
        }))
    }
}

impl fmt::Debug for SessionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBuilder")
            .field("ims", &self.ims)
            .field("refresh_before", &self.refresh_before)
            .finish_non_exhaustive()
    }
}
