//! The limiters: one for each quota in use, shared by its buckets.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use frameio_core::Quota;
use governor::RateLimiter;
use governor::clock::Clock;
use governor::nanos::Nanos;
use governor::state::StateStore;
use tokio::time::Instant;

/// Longest window whose arithmetic fits governor's integers.
const MAX_WINDOW: Duration = Duration::from_secs(365 * 24 * 3600);

/// Limiters that the buckets of a layer use at the moment, one for each quota: there may be a million
/// buckets and a few quotas.
#[derive(Debug, Default)]
pub(super) struct QuotaLimiters(Mutex<HashMap<(Quota, bool), Weak<QuotaLimiter>>>);

/// Decides by one quota, for all buckets that have it.
#[derive(Debug)]
pub(super) struct QuotaLimiter {
    pub(super) quota: Quota,
    /// Whether the quota was set by the user and is not replaced by that of the service.
    pub(super) pinned: bool,
    /// Time until a slot is free again.
    pub(super) interval: Duration,
    /// How far the level may be ahead of the time for a call to pass still.
    pub(super) tolerance: Duration,
    /// What levels are counted from.
    pub(super) start: Instant,
    governor: RateLimiter<Level, Levels, TokioClock>,
    /// Where a bucket finds the limiter of another quota.
    in_use: Arc<QuotaLimiters>,
}

impl QuotaLimiters {
    /// Returns the limiter of a quota.
    pub(super) fn get(self: &Arc<Self>, quota: Quota, pinned: bool) -> Arc<QuotaLimiter> {
        let mut in_use = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(limiter) = in_use.get(&(quota, pinned)).and_then(Weak::upgrade) {
            return limiter;
        }
        in_use.retain(|_, limiter| limiter.strong_count() > 0);
        let limiter = Arc::new(QuotaLimiter::new(quota, pinned, self.clone()));
        in_use.insert((quota, pinned), Arc::downgrade(&limiter));
        limiter
    }
}

impl QuotaLimiter {
    fn new(quota: Quota, pinned: bool, in_use: Arc<QuotaLimiters>) -> Self {
        let calls = quota.calls();
        let interval = (quota.window().min(MAX_WINDOW) / calls.get()).max(Duration::from_nanos(1));
        // One slot stays free, where there is more than one: the service counts calls when they
        // arrive, and on the way the last of a burst may catch up with those before it.
        let burst = NonZeroU32::new(calls.get() - 1).unwrap_or(NonZeroU32::MIN);
        // The interval is not zero.
        let limits = governor::Quota::with_period(interval)
            .unwrap_or(governor::Quota::per_second(NonZeroU32::MIN))
            .allow_burst(burst);
        Self {
            quota,
            pinned,
            interval,
            tolerance: interval * (burst.get() - 1),
            start: Instant::now(),
            governor: RateLimiter::new(limits, Levels, TokioClock),
            in_use,
        }
    }

    /// Returns the limiter of another quota, which the service reported.
    pub(super) fn with_quota(&self, quota: Quota) -> Arc<Self> {
        self.in_use.get(quota, self.pinned)
    }

    /// Takes a slot of a bucket with this level, if there is one.
    pub(super) fn take(&self, level: &Level) -> bool {
        self.governor.check_key(level).is_ok()
    }
}

/// When a bucket will have run empty, in nanoseconds from the start of its figures. Each call moves
/// it on by one interval; the literature calls it the theoretical arrival time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Level(Cell<u64>);

impl Level {
    pub(super) const fn new(nanos: u64) -> Self {
        Self(Cell::new(nanos))
    }

    pub(super) const fn get(&self) -> u64 {
        self.0.get()
    }

    pub(super) fn set(&self, nanos: u64) {
        self.0.set(nanos);
    }
}

impl Hash for Level {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.get().hash(state);
    }
}

/// Finds the level of a bucket in the bucket: governor's own stores cannot be corrected from
/// outside, and hold each key once more.
#[derive(Debug)]
struct Levels;

impl StateStore for Levels {
    type Key = Level;

    fn measure_and_replace<T, F, E>(&self, level: &Level, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        // Not one atomic step: the lock of the bucket is held.
        let (outcome, next) = decide(Some(Nanos::new(level.get())))?;
        level.set(next.as_u64());
        Ok(outcome)
    }
}

/// tokio's clock, so that quotas follow paused time.
#[derive(Clone, Copy, Debug)]
struct TokioClock;

impl Clock for TokioClock {
    type Instant = std::time::Instant;

    fn now(&self) -> std::time::Instant {
        Instant::now().into_std()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn buckets_share_limiters_and_unused_limiters_are_dropped() {
        let in_use = Arc::new(QuotaLimiters::default());
        let quota = Quota::per_second(5);
        let one = in_use.get(quota, false);
        assert!(Arc::ptr_eq(&one, &in_use.get(quota, false)));
        let pinned = in_use.get(quota, true);
        assert!(!Arc::ptr_eq(&one, &pinned));
        let reported = one.with_quota(Quota::per_second(6));
        assert!(Arc::ptr_eq(&reported, &one.with_quota(Quota::per_second(6))));
        assert_eq!(in_use.0.lock().unwrap().len(), 3);
        drop((one, pinned, reported));
        let _other = in_use.get(Quota::per_minute(7), false);
        assert_eq!(in_use.0.lock().unwrap().len(), 1);
    }
}
