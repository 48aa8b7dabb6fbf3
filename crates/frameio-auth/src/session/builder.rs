//! The settings of a session.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::renew::{OnChange, OnUnsaved};
use super::state::State;
use super::{Session, Shared};
use crate::error::Error;
use crate::ims::Ims;
use crate::store::{ErasedStore, MemoryStore, TokenStore};
use crate::tokens::Tokens;

/// The settings of a [`Session`].
///
/// | setting | default |
/// |---|---|
/// | store | a [`MemoryStore`] of its own |
/// | refreshed before it expires by | 60 s, or half of a life that is shorter than 2 min |
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

    /// Keeps tokens here. Default: a [`MemoryStore`] of its own.
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Refreshes a token that is good for less than this. Default: 60 s.
    pub fn refresh_before(mut self, time: Duration) -> Self {
        self.refresh_before = time;
        self
    }

    /// Calls `function` with tokens that this session has got or imported, once they are saved, and
    /// with none once it has signed out.
    ///
    /// Tokens that another process got are loaded without a call.
    pub fn on_change(mut self, function: impl Fn(Option<&Tokens>) + Send + Sync + 'static) -> Self {
        self.on_change = Some(Arc::new(function));
        self
    }

    /// Calls `function` when a user's refreshed tokens could not be saved.
    ///
    /// The old refresh token is spent then, and only this session has the new one. It goes on with it,
    /// and saves it before the next refresh or when [`Session::save`] is called. Tell the user: if the
    /// program ends before, they have to sign in again.
    pub fn on_unsaved(mut self, function: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_unsaved = Some(Arc::new(function));
        self
    }

    /// Makes the session. Needs no runtime and loads nothing yet.
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
