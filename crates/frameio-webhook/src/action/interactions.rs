//! State of interactions between requests.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::request::InteractionId;
use crate::store::Bounded;

/// Keeps the state of interactions between requests, because a submitted form has only its own values.
/// Clones share it.
///
/// The state is kept in memory, limited in time and number, because a user may never submit a form.
/// Reading does not remove it, because the service may retry a request.
///
/// ```
/// use frameio_webhook::action::{ActionRequest, Interactions};
///
/// let interactions = Interactions::default();
/// let first = ActionRequest::new("t", "x", "i1", "a");
/// interactions.insert(&first.interaction_id, "asked for the format");
///
/// let second = first.submit([("format", "h264")]);
/// assert_eq!(interactions.get(&second.interaction_id), Some("asked for the format"));
/// ```
pub struct Interactions<T>(Arc<Mutex<Bounded<InteractionId, T>>>);

impl<T> Interactions<T> {
    /// Default capacity: 10,000 interactions.
    pub const CAPACITY: usize = 10_000;

    /// Default lifetime of an interaction: one hour.
    pub const LIFETIME: Duration = Duration::from_secs(3600);

    /// Keeps the latest `capacity` interactions, each for `lifetime` after its last insert.
    pub fn new(capacity: usize, lifetime: Duration) -> Self {
        Self(Arc::new(Mutex::new(Bounded::new(capacity, lifetime))))
    }

    /// Inserts or replaces the state of an interaction.
    pub fn insert(&self, id: &InteractionId, state: T) {
        self.lock().insert(id.clone(), state, Instant::now());
    }

    /// Removes an interaction, and returns its state.
    pub fn remove(&self, id: &InteractionId) -> Option<T> {
        self.lock().remove(id)
    }

    fn lock(&self) -> MutexGuard<'_, Bounded<InteractionId, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Interactions<T> {
    /// Returns the state of an interaction.
    pub fn get(&self, id: &InteractionId) -> Option<T> {
        self.lock().get(id, Instant::now()).cloned()
    }
}

/// Keeps [`CAPACITY`](Interactions::CAPACITY) interactions for [`LIFETIME`](Interactions::LIFETIME).
impl<T> Default for Interactions<T> {
    fn default() -> Self {
        Self::new(Self::CAPACITY, Self::LIFETIME)
    }
}

impl<T> Clone for Interactions<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for Interactions<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interactions").finish_non_exhaustive()
    }
}
