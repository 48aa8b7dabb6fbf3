//! Quota stores shared by several processes, and the wait for their slots.

use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use frameio_core::{BoxError, Call, Operation, Quota, RateLimitInfo};
use http::{HeaderMap, HeaderName, StatusCode};
use tokio::time::{Instant, sleep_until};

use super::bucket::Sending;
use super::buckets::credential_of;
use super::events;
use super::learn::whole_remains;
use super::queue::RecordedWait;
use crate::error::{QuotaExhausted, QuotaStoreError};
use crate::record::CallRecord;
use crate::retry_after::{MIN_RETRY_AFTER, retry_after};

/// Stores the quotas that several processes share.
///
/// Set with [`RateLimitLayer::store`](super::RateLimitLayer::store), in place of buckets in memory.
/// The layer reserves a slot for each call, waits for its turn, and reports the response of the
/// service.
///
/// ```
/// use std::sync::Mutex;
/// use std::time::Duration;
///
/// use frameio_core::BoxError;
/// use frameio_tower::rate_limit::{QuotaBucket, QuotaResponse, QuotaStore, Reservation};
/// use frameio_tower::{QuotaExhausted, RateLimitLayer};
/// use tokio::time::Instant;
///
/// /// Allows one call per second, and ignores responses.
/// #[derive(Default)]
/// struct OneASecond(Mutex<Option<Instant>>);
///
/// impl QuotaStore for OneASecond {
///     async fn reserve(
///         &self,
///         _: &QuotaBucket,
///         max_wait: Option<Duration>,
///     ) -> Result<Reservation, BoxError> {
///         let now = Instant::now();
///         let mut last = self.0.lock().expect("the lock is not poisoned");
///         let turn = last.map_or(now, |last| (last + Duration::from_secs(1)).max(now));
///         if max_wait.is_some_and(|max_wait| turn - now > max_wait) {
///             return Err(QuotaExhausted::new(turn - now).into());
///         }
///         *last = Some(turn);
///         Ok(Reservation::new(turn))
///     }
///
///     fn release(&self, _: &QuotaBucket, _: Reservation) {}
///
///     fn record_response(&self, _: &QuotaBucket, _: QuotaResponse) {}
/// }
///
/// let layer = RateLimitLayer::new().store(OneASecond::default());
/// # let _ = layer;
/// ```
pub trait QuotaStore: Send + Sync + 'static {
    /// Reserves a slot and returns the time of its turn, without waiting for it.
    ///
    /// If the future is dropped, a slot that it reserved must be released.
    ///
    /// # Errors
    /// Returns [`QuotaExhausted`](crate::QuotaExhausted), without reserving a slot, if the wait would
    /// be longer than `max_wait`. Any other error means that the store is unavailable; the layer
    /// wraps it in a [`QuotaStoreError`](crate::QuotaStoreError).
    fn reserve(
        &self,
        bucket: &QuotaBucket,
        max_wait: Option<Duration>,
    ) -> impl Future<Output = Result<Reservation, BoxError>> + Send;

    /// Returns whether a reservation is still valid. Default: `true`. Must not block.
    ///
    /// The layer calls it once a second during the wait, when
    /// [`invalidated`](Self::invalidated) completes, and when the turn comes. If the reservation has
    /// become invalid, for example because a pause started or the quota changed, the layer reserves
    /// another slot.
    fn is_valid(&self, bucket: &QuotaBucket, reservation: &Reservation) -> bool {
        let _ = (bucket, reservation);
        true
    }

    /// Completes when reservations of the bucket become invalid after this call. Default: never.
    ///
    /// Lets waiting calls react to a pause or a new quota immediately instead of within a second.
    fn invalidated(&self, bucket: &QuotaBucket) -> impl Future<Output = ()> + Send {
        let _ = bucket;
        pending()
    }

    /// Releases the slot of a call that was not sent. Must not block.
    fn release(&self, bucket: &QuotaBucket, reservation: Reservation);

    /// Corrects the bucket according to the response to a call. Must not block.
    ///
    /// [`LearnedQuota`](super::LearnedQuota) implements the rules for changes of the quota.
    fn record_response(&self, bucket: &QuotaBucket, response: QuotaResponse);
}

impl<S: QuotaStore> QuotaStore for Arc<S> {
    fn reserve(
        &self,
        bucket: &QuotaBucket,
        max_wait: Option<Duration>,
    ) -> impl Future<Output = Result<Reservation, BoxError>> + Send {
        S::reserve(self, bucket, max_wait)
    }

    fn is_valid(&self, bucket: &QuotaBucket, reservation: &Reservation) -> bool {
        S::is_valid(self, bucket, reservation)
    }

