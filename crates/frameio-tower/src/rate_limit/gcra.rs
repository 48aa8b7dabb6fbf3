//! Decision whether a call may pass: governor's GCRA with a level that responses can correct.

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

/// Maximum window for which governor's integers do not overflow.
const MAX_WINDOW: Duration = Duration::from_secs(365 * 24 * 3600);

/// Limiters in use, one for each quota. A million buckets share a few quotas.
#[derive(Debug, Default)]
pub(super) struct QuotaLimiters(Mutex<HashMap<(Quota, bool), Weak<QuotaLimiter>>>);

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

/// Limiter for all buckets with the same quota.
#[derive(Debug)]
pub(super) struct QuotaLimiter {
    quota: Quota,
    /// Whether the user set the quota. If so, responses do not replace it.
    pinned: bool,
    /// Time in which one slot leaks away.
    interval: Duration,
    /// Maximum lead of the level over the current time at which a call passes immediately.
    tolerance: Duration,
    /// Origin of the levels.
    start: Instant,
    governor: RateLimiter<Level, Levels, DecisionClock>,
    /// Used to find the limiter of a new quota.
    in_use: Arc<QuotaLimiters>,
}

impl QuotaLimiter {
    fn new(quota: Quota, pinned: bool, in_use: Arc<QuotaLimiters>) -> Self {
        let calls = quota.calls();
        let interval = (quota.window().min(MAX_WINDOW) / calls.get()).max(Duration::from_nanos(1));
        // One slot stays free, unless it is the only one: the service counts calls on arrival, and
        // the last calls of a burst may catch up with the first on the network.
        let burst = NonZeroU32::new(calls.get() - 1).unwrap_or(NonZeroU32::MIN);
        // `with_period` returns `None` only for zero.
        let limits = governor::Quota::with_period(interval)
            .unwrap_or(governor::Quota::per_second(NonZeroU32::MIN))
            .allow_burst(burst);
        let start = Instant::now();
        DecisionClock::set(start);
        Self {
            quota,
            pinned,
            interval,
            tolerance: interval * (burst.get() - 1),
            start,
            governor: RateLimiter::new(limits, Levels, DecisionClock),
            in_use,
        }
    }
}

/// Time at which a bucket runs empty, in nanoseconds since [`QuotaLimiter::start`]. Each call adds
/// one interval. GCRA calls it the theoretical arrival time.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Level(Cell<u64>);

impl Hash for Level {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.get().hash(state);
    }
}

/// State store whose keys are the levels themselves. Governor's own stores cannot be corrected from
/// outside, and would store each key twice.
#[derive(Debug)]
struct Levels;

impl StateStore for Levels {
    type Key = Level;

    fn measure_and_replace<T, F, E>(&self, level: &Level, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        // Need not be atomic, because the caller holds the lock of the bucket.
        let (outcome, next) = decide(Some(Nanos::new(level.0.get())))?;
        level.0.set(next.as_u64());
        Ok(outcome)
    }
}

thread_local! {
    /// Time at which the current decision is made.
    static DECIDED_AT: Cell<Option<std::time::Instant>> = const { Cell::new(None) };
}

/// Passes the time of a decision to governor, which can only ask a clock for it. So a decision reads the
/// clock once, and follows tokio's paused time.
#[derive(Clone, Copy, Debug)]
struct DecisionClock;

impl DecisionClock {
    fn set(now: Instant) {
        DECIDED_AT.set(Some(now.into_std()));
    }
}

impl Clock for DecisionClock {
    type Instant = std::time::Instant;

    fn now(&self) -> std::time::Instant {
        DECIDED_AT.get().unwrap_or_else(|| Instant::now().into_std())
    }
}

/// Leaky bucket with a quota and a level.
#[derive(Debug)]
pub(super) struct Gcra {
    limiter: Arc<QuotaLimiter>,
    level: Level,
}

impl Gcra {
    /// Creates an empty bucket.
    pub(super) fn new(limiter: Arc<QuotaLimiter>) -> Self {
        Self { limiter, level: Level(Cell::new(0)) }
    }

    pub(super) fn quota(&self) -> Quota {
        self.limiter.quota
    }

    /// Returns whether the user set the quota.
    pub(super) fn pinned(&self) -> bool {
        self.limiter.pinned
    }

