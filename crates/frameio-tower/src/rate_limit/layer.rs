//! The layer and its settings.

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

/// Spends the documented quota of each operation, and waits while it is spent.
///
/// | setting | default |
/// |---|---|
/// | quotas | those of the operations, [`Operation::quota`](frameio_core::Operation::quota) |
/// | mode | [`RateLimitMode::Wait`] |
/// | credential | none: all calls are one user's |
/// | store | none: the buckets are in memory |
/// | when the store is unavailable | [`OnUnavailable::FailClosed`] |
///
/// There is a leaky bucket for each credential, account and operation, as the service has them.
/// **Clones of a layer, and all services made with them, share the buckets**: give clones of one
/// layer to all clients that spend the same quota. Buckets that have run empty are forgotten in
/// time, so that accounts may come and go.
///
/// * Those who wait for a bucket are served in the order of their coming, as fast as the quota
///   allows. Each costs a few wake-ups, however many there are, and a future that is kept without
///   being polled holds up none of the others.
/// * A call whose turn cannot come before its [`DeadlineAt`](crate::DeadlineAt) fails at once with
///   [`QuotaExhausted`](crate::QuotaExhausted), which tells how long it would have been.
/// * Answers correct the bucket: `x-ratelimit-limit` and `x-ratelimit-window` are its new figures,
///   and a smaller `x-ratelimit-remaining` than expected means that another program spends the
///   same quota. What cannot be true is ignored: a limit or a window of zero, a window of more
///   than an hour.
/// * A 429 pauses the bucket for all calls, as long as `Retry-After` says, else for 1 s, doubling
///   with each one in a row; at most 60 s. After it they pass one by one, and not in a burst.
/// * A call that is dropped before it is sent gives its slot back.
///
/// The layer belongs inside of retry, so that what is sent again is counted again. Requests that
/// carry no [`Call`] have no quota and pass.
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
    store: Option<Store>,
    on_unavailable: OnUnavailable,
    /// When the store last gave a slot.
    last_shared: Arc<Mutex<Option<Instant>>>,
}

/// Behaviour of a call when the quota is exhausted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RateLimitMode {
    /// It waits for its turn.
    #[default]
    Wait,
    /// It fails at once.
    FailFast,
    /// It goes on. Buckets are kept and corrected, and events tell what would have been.
    Observe,
    /// It goes on. There are no buckets.
    Off,
}

/// Behaviour of a call while the [store](RateLimitLayer::store) is unavailable.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum OnUnavailable {
    /// It fails with a [`QuotaStoreError`](crate::QuotaStoreError). Nothing was sent, so
    /// [`Retry`](crate::Retry) tries it again.
    FailClosed,
    /// It is counted in a bucket in memory, which has a share of the quota: 0.1 where ten processes
    /// are at work. What is not between 0 and 1 is taken for 1.
    ///
    /// Calls pass one by one at the rate of the share, and not in a burst: how full the bucket of
    /// the service is nobody knows then.
    FailOpen {
        /// The part of each quota that this process may spend on its own.
        share: f64,
    },
}

impl OnUnavailable {
    /// The figures that are left of a quota; none if there is nothing to spend.
    fn share(self, quota: Quota) -> Option<Quota> {
        let Self::FailOpen { share } = self else { return None };
        let share = if share > 0.0 && share <= 1.0 { share } else { 1.0 };
        let interval = quota.window().as_secs_f64() / f64::from(quota.calls().get()) / share;
        Quota::new(1, Duration::try_from_secs_f64(interval).unwrap_or(Duration::MAX))
    }
}

impl RateLimitLayer {
    /// A layer with the defaults, and buckets of its own.
    pub fn new() -> Self {
        Self(Arc::new(Settings {
            mode: RateLimitMode::default(),
            credential: None,
            quotas: HashMap::new(),
            buckets: Arc::new(Buckets::new()),
            store: None,
            on_unavailable: OnUnavailable::FailClosed,
            last_shared: Arc::default(),
        }))
    }

    /// Sets the behaviour when the quota is exhausted.
    pub fn mode(mut self, mode: RateLimitMode) -> Self {
        Arc::make_mut(&mut self.0).mode = mode;
        self
    }

    /// Sets the quota of an operation, by its id, whatever the service documents or answers: for a
    /// share of a quota that others spend too. Buckets that are in use already keep their figures.
    ///
    /// A 429 and a small `x-ratelimit-remaining` still count.
    pub fn quota(mut self, operation: impl Into<Cow<'static, str>>, quota: Quota) -> Self {
        Arc::make_mut(&mut self.0).quotas.insert(operation.into(), quota);
        self
    }

    /// Names whose calls these are: any text that tells one credential from another, but no
    /// secret; an empty one is none. The buckets stay shared with the layers that this was cloned
    /// from, so that calls of the same credential count together.
    ///
    /// Quotas that count an account as a whole leave the name aside.
    pub fn credential(mut self, name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        Arc::make_mut(&mut self.0).credential = (!name.is_empty()).then_some(name);
        self
    }

    /// Keeps the buckets in a store that other processes share, and no longer in memory.
    ///
    /// An [observer](RateLimitMode::Observe) goes on with those in memory, since it waits for
    /// nothing. Give the credential a [name](Self::credential) where more than one is in use.
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

    /// How many buckets there are in memory at the moment, for metrics.
    pub fn buckets(&self) -> usize {
        self.0.buckets.len()
    }

    pub(super) fn current_mode(&self) -> RateLimitMode {
        self.0.mode
    }

    /// The store, and the bucket of it that a call is counted in.
    pub(super) fn shared(&self, call: &Call) -> Option<(Store, QuotaBucket)> {
        let Settings { credential, quotas, store, .. } = &*self.0;
        let store = store.as_ref()?;
        let pinned = quotas.get(call.operation.id).copied();
        Some((store.clone(), QuotaBucket::of(call, credential.as_ref(), pinned)))
    }

    /// The bucket that a call is counted in while the store is unavailable, if the call may proceed.
    pub(super) fn fallback_bucket(&self, call: &Call) -> Option<Arc<Bucket>> {
        let Settings { credential, quotas, buckets, on_unavailable, .. } = &*self.0;
        let quota = quotas.get(call.operation.id).copied().unwrap_or(call.operation.quota);
        let share = on_unavailable.share(quota)?;
        let bucket = buckets.get(call, credential.as_ref(), |_| Some(share));
        // Not on top of what the store gave last.
        if let Some(last) = *self.last_shared() {
            bucket.spend_until(last + share.interval());
        }
        Some(bucket)
    }

    /// The store has given a slot.
    pub(super) fn shared_now(&self) {
        *self.last_shared() = Some(Instant::now());
    }

    fn last_shared(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.last_shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bucket that a call is counted in.
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
    fn a_share_has_the_rate_of_the_share() {
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