    fn invalidated(&self, bucket: &QuotaBucket) -> impl Future<Output = ()> + Send {
        S::invalidated(self, bucket)
    }

    fn release(&self, bucket: &QuotaBucket, reservation: Reservation) {
        S::release(self, bucket, reservation);
    }

    fn record_response(&self, bucket: &QuotaBucket, response: QuotaResponse) {
        S::record_response(self, bucket, response);
    }
}

/// Identity and quota of a bucket. Each credential, account and operation has its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct QuotaBucket {
    /// Id of the operation, such as `files.show`.
    pub operation: &'static str,
    /// Id of the account; `None` if the operation has none in its path.
    pub account: Option<Arc<str>>,
    /// Name of the credential; `None` if all users of the account share the quota, or if the layer
    /// has no [`credential`](super::RateLimitLayer::credential).
    pub credential: Option<Arc<str>>,
    /// Quota set by the user, otherwise the documented one.
    pub quota: Quota,
    /// Whether the user set the quota. If so, responses do not change it.
    pub pinned: bool,
}

impl QuotaBucket {
    /// Creates the bucket of an operation with its documented quota.
    pub const fn new(operation: &Operation) -> Self {
        Self {
            operation: operation.id,
            account: None,
            credential: None,
            quota: operation.quota,
            pinned: false,
        }
    }

    /// Returns the bucket of a call.
    pub(super) fn of(call: &Call, credential: Option<&Arc<str>>, pinned: Option<Quota>) -> Self {
        Self {
            account: call.account.clone(),
            credential: credential_of(call, credential),
            quota: pinned.unwrap_or(call.operation.quota),
            pinned: pinned.is_some(),
            ..Self::new(call.operation)
        }
    }
}

/// Slot reserved in a [`QuotaStore`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reservation {
    /// Time at which the call may be sent.
    pub turn: Instant,
    /// Identifier of the slot, meaningful only to the store. Default: zeros.
    pub id: [u64; 2],
}

impl Reservation {
    /// Creates a reservation for a call that may be sent at `turn`.
    pub const fn new(turn: Instant) -> Self {
        Self { turn, id: [0; 2] }
    }

    /// Sets the identifier that [`QuotaStore::release`] gets back.
    #[must_use]
    pub const fn id(mut self, id: [u64; 2]) -> Self {
        self.id = id;
        self
    }
}

/// Properties of a response that concern the quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuotaResponse {
    /// Time at which the call was sent.
    pub sent: Instant,
    /// Whether the status is 429.
    pub throttled: bool,
    /// Delay requested by `Retry-After`; `None` if it is less than a second, or if the status is not
    /// 429.
    pub retry_after: Option<Duration>,
    /// Contents of the `x-ratelimit-*` headers.
    pub rate_limit: Option<RateLimitInfo>,
    /// Whether a successful response suggests that no quota is enforced: it has no `x-ratelimit-*`
    /// header, or the whole quota remains after the call.
    pub unenforced: bool,
}

impl QuotaResponse {
    /// Reads the response to a call that was sent at `sent`. The time of receipt is now.
    pub fn new(sent: Instant, status: StatusCode, headers: &HeaderMap) -> Self {
        let throttled = status == StatusCode::TOO_MANY_REQUESTS;
        let rate_limit = RateLimitInfo::from_headers(headers);
        Self {
            sent,
            throttled,
            retry_after: if throttled { requested_delay(headers) } else { None },
            rate_limit,
            unenforced: carries_quota(status)
                && match rate_limit {
                    Some(info) => whole_remains(info),
                    None => !headers.keys().any(is_quota_header),
                },
        }
    }
}

fn requested_delay(headers: &HeaderMap) -> Option<Duration> {
    retry_after(headers, SystemTime::now()).filter(|delay| *delay >= MIN_RETRY_AFTER)
}

/// Returns whether the service documents quota headers for this successful status, which excludes
/// 204.
fn carries_quota(status: StatusCode) -> bool {
    matches!(status, StatusCode::OK | StatusCode::CREATED | StatusCode::ACCEPTED)
}

fn is_quota_header(name: &HeaderName) -> bool {
    name.as_str().starts_with("x-ratelimit-")
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Object-safe form of [`QuotaStore`].
pub(super) trait ErasedStore: Send + Sync {
    fn reserve<'a>(
        &'a self,
        bucket: &'a QuotaBucket,
        max_wait: Option<Duration>,
    ) -> BoxFuture<'a, Result<Reservation, BoxError>>;
    fn is_valid(&self, bucket: &QuotaBucket, reservation: &Reservation) -> bool;
    fn invalidated<'a>(&'a self, bucket: &'a QuotaBucket) -> BoxFuture<'a, ()>;
    fn release(&self, bucket: &QuotaBucket, reservation: Reservation);
    fn record_response(&self, bucket: &QuotaBucket, response: QuotaResponse);
}

