//! Layer, settings and modes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frameio_core::{Call, Quota};
use tokio::time::Instant;
use tower::Layer;

use super::bucket::Bucket;
use super::buckets::Buckets;
use super::service::RateLimit;
use super::store::{QuotaBucket, QuotaStore, Store};

/// Delays calls so that they stay within the quota of their operation.
///
/// | setting | default |
/// |---|---|
/// | quotas | [`Operation::quota`](frameio_core::Operation::quota), corrected by responses |
/// | mode | [`RateLimitMode::Wait`] |
/// | credential | none: all calls belong to one user |
/// | store | none: the buckets are in memory |
/// | behaviour when the store is unavailable | [`OnUnavailable::FailClosed`] |
/// | when a slot is spent | when the inner service is called |
///
/// Like the service, the layer has a leaky bucket for each credential, account and operation.
/// **Clones of a layer share their buckets**, so give clones of one layer to all clients that spend
/// the same quota. Unused buckets are dropped, except for those that got a 429, so the number of accounts is not
/// limited.
///
/// * Waiting calls are served in order, as fast as the quota allows. Each waiting call costs a few
///   wake-ups, regardless of the length of the queue. A waiting future that is not polled does not
///   block the others.
/// * A call whose turn would come after its [`DeadlineAt`](crate::DeadlineAt) fails immediately with
///   [`QuotaExhausted`](crate::QuotaExhausted), which contains the wait.
/// * A 429 pauses the bucket for all calls: for the time in `Retry-After` if that is at least a
///   second, otherwise for 1 s, doubled with each consecutive 429; at most 60 s, so that a wrong value
///   cannot block all calls. After the pause, calls pass one by one instead of in a burst.
/// * A call that is dropped or fails before it is sent returns its slot.
///
/// Place the layer inside retry, so that each attempt counts. Requests without a [`Call`] have no
/// quota and are not delayed.
///
/// # Learning from responses
///
/// Responses replace the documented quota, and waiting calls adapt immediately.
///
/// * `x-ratelimit-limit` and `x-ratelimit-window` set the quota. Implausible values are ignored: a
///   limit or a window of zero, a window of more than an hour, or less than a call per minute.
/// * If `x-ratelimit-remaining` is smaller than expected, another program spends the same quota;
///   calls of this program are then delayed accordingly.
/// * A service that enforces no quota sends no such headers, or always reports the whole quota as
///   remaining. After three such responses in a row the quota is doubled, and again after every
///   three more, until calls no longer wait. A response counts only if its status is 200, 201 or
///   202 (the service documents no headers for 204), if the bucket is at least half full (a few
///   calls prove nothing), and if its call was sent after the quota was last doubled.
/// * A response with the usual headers restores the quota. A 429 restores it permanently: the quota
///   in its headers applies, otherwise the previous one, and it is not doubled again. A proxy that
///   strips the headers therefore causes refused calls only once, about as many as the quota allows.
///
/// A quota [set by the user](Self::quota) is never replaced.
///
/// ```
/// use frameio_core::Quota;
/// use frameio_tower::{RateLimitLayer, RateLimitMode};
///
/// let layer = RateLimitLayer::new()
///     .mode(RateLimitMode::FailFast)
///     .quota("files.show", Quota::per_second(5));
/// # let _ = layer;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct RateLimitLayer(Arc<Settings>);

#[derive(Clone, Debug)]
struct Settings {
    mode: RateLimitMode,
    credential: Option<Arc<str>>,
    quotas: HashMap<Cow<'static, str>, Quota>,
    buckets: Arc<Buckets>,
    spend_when_sent: bool,
    store: Option<Store>,
    on_unavailable: OnUnavailable,
    /// Time at which the store last provided a slot.
    last_shared: Arc<Mutex<Option<Instant>>>,
}

/// Behaviour of a call when the quota is exhausted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RateLimitMode {
    /// The call waits for its turn, at most until its deadline.
    #[default]
    Wait,
    /// The call fails immediately with [`QuotaExhausted`](crate::QuotaExhausted).
    FailFast,
    /// The call proceeds. Buckets are maintained, and events report the waits that
    /// [`Wait`](Self::Wait) would cause.
    Observe,
    /// The call proceeds, and no buckets are maintained.
    Off,
}

/// Behaviour of a call while the [store](RateLimitLayer::store) is unavailable.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum OnUnavailable {
    /// The call fails with a [`QuotaStoreError`](crate::QuotaStoreError). Nothing was sent, so
    /// [`Retry`](crate::Retry) retries it.
    FailClosed,
    /// The call is counted in a bucket in memory, with a share of the quota.
    ///
    /// Calls pass one by one at the rate of the share, without a burst, because the level of the
    /// service's bucket is unknown.
    FailOpen {
        /// Share of each quota that this process may spend, such as 0.1 for one of ten processes. A
        /// value outside 0 to 1 counts as 1.
        share: f64,
    },
}

impl OnUnavailable {
    /// Returns the share of a quota; `None` if calls must not proceed.
    fn share(self, quota: Quota) -> Option<Quota> {
        let Self::FailOpen { share } = self else { return None };
        let share = if share > 0.0 && share <= 1.0 { share } else { 1.0 };
        let interval = quota.window().as_secs_f64() / f64::from(quota.calls().get()) / share;
        Quota::new(1, Duration::try_from_secs_f64(interval).unwrap_or(Duration::MAX))
    }
}

impl RateLimitLayer {
    /// Creates a layer with the default settings and new buckets.
    pub fn new() -> Self {
        Self(Arc::new(Settings {
            mode: RateLimitMode::default(),
            credential: None,
            quotas: HashMap::new(),
            spend_when_sent: false,
            buckets: Arc::new(Buckets::new()),
            store: None,
            on_unavailable: OnUnavailable::FailClosed,
            last_shared: Arc::default(),
        }))
    }

