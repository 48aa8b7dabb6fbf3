//! Quotas that are kept elsewhere, for processes that spend them together.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use frameio_core::{BoxError, Call, Operation, Quota, QuotaScope, RateLimitInfo};
use http::{HeaderMap, StatusCode};
use tokio::time::Instant;

use crate::retry_after::retry_after;

/// Stores the quotas that several processes share.
///
/// [`RateLimitLayer::store`](super::RateLimitLayer::store) replaces the buckets in memory with one.
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
/// /// One call of any kind each second, whatever the service responds.
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
///         let mut last = self.0.lock().expect("nothing panics with the lock");
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
    /// Reserves a slot and returns when its turn is. Does not wait for that turn.
    ///
    /// Dropping the future gives up what it may have reserved.
    ///
    /// # Errors
    /// A [`QuotaExhausted`](crate::QuotaExhausted) if the wait would be longer than `max_wait`:
    /// nothing is reserved then. Any other error means that the store cannot decide, and the call
    /// fails with a [`QuotaStoreError`](crate::QuotaStoreError) around it.
    fn reserve(
        &self,
        bucket: &QuotaBucket,
        max_wait: Option<Duration>,
    ) -> impl Future<Output = Result<Reservation, BoxError>> + Send;

    /// Returns whether a reservation is still valid. Default: `true`. Must not block.
    ///
    /// The layer checks it each second while it waits for the turn, and when the turn comes. If the
    /// reservation became invalid, for example because a pause began, it reserves another slot.
    fn is_valid(&self, bucket: &QuotaBucket, reservation: &Reservation) -> bool {
        let _ = (bucket, reservation);
        true
    }

    /// Takes back the slot of a call that was dropped before it was sent. Must not block.
    fn release(&self, bucket: &QuotaBucket, reservation: Reservation);

    /// Corrects the bucket by the response to a call. Must not block.
    fn record_response(&self, bucket: &QuotaBucket, response: QuotaResponse);
}

/// The bucket that a call is counted in: one for each credential, account and operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct QuotaBucket {
    /// The documented name of the operation, `files.show`.
    pub operation: &'static str,
    /// The account, as far as the call is of one.
    pub account: Option<Arc<str>>,
    /// Whose calls these are; none where all users of the account are counted together.
    pub credential: Option<Arc<str>>,
    /// The documented figures, or those that were set by hand.
    pub quota: Quota,
    /// Whether the figures were set by hand: then answers do not change them.
    pub pinned: bool,
}

impl QuotaBucket {
    /// The bucket of an operation with its documented figures.
    pub const fn new(operation: &Operation) -> Self {
        Self {
            operation: operation.id,
            account: None,
            credential: None,
            quota: operation.quota,
            pinned: false,
        }
    }

    pub(super) fn of(call: &Call, credential: Option<&Arc<str>>, pinned: Option<Quota>) -> Self {
        Self {
            account: call.account.clone(),
            credential: match call.operation.scope {
                QuotaScope::Account => None,
                _ => credential.cloned(),
            },
            quota: pinned.unwrap_or(call.operation.quota),
            pinned: pinned.is_some(),
            ..Self::new(call.operation)
        }
    }
}

/// Reserved slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reservation {
    /// Time of its turn.
    pub turn: Instant,
    /// Identifies the slot to the store. Default: zeros.
    pub id: [u64; 2],
}

impl Reservation {
    /// A slot whose turn is at `turn`.
    pub const fn new(turn: Instant) -> Self {
        Self { turn, id: [0; 2] }
    }

    /// Sets what identifies the slot to the store.
    #[must_use]
    pub const fn id(mut self, id: [u64; 2]) -> Self {
        self.id = id;
        self
    }
}

/// Response of the service, as far as it concerns a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuotaResponse {
    /// Time at which the call was sent.
    pub sent: Instant,
    /// Whether the status is 429.
    pub throttled: bool,
    /// `Retry-After` of a 429.
    pub retry_after: Option<Duration>,
    /// The `x-ratelimit-*` headers.
    pub rate_limit: Option<RateLimitInfo>,
}

impl QuotaResponse {
    /// Reads the response to a call that was sent at `sent`.
    pub fn new(sent: Instant, status: StatusCode, headers: &HeaderMap) -> Self {
        let throttled = status == StatusCode::TOO_MANY_REQUESTS;
        let now = std::time::SystemTime::now;
        Self {
            sent,
            throttled,
            retry_after: if throttled { retry_after(headers, now()) } else { None },
            rate_limit: RateLimitInfo::from_headers(headers),
        }
    }
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A [`QuotaStore`] of any type.
pub(super) trait ErasedStore: Send + Sync {
    fn reserve<'a>(
        &'a self,
        bucket: &'a QuotaBucket,
        max_wait: Option<Duration>,
    ) -> BoxFuture<'a, Result<Reservation, BoxError>>;
    fn is_valid(&self, bucket: &QuotaBucket, reservation: &Reservation) -> bool;
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

    fn release(&self, bucket: &QuotaBucket, reservation: Reservation) {
        QuotaStore::release(self, bucket, reservation);
    }

    fn record_response(&self, bucket: &QuotaBucket, response: QuotaResponse) {
        QuotaStore::record_response(self, bucket, response);
    }
}

/// The store of a layer.
#[derive(Clone)]
pub(super) struct Store(pub(super) Arc<dyn ErasedStore>);

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a store")
    }
}