impl<T: QuotaStore> ErasedStore for T {
    fn reserve<'a>(
        &'a self,
        bucket: &'a QuotaBucket,
        max_wait: Option<Duration>,
    ) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        Box::pin(QuotaStore::reserve(self, bucket, max_wait))
    }

    fn is_valid(&self, bucket: &QuotaBucket, reservation: &Reservation) -> bool {
        QuotaStore::is_valid(self, bucket, reservation)
    }

    fn invalidated<'a>(&'a self, bucket: &'a QuotaBucket) -> BoxFuture<'a, ()> {
        Box::pin(QuotaStore::invalidated(self, bucket))
    }

    fn release(&self, bucket: &QuotaBucket, reservation: Reservation) {
        QuotaStore::release(self, bucket, reservation);
    }

    fn record_response(&self, bucket: &QuotaBucket, response: QuotaResponse) {
        QuotaStore::record_response(self, bucket, response);
    }
}

/// Store of a layer, shared by its clones.
#[derive(Clone)]
pub(super) struct Store(pub(super) Arc<dyn ErasedStore>);

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QuotaStore")
    }
}

/// Slot in a store, released when dropped unless its request was sent.
pub(super) struct SharedSlot {
    store: Store,
    bucket: QuotaBucket,
    reservation: Reservation,
    passed_at: Option<Instant>,
    sending: Sending,
}

impl SharedSlot {
    /// Records that the request is passed to the inner service.
    pub(super) fn pass(&mut self, sending: Sending) {
        self.passed_at = Some(Instant::now());
        self.sending = sending;
    }

    /// Records that the future of the inner service is polled.
    pub(super) fn poll(&mut self) {
        self.sending.poll();
    }

    /// Reports the response to the store, unless it comes from a layer in between.
    pub(super) fn record_response(&self, status: StatusCode, headers: &HeaderMap) {
        if let Some(sent) = self.passed_at.filter(|_| self.sending.is_sent()) {
            self.store.0.record_response(&self.bucket, QuotaResponse::new(sent, status, headers));
        }
    }
}

impl Drop for SharedSlot {
    fn drop(&mut self) {
        if !self.sending.is_sent() {
            self.store.0.release(&self.bucket, self.reservation);
        }
    }
}

/// Interval at which a waiting call checks its reservation.
const CHECK: Duration = Duration::from_secs(1);

/// Reserves a slot and waits for its turn, or fails if the turn comes too late.
pub(super) async fn wait_for_turn(
    store: Store,
    mut bucket: QuotaBucket,
    latest: Option<Instant>,
    record: Option<CallRecord>,
) -> Result<SharedSlot, BoxError> {
    let mut recorded = None;
    loop {
        let max_wait = latest.map(|latest| latest.saturating_duration_since(Instant::now()));
        let reservation = match store.0.reserve(&bucket, max_wait).await {
            Ok(reservation) => reservation,
            Err(error) if error.is::<QuotaExhausted>() => return Err(error),
            Err(error) => return Err(QuotaStoreError::new(error).into()),
        };
        // From here on, dropping the slot releases it.
        let (store, sending) = (store.clone(), Sending::default());
        let slot = SharedSlot { store, bucket, reservation, passed_at: None, sending };
        let wait = reservation.turn.saturating_duration_since(Instant::now());
        if wait > Duration::ZERO {
            events::wait(slot.bucket.operation, wait);
            recorded = recorded.or_else(|| record.clone().map(RecordedWait::new));
        }
        if slot.stays_valid().await {
            if let Some(recorded) = recorded {
                recorded.served();
            }
            return Ok(slot);
        }
        bucket = slot.bucket.clone();
    }
}

impl SharedSlot {
    /// Waits for the turn. Returns early with `false` if the reservation becomes invalid.
    async fn stays_valid(&self) -> bool {
        loop {
            let now = Instant::now();
            if self.reservation.turn <= now {
                return self.store.0.is_valid(&self.bucket, &self.reservation);
            }
            // Created before the check, so that no change is missed.
            let mut invalidated = self.store.0.invalidated(&self.bucket);
            let mut sleep = pin!(sleep_until(self.reservation.turn.min(now + CHECK)));
            let mut valid = true;
            poll_fn(|cx| {
                // The first poll of `invalidated` may only register the waker.
                let changed = invalidated.as_mut().poll(cx).is_ready();
                valid = self.store.0.is_valid(&self.bucket, &self.reservation);
                let elapsed = sleep.as_mut().poll(cx).is_ready();
                if changed || elapsed || !valid { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            if !valid {
                return false;
            }
        }
    }
}