    /// Returns the time in which one slot leaks away.
    pub(super) fn interval(&self) -> Duration {
        self.limiter.interval
    }

    /// Takes a slot if one is free.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        DecisionClock::set(now);
        self.limiter.governor.check_key(&self.level).is_ok()
    }

    /// Returns the time at which a slot is free for a call with `ahead` calls ahead of it.
    pub(super) fn turn(&self, ahead: u32, now: Instant) -> Instant {
        let level = self.empty_at().max(now) + self.interval().saturating_mul(ahead);
        level.checked_sub(self.limiter.tolerance).map_or(now, |turn| turn.max(now))
    }

    /// Returns the time at which the bucket runs empty.
    pub(super) fn empty_at(&self) -> Instant {
        self.limiter.start + Duration::from_nanos(self.level.0.get())
    }

    /// Returns a slot to the bucket. `taken` is the time at which the bucket would have run empty
    /// right after the slot was taken.
    pub(super) fn give_back(&mut self, taken: Instant, now: Instant) {
        // A slot that has leaked away is already free.
        if now < taken {
            self.level.0.set(self.level.0.get().saturating_sub(nanos(self.interval())));
        }
    }

    /// Raises the level to the one that the service reports: `remaining` calls remained after it
    /// counted a call that was sent at `sent`. Returns the number of calls that the bucket missed.
    ///
    /// The higher of the reported and the known level applies. A late response therefore changes
    /// nothing, because the calls that it counts have leaked away; several responses, in any order,
    /// that report the same calls of other programs count them once; and calls in flight are not
    /// counted twice. A difference of less than one call is a rounding error, which the slot that
    /// stays free absorbs.
    pub(super) fn fill(&mut self, sent: Instant, remaining: u32) -> u32 {
        let used = self.quota().calls().get().saturating_sub(remaining);
        let level = sent + self.interval().saturating_mul(used);
        let more = level.saturating_duration_since(self.empty_at());
        if more < self.interval() {
            return 0;
        }
        self.raise(level);
        u32::try_from(more.as_nanos() / self.interval().as_nanos()).unwrap_or(u32::MAX)
    }

    /// Spends the burst, so that calls pass one by one from `at` on.
    pub(super) fn spend_burst(&mut self, at: Instant) {
        self.raise(at + self.limiter.tolerance);
    }

    fn raise(&mut self, level: Instant) {
        let level = nanos(level.saturating_duration_since(self.limiter.start));
        self.level.0.set(self.level.0.get().max(level));
    }

    /// Replaces the quota. The number of calls in the bucket stays the same.
    pub(super) fn change(&mut self, quota: Quota, now: Instant) {
        let used =
            self.empty_at().saturating_duration_since(now).as_nanos() / self.interval().as_nanos();
        let used = u32::try_from(used).unwrap_or(u32::MAX).min(quota.calls().get());
        *self = Self::new(self.limiter.in_use.get(quota, self.pinned()));
        self.raise(now + self.interval() * used);
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn gcra(quota: Quota) -> Gcra {
        Gcra::new(Arc::new(QuotaLimiters::default()).get(quota, false))
    }

    /// Allows two calls at once, because one slot of three stays free, and then one per second.
    fn three() -> Gcra {
        gcra(Quota::new(3, Duration::from_secs(3)).unwrap())
    }

    /// Takes a slot at the predicted time, and not a nanosecond earlier.
    async fn take_in_turn(gcra: &mut Gcra) {
        let now = Instant::now();
        let turn = gcra.turn(0, now);
        if turn > now {
            tokio::time::advance(turn - now - Duration::from_nanos(1)).await;
            assert!(!gcra.take(Instant::now()));
            tokio::time::advance(Duration::from_nanos(1)).await;
        }
        assert!(gcra.take(Instant::now()));
    }

    fn secs(from: Instant, to: Instant) -> f64 {
        to.saturating_duration_since(from).as_secs_f64()
    }

    #[tokio::test]
    async fn buckets_share_limiters_and_unused_limiters_are_dropped() {
        let in_use = Arc::new(QuotaLimiters::default());
        let quota = Quota::per_second(5);
        let one = in_use.get(quota, false);
        assert!(Arc::ptr_eq(&one, &in_use.get(quota, false)));
        let pinned = in_use.get(quota, true);
        assert!(!Arc::ptr_eq(&one, &pinned));
        let mut bucket = Gcra::new(one.clone());
        bucket.change(Quota::per_second(6), Instant::now());
        assert!(Arc::ptr_eq(&bucket.limiter, &in_use.get(Quota::per_second(6), false)));
        assert!(
            Arc::ptr_eq(&one, &in_use.get(quota, false)),
            "kept while other limiters are created"
        );
        assert_eq!(in_use.0.lock().unwrap().len(), 3);
        drop((one, bucket, pinned));
        let _other = in_use.get(Quota::per_minute(7), false);
        assert_eq!(in_use.0.lock().unwrap().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_decision_is_made_at_the_given_time() {
        let (mut gcra, start) = (three(), Instant::now());
        assert!(gcra.take(start) && gcra.take(start) && !gcra.take(start));
        assert!(gcra.take(start + Duration::from_secs(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_can_be_returned_until_it_has_leaked_away() {
        let (mut gcra, start) = (three(), Instant::now());
        assert!(gcra.take(Instant::now()) && gcra.take(Instant::now()));
        let taken = gcra.empty_at();
        assert_eq!(secs(start, taken), 2.0);
        gcra.give_back(taken, start);
        assert_eq!(secs(start, gcra.empty_at()), 1.0);
        assert!(gcra.take(Instant::now()));

        tokio::time::advance(Duration::from_secs(2)).await;
        gcra.give_back(taken, Instant::now());
        assert_eq!(secs(start, gcra.empty_at()), 2.0, "the slot has leaked away");
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_quota_keeps_the_number_of_calls() {
        let (mut gcra, start) = (three(), Instant::now());
        assert!(gcra.take(Instant::now()) && gcra.take(Instant::now()));
        gcra.change(Quota::new(100, Duration::from_secs(200)).unwrap(), start);
        assert_eq!(secs(start, gcra.empty_at()), 4.0);
        gcra.change(Quota::per_second(1), start);
        assert_eq!(secs(start, gcra.empty_at()), 1.0, "at most full");
    }

    #[tokio::test(start_paused = true)]
    async fn the_level_is_raised_by_whole_calls_and_never_lowered() {
        let (mut gcra, start) = (three(), Instant::now());
        assert!(gcra.take(Instant::now()));
        for (remaining, more, level) in
            [(3, 0, 1.0), (2, 0, 1.0), (0, 2, 3.0), (0, 0, 3.0), (1, 0, 3.0), (u32::MAX, 0, 3.0)]
        {
            assert_eq!(gcra.fill(start, remaining), more, "{remaining}");
            assert_eq!(secs(start, gcra.empty_at()), level, "{remaining}");
        }
        // A single call more than known.
        let mut unknown = three();
        assert_eq!(unknown.fill(start, 2), 1);
        assert_eq!(secs(start, unknown.empty_at()), 1.0);
        // Half a call more than known.
        assert_eq!(gcra.fill(start + Duration::from_millis(500), 0), 0);
        assert_eq!(secs(start, gcra.empty_at()), 3.0);
        gcra.spend_burst(start + Duration::from_secs(5));
        assert_eq!(secs(start, gcra.turn(0, start)), 5.0);
        assert_eq!(secs(start, gcra.turn(2, start)), 7.0);
    }

    proptest! {
        /// Predicted turns are exact: governor accepts at that time and not a nanosecond earlier.
        #[test]
        fn predicted_turns_are_governors_decisions(
            calls in 1_u32..10,
            window in 1_u64..10_000,
            taken in 0_usize..30,
            ahead in 0_u32..10,
        ) {
            let quota = Quota::new(calls, Duration::from_millis(window)).unwrap();
            tokio_test::block_on(async {
                tokio::time::pause();
                let mut gcra = gcra(quota);
                for _ in 0..taken {
                    take_in_turn(&mut gcra).await;
                }
                let predicted = gcra.turn(ahead, Instant::now());
                for _ in 0..ahead {
                    take_in_turn(&mut gcra).await;
                }
                assert_eq!(gcra.turn(0, Instant::now()), predicted);
            });
        }
    }
}
