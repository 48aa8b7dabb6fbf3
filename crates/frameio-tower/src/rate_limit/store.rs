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

/// Keeps the quotas that several processes spend together.
///
/// [`RateLimitLayer::store`](super::RateLimitLayer::store) puts one in place of the buckets in
/// memory. The layer asks it for a slot for each call, waits as long as the slot says, and tells
/// it what the service answered. How the store shares its buckets is its own affair, and so is
/// what it does when it cannot reach what it shares them by.
///
/// ```
/// use std::sync::Mutex;
/// use std::time::Duration;
///
/// use frameio_core::BoxError;
/// use frameio_tower::rate_limit::{QuotaAnswer, QuotaBucket, QuotaStore, Reservation};
/// use frameio_tower::{QuotaExhausted, RateLimitLayer};
/// use tokio::time::Instant;
///
/// /// One call of any kind each second, and no answer changes that.
/// #[derive(Default)]
/// struct OneASecond(Mutex<Option<Instant>>);
///
/// impl QuotaStore for OneASecond {
///     async fn reserve(
///         &self,
///         _: &QuotaBucket,
///         longest: Option<Duration>,
///     ) -> Result<Reservation, BoxError> {
///         let now = Instant::now();
///         let mut last = self.0.lock().expect("nothing panics with the lock");
///         let turn = last.map_or(now, |last| (last + Duration::from_secs(1)).max(now));
///         if longest.is_some_and(|longest| turn - now > longest) {
///             return Err(QuotaExhausted::new(turn - now).into());
///         }
///         *last = Some(turn);
///         Ok(Reservation::new(turn))
///     }
///
///     fn release(&self, _: &QuotaBucket, _: Reservation) {}
///
///     fn answered(&self, _: &QuotaBucket, _: QuotaAnswer) {}
/// }
///
/// let layer = RateLimitLayer::new().store(OneASecond::default());
/// # let _ = layer;
/// ```
pub trait QuotaStore: Send + Sync + 'static {
    /// Reserves a slot, and tells when its turn is. Does not wait for that turn.
    ///
    /// Dropping the future gives up what it may have reserved.
    ///
    /// # Errors
    /// A [`QuotaExhausted`](crate::QuotaExhausted) if the turn would come later than in `longest`:
    /// nothing is reserved then. Any other error means that the store cannot decide, and the call
    /// fails with a [`QuotaStoreError`](crate::QuotaStoreError) around it.
    fn reserve(
        &self,
        bucket: &QuotaBucket,
        longest: Option<Duration>,
    ) -> impl Future<Output = Result<Reservation, BoxError>> + Send;

    /// Whether a slot still counts, asked each second while its turn is waited for, and then. If
    /// not, since a pause began meanwhile, the layer reserves another one. Must not block.
    /// Default: it does.
    fn holds(&self, bucket: &QuotaBucket, reservation: &Reservation) -> bool {
        let _ = (bucket, reservation);
        true
    }

    /// Takes back the slot of a call that was dropped before it was sent. Must not block.
    fn release(&self, bucket: &QuotaBucket, reservation: Reservation);

    /// Learns from the answer to a call. Must not block.
    fn answered(&self, bucket: &QuotaBucket, answer: QuotaAnswer);
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

/// A slot that was reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reservation {
    /// When its turn is.
    pub turn: Instant,
    /// What the store knows it by. Default: zeros.
    pub stamp: [u64; 2],
}

impl Reservation {
    /// A slot whose turn is at `turn`.
    pub const fn new(turn: Instant) -> Self {
        Self { turn, stamp: [0; 2] }
    }

    /// Sets what the store knows it by.
    #[must_use]
    pub const fn stamp(mut self, stamp: [u64; 2]) -> Self {
        self.stamp = stamp;
        self
    }
}

/// What an answer of the service tells of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuotaAnswer {
    /// When the call was sent.
    pub sent: Instant,
    /// Whether it was refused with a 429.
    pub refused: bool,
    /// How long the answer asks to wait, by `Retry-After`.
    pub retry_after: Option<Duration>,
    /// The `x-ratelimit-*` headers.
    pub told: Option<RateLimitInfo>,
}

impl QuotaAnswer {
    /// The answer to a call that was sent at `sent`.
    pub fn new(sent: Instant, status: StatusCode, headers: &HeaderMap) -> Self {
        let refused = status == StatusCode::TOO_MANY_REQUESTS;
        let now = std::time::SystemTime::now;
        Self {
            sent,
            refused,
            retry_after: if refused { retry_after(headers, now()) } else { None },
            told: RateLimitInfo::from_headers(headers),
        }
    }
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A [`QuotaStore`] of any type.
pub(super) trait ErasedStore: Send + Sync {
    fn reserve<'a>(
        &'a self,
        bucket: &'a QuotaBucket,
        longest: Option<Duration>,
    ) -> BoxFuture<'a, Result<Reservation, BoxError>>;
    fn holds(&self, bucket: &QuotaBucket, reservation: &Reservation) -> bool;
    fn release(&self, bucket: &QuotaBucket, reservation: Reservation);
    fn answered(&self, bucket: &QuotaBucket, answer: QuotaAnswer);
}

impl<T: QuotaStore> ErasedStore for T {
    fn reserve<'a>(
        &'a self,
        bucket: &'a QuotaBucket,
        longest: Option<Duration>,
    ) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        Box::pin(QuotaStore::reserve(self, bucket, longest))
    }

    fn holds(&self, bucket: &QuotaBucket, reservation: &Reservation) -> bool {
        QuotaStore::holds(self, bucket, reservation)
    }

    fn release(&self, bucket: &QuotaBucket, reservation: Reservation) {
        QuotaStore::release(self, bucket, reservation);
    }

    fn answered(&self, bucket: &QuotaBucket, answer: QuotaAnswer) {
        QuotaStore::answered(self, bucket, answer);
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
