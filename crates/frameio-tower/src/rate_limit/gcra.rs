//! The decision, which is governor's, over a level that the answers of the service can correct.

use std::sync::Arc;
use std::time::Duration;

use frameio_core::Quota;
use tokio::time::Instant;

use super::limiter::{Level, QuotaLimiter};

/// A leaky bucket with the figures of a quota.
#[derive(Debug)]
pub(super) struct Gcra {
    limiter: Arc<QuotaLimiter>,
    level: Level,
}

impl Gcra {
    /// Creates an empty bucket.
    pub(super) fn new(limiter: Arc<QuotaLimiter>) -> Self {
        Self { limiter, level: Level::new(0) }
    }

    pub(super) fn quota(&self) -> Quota {
        self.limiter.quota
    }

    /// Whether the quota was set by hand.
    pub(super) fn pinned(&self) -> bool {
        self.limiter.pinned
    }

    /// The time that a slot takes.
    pub(super) fn interval(&self) -> Duration {
        self.limiter.interval
    }

    /// Takes a slot, if there is one.
    pub(super) fn take(&mut self) -> bool {
        self.limiter.take(&self.level)
    }

    /// When there will be a slot for a call that has so many ahead of it.
    pub(super) fn turn(&self, ahead: u32, now: Instant) -> Instant {
        let level = self.empty_at().max(now) + self.interval().saturating_mul(ahead);
        level.checked_sub(self.limiter.tolerance).map_or(now, |turn| turn.max(now))
    }

    /// When the bucket will have run empty.
    pub(super) fn empty_at(&self) -> Instant {
        self.limiter.start + Duration::from_nanos(self.level.get())
    }

    /// Gives a slot back that was taken and not used; `taken` is when the bucket would have been
    /// empty right after that.
    pub(super) fn give_back(&mut self, taken: Instant, now: Instant) {
        // Once the slot has leaked away, there is nothing left of it to give back.
        if now < taken {
            self.level.set(self.level.get().saturating_sub(nanos(self.interval())));
        }
    }

    /// Fills the bucket to what the service says of it: when it counted a call that was sent at
    /// `sent`, `remaining` calls were left. Returns by how many calls it was fuller than known.
    ///
    /// Whatever has happened since, the level is at least what this makes it, and of that and the
    /// known level the higher one holds. So an old answer changes nothing, since what it tells of
    /// has leaked away; nor do several answers that tell of the same foreign calls, in whatever
    /// order they come; and calls that are still on their way are not counted twice. A difference
    /// of less than one call is rounding, and is left to the slot that is kept free: answers that
    /// tell nothing new cost nothing.
    pub(super) fn fill(&mut self, sent: Instant, remaining: u32) -> u32 {
        let used = self.quota().calls().get().saturating_sub(remaining);
        let level = sent + self.interval().saturating_mul(used);
        let more = level.saturating_duration_since(self.empty_at());
        if more >= self.interval() {
            self.raise(level);
        }
        u32::try_from(more.as_nanos() / self.interval().as_nanos()).unwrap_or(u32::MAX)
    }

    /// Fills the bucket so that from `at` on calls pass one by one, and no burst of them.
    pub(super) fn spend_burst(&mut self, at: Instant) {
        self.raise(at + self.limiter.tolerance);
    }

    fn raise(&mut self, level: Instant) {
        let level = nanos(level.saturating_duration_since(self.limiter.start));
        self.level.set(self.level.get().max(level));
    }

    /// Goes on with other figures, and as many calls in the bucket as before.
    pub(super) fn change(&mut self, quota: Quota, now: Instant) {
        let used =
            self.empty_at().saturating_duration_since(now).as_nanos() / self.interval().as_nanos();
        let used = u32::try_from(used).unwrap_or(u32::MAX).min(quota.calls().get());
        *self = Self::new(self.limiter.with_quota(quota));
        self.raise(now + self.interval() * used);
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::limiter::QuotaLimiters;
    use super::*;

    fn gcra(quota: Quota) -> Gcra {
        Gcra::new(Arc::new(QuotaLimiters::default()).get(quota, false))
    }

    /// A bucket for three at once, of which one is kept free, and one a second after that.
    fn three() -> Gcra {
        gcra(Quota::new(3, Duration::from_secs(3)).unwrap())
    }

    /// Takes a slot at the predicted time, and not a nanosecond earlier.
    async fn take_in_turn(gcra: &mut Gcra) {
        let now = Instant::now();
        let turn = gcra.turn(0, now);
        if turn > now {
            tokio::time::advance(turn - now - Duration::from_nanos(1)).await;
            assert!(!gcra.take());
            tokio::time::advance(Duration::from_nanos(1)).await;
        }
        assert!(gcra.take());
    }

    fn secs(from: Instant, to: Instant) -> f64 {
        to.saturating_duration_since(from).as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_is_given_back_as_long_as_it_counts() {
        let (mut gcra, start) = (three(), Instant::now());
        assert!(gcra.take() && gcra.take());
        let taken = gcra.empty_at();
        assert_eq!(secs(start, taken), 2.0);
        gcra.give_back(taken, start);
        assert_eq!(secs(start, gcra.empty_at()), 1.0);
        assert!(gcra.take());

        tokio::time::advance(Duration::from_secs(2)).await;
        gcra.give_back(taken, Instant::now());
        assert_eq!(secs(start, gcra.empty_at()), 2.0, "it had leaked away");
    }

    #[tokio::test(start_paused = true)]
    async fn other_figures_keep_the_number_of_calls() {
        let (mut gcra, start) = (three(), Instant::now());
        assert!(gcra.take() && gcra.take());
        gcra.change(Quota::new(100, Duration::from_secs(200)).unwrap(), start);
        assert_eq!(secs(start, gcra.empty_at()), 4.0);
        gcra.change(Quota::per_second(1), start);
        assert_eq!(secs(start, gcra.empty_at()), 1.0, "no fuller than full");
    }

    #[tokio::test(start_paused = true)]
    async fn the_level_is_raised_by_whole_calls_and_never_lowered() {
        let (mut gcra, start) = (three(), Instant::now());
        assert!(gcra.take());
        for (remaining, more, level) in
            [(3, 0, 1.0), (2, 0, 1.0), (0, 2, 3.0), (0, 0, 3.0), (1, 0, 3.0), (u32::MAX, 0, 3.0)]
        {
            assert_eq!(gcra.fill(start, remaining), more, "{remaining}");
            assert_eq!(secs(start, gcra.empty_at()), level, "{remaining}");
        }
        // Half a call more than known.
        assert_eq!(gcra.fill(start + Duration::from_millis(500), 0), 0);
        assert_eq!(secs(start, gcra.empty_at()), 3.0);
        gcra.spend_burst(start + Duration::from_secs(5));
        assert_eq!(secs(start, gcra.turn(0, start)), 5.0);
        assert_eq!(secs(start, gcra.turn(2, start)), 7.0);
    }

    proptest! {
        /// The predicted turns of the next slot and of those after it are governor's decisions.
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