    /// Sets the behaviour when the quota is exhausted. Default: [`RateLimitMode::Wait`].
    pub fn mode(mut self, mode: RateLimitMode) -> Self {
        Arc::make_mut(&mut self.0).mode = mode;
        self
    }

    /// Sets the quota of an operation, given by its id such as `files.show`.
    ///
    /// Overrides the documented quota and the quota that responses report, for example with a share
    /// of a quota that other programs spend too. Existing buckets keep their quota. A 429 still
    /// pauses the bucket, and a small `x-ratelimit-remaining` still delays calls.
    pub fn quota(mut self, operation: impl Into<Cow<'static, str>>, quota: Quota) -> Self {
        Arc::make_mut(&mut self.0).quotas.insert(operation.into(), quota);
        self
    }

    /// Sets the name of the credential that calls are made with, to give each credential buckets of
    /// its own. Default: none.
    ///
    /// The name is any text that identifies the credential, but not a secret; an empty name is
    /// ignored. The layer still shares buckets with the layer it was cloned from, so that calls with
    /// the same name count together. Quotas that apply to a whole account ignore the name.
    pub fn credential(mut self, name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        Arc::make_mut(&mut self.0).credential = (!name.is_empty()).then_some(name);
        self
    }

    /// Sets whether a slot is spent only when the [sending marker](crate::SendingLayer) marks the
    /// request as sent. Default: `false`, the slot is spent when the future of the inner service is first polled.
    ///
    /// With `true`, a call that is dropped or fails before the marker, for example while it waits for
    /// a token, returns its slot. Requires a sending marker inside this layer: without one, all
    /// slots are returned and calls are not limited.
    pub fn spend_when_sent(mut self, spend_when_sent: bool) -> Self {
        Arc::make_mut(&mut self.0).spend_when_sent = spend_when_sent;
        self
    }

    /// Sets a store of buckets that several processes share. Default: buckets in memory.
    ///
    /// Set the [name of the credential](Self::credential) if the processes use more than one.
    /// [`RateLimitMode::Observe`] uses buckets in memory even with a store.
    pub fn store(mut self, store: impl QuotaStore) -> Self {
        Arc::make_mut(&mut self.0).store = Some(Store(Arc::new(store)));
        self
    }

    /// Sets the behaviour of calls while the store is unavailable. Default:
    /// [`OnUnavailable::FailClosed`].
    pub fn on_unavailable(mut self, on_unavailable: OnUnavailable) -> Self {
        Arc::make_mut(&mut self.0).on_unavailable = on_unavailable;
        self
    }

    /// Returns the number of buckets in memory, which can be exported as a metric.
    pub fn buckets(&self) -> usize {
        self.0.buckets.len()
    }

    pub(super) fn current_mode(&self) -> RateLimitMode {
        self.0.mode
    }

    pub(super) fn spends_when_sent(&self) -> bool {
        self.0.spend_when_sent
    }

    /// Returns the store, and the bucket in it that a call is counted in.
    pub(super) fn shared(&self, call: &Call) -> Option<(Store, QuotaBucket)> {
        let Settings { credential, quotas, store, .. } = &*self.0;
        let store = store.as_ref()?;
        let pinned = quotas.get(call.operation.id).copied();
        Some((store.clone(), QuotaBucket::of(call, credential.as_ref(), pinned)))
    }

    /// Returns the bucket that a call is counted in while the store is unavailable; `None` if the
    /// call must not proceed.
    pub(super) fn fallback_bucket(&self, call: &Call) -> Option<Arc<Bucket>> {
        let Settings { credential, quotas, buckets, on_unavailable, .. } = &*self.0;
        let quota = quotas.get(call.operation.id).copied().unwrap_or(call.operation.quota);
        let share = on_unavailable.share(quota)?;
        let bucket = buckets.get(call, credential.as_ref(), |_| Some(share));
        // The last slot of the store counts against the share too.
        if let Some(last) = *self.last_shared() {
            bucket.spend_until(last + share.interval());
        }
        Some(bucket)
    }

    /// Records that the store provided a slot.
    pub(super) fn shared_now(&self) {
        *self.last_shared() = Some(Instant::now());
    }

    fn last_shared(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.last_shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the bucket in memory that a call is counted in.
    pub(super) fn bucket(&self, call: &Call) -> Arc<Bucket> {
        let Settings { credential, quotas, buckets, .. } = &*self.0;
        buckets.get(call, credential.as_ref(), |operation| quotas.get(operation).copied())
    }
}

impl Default for RateLimitLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for RateLimitLayer {
    type Service = RateLimit<S>;

    fn layer(&self, inner: S) -> RateLimit<S> {
        RateLimit::new(inner, self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fail_open_limits_the_rate_to_the_share() {
        let share = |quota, share| OnUnavailable::FailOpen { share }.share(quota);
        let seconds = Duration::from_secs_f64;
        assert_eq!(share(Quota::per_minute(100), 0.1), Quota::new(1, seconds(6.0)));
        assert_eq!(share(Quota::per_minute(10), 0.05), Quota::new(1, seconds(120.0)));
        for all in [1.0, 0.0, -1.0, 7.0, f64::NAN, f64::INFINITY] {
            assert_eq!(share(Quota::per_second(5), all), Quota::new(1, seconds(0.2)), "{all}");
        }
        assert_eq!(OnUnavailable::FailClosed.share(Quota::per_second(5)), None);
    }
}
