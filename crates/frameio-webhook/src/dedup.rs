//! Telling deliveries that were there before.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use frameio_core::BoxError;

use crate::delivery_key::DeliveryKey;
use crate::store::Bounded;
use crate::verify::Verifier;

/// Remembers deliveries, so that each is handled once.
///
/// A delivery comes again when the answer to the first was late or lost, and when somebody who has
/// seen it sends it again. The second is to be answered as the first was, or the service goes on.
///
/// [`MemoryDeliveries`] is one for a single process; several share a store that can put in a key
/// only if it is not there, such as Redis by `SET … NX EX`.
///
/// ```
/// use frameio_core::BoxError;
/// use frameio_webhook::{DeliveryStore, Verified};
///
/// async fn handle(store: impl DeliveryStore, verified: Verified) -> Result<(), BoxError> {
///     let key = verified.delivery_key();
///     if !store.insert(&key).await? {
///         return Ok(());
///     }
///     if let Err(error) = work(verified.event()?).await {
///         // The next delivery of it is to be handled.
///         store.remove(&key).await?;
///         return Err(error);
///     }
///     Ok(())
/// }
/// # async fn work(_: frameio_webhook::Event) -> Result<(), BoxError> { Ok(()) }
/// ```
pub trait DeliveryStore: Send + Sync + 'static {
    /// Remembers a delivery, for [twice the window](Verifier::WINDOW) at least: so long is it good.
    /// Whether it was new; of several who ask at once, only one is told so.
    ///
    /// # Errors
    /// When the store does not answer.
    fn insert(&self, key: &DeliveryKey) -> impl Future<Output = Result<bool, BoxError>> + Send;

    /// Forgets a delivery whose handling failed, so that it is taken when it comes again.
    ///
    /// # Errors
    /// When the store does not answer.
    fn remove(&self, key: &DeliveryKey) -> impl Future<Output = Result<(), BoxError>> + Send;
}

impl<S: DeliveryStore> DeliveryStore for Arc<S> {
    fn insert(&self, key: &DeliveryKey) -> impl Future<Output = Result<bool, BoxError>> + Send {
        S::insert(self, key)
    }

    fn remove(&self, key: &DeliveryKey) -> impl Future<Output = Result<(), BoxError>> + Send {
        S::remove(self, key)
    }
}

/// Remembers deliveries in memory, for a time and up to a number. Clones share it.
///
/// Only what is verified should get into it; then nobody else can fill it.
///
/// ```
/// use std::time::Duration;
///
/// use frameio_webhook::MemoryDeliveries;
///
/// let deliveries = MemoryDeliveries::new(100_000, Duration::from_secs(3600));
/// let default = MemoryDeliveries::default();
/// ```
#[derive(Clone, Debug)]
pub struct MemoryDeliveries(Arc<Mutex<Bounded<DeliveryKey, ()>>>);

impl MemoryDeliveries {
    /// How many deliveries are kept, if nothing else is said: 65 536, in about ten megabytes.
    pub const CAPACITY: usize = 1 << 16;

    /// Keeps up to `capacity` deliveries, the youngest, each for `life`.
    pub fn new(capacity: usize, life: Duration) -> Self {
        Self(Arc::new(Mutex::new(Bounded::new(capacity, life))))
    }

    fn insert_at(&self, key: &DeliveryKey, now: Instant) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.get(key, now).is_some() {
            return false;
        }
        known.insert(*key, (), now);
        true
    }
}

/// [`CAPACITY`](MemoryDeliveries::CAPACITY) deliveries, each for twice the [`Verifier::WINDOW`].
impl Default for MemoryDeliveries {
    fn default() -> Self {
        Self::new(Self::CAPACITY, 2 * Verifier::WINDOW)
    }
}

impl DeliveryStore for MemoryDeliveries {
    async fn insert(&self, key: &DeliveryKey) -> Result<bool, BoxError> {
        Ok(self.insert_at(key, Instant::now()))
    }

    async fn remove(&self, key: &DeliveryKey) -> Result<(), BoxError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_new_once_in_its_time() {
        let store = MemoryDeliveries::new(2, Duration::from_secs(10));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let [a, b, c] = [1, 2, 3].map(|timestamp| DeliveryKey::new(timestamp, b""));
        assert!(store.insert_at(&a, at(0)));
        assert!(!store.clone().insert_at(&a, at(9)), "clones share what they know");
        assert!(store.insert_at(&a, at(10)), "its time is over");
        assert!(store.insert_at(&b, at(11)) && store.insert_at(&c, at(12)));
        assert!(!store.insert_at(&b, at(12)) && !store.insert_at(&c, at(12)));
        assert!(store.insert_at(&a, at(12)), "two younger ones have taken its place");
    }
}
