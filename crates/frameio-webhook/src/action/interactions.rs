//! What an action remembers from one form to the next.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::request::InteractionId;
use crate::store::Bounded;

/// Remembers the state of interactions, since a form that is sent brings only what was typed into
/// it. Clones share it.
///
/// It is in memory, for a time and up to a number: a user may walk away from any form. Since a
/// request may be sent again, what is read stays until it is replaced or removed.
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
    /// How many interactions are kept, if nothing else is said.
    pub const CAPACITY: usize = 10_000;

    /// How long an interaction is kept, if nothing else is said: an hour.
    pub const LIFE: Duration = Duration::from_secs(3600);

    /// Keeps up to `capacity` interactions, the youngest, each for `life` after its last change.
    pub fn new(capacity: usize, life: Duration) -> Self {
        Self(Arc::new(Mutex::new(Bounded::new(capacity, life))))
    }

    /// Remembers the state of an interaction in place of what was known of it.
    pub fn insert(&self, id: &InteractionId, state: T) {
        self.lock().insert(id.clone(), state, Instant::now());
    }

    /// Forgets an interaction; what was known of it.
    pub fn remove(&self, id: &InteractionId) -> Option<T> {
        self.lock().remove(id)
    }

    fn lock(&self) -> MutexGuard<'_, Bounded<InteractionId, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Interactions<T> {
    /// What is known of an interaction.
    pub fn get(&self, id: &InteractionId) -> Option<T> {
        self.lock().get(id, Instant::now()).cloned()
    }
}

/// [`CAPACITY`](Interactions::CAPACITY) interactions, each for its [`LIFE`](Interactions::LIFE).
impl<T> Default for Interactions<T> {
    fn default() -> Self {
        Self::new(Self::CAPACITY, Self::LIFE)
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
