//! Detection of repeated deliveries.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use frameio_core::BoxError;

use crate::delivery_key::DeliveryKey;
use crate::store::Bounded;
use crate::verify::Verifier;

/// Store of received deliveries, so that each is handled once.
///
/// A delivery is repeated if the response to the first one was late or lost, or if it is replayed.
/// Respond to a repeated delivery with a 2xx status too, or the service keeps retrying.
///
/// Use [`MemoryDeliveries`] in a single process. Several processes need a shared store with an atomic
/// insert, such as `SET … NX EX` of Redis.
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
///         // Handle the next delivery.
///         store.remove(&key).await?;
///         return Err(error);
///     }
///     Ok(())
/// }
/// # async fn work(_: frameio_webhook::Event) -> Result<(), BoxError> { Ok(()) }
/// ```
pub trait DeliveryStore: Send + Sync + 'static {
    /// Inserts a delivery, and returns whether it is new. The insert is atomic: of concurrent calls,
    /// one returns `true`.
    ///
    /// Keep deliveries for at least [twice the window](Verifier::WINDOW), in which they are valid.
    ///
    /// # Errors
    /// Fails if the store is unavailable.
    fn insert(&self, key: &DeliveryKey) -> impl Future<Output = Result<bool, BoxError>> + Send;

    /// Removes a delivery whose handling failed, so that the next one is handled.
    ///
    /// # Errors
    /// Fails if the store is unavailable.
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

/// Store of deliveries in memory, limited in time and number. Clones share it.
///
/// Insert verified deliveries only, so that others cannot fill it.
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
    /// Default capacity: 65,536 deliveries, which take about 10 MB.
    pub const CAPACITY: usize = 1 << 16;

    /// Creates a store that keeps the latest `capacity` deliveries, each for `lifetime`.
    pub fn new(capacity: usize, lifetime: Duration) -> Self {
        Self(Arc::new(Mutex::new(Bounded::new(capacity, lifetime))))
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

/// Keeps [`CAPACITY`](MemoryDeliveries::CAPACITY) deliveries for twice the [`Verifier::WINDOW`].
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
    fn a_delivery_is_new_once_within_its_lifetime() {
        let store = MemoryDeliveries::new(2, Duration::from_secs(10));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let [a, b, c] = [1, 2, 3].map(|timestamp| DeliveryKey::new(timestamp, b""));
        assert!(store.insert_at(&a, at(0)));
        assert!(!store.clone().insert_at(&a, at(9)), "clones share deliveries");
        assert!(store.insert_at(&a, at(10)), "its lifetime has ended");
        assert!(store.insert_at(&b, at(11)) && store.insert_at(&c, at(12)));
        assert!(!store.insert_at(&b, at(12)) && !store.insert_at(&c, at(12)));
        assert!(store.insert_at(&a, at(12)), "evicted by two later ones");
    }
}
