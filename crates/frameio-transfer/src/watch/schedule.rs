//! When a watcher looks at its directory, and how long it waits after failures.

use std::time::Duration;

use tokio::time::Instant;

/// Interval of checks of an unavailable directory.
pub(super) const UNAVAILABLE: Duration = Duration::from_secs(5);

/// Minimum time between two sweeps.
const MIN_PAUSE: Duration = Duration::from_secs(1);

/// A sweep may take one of this many parts of the time.
const SHARE: u32 = 10;

/// Times of sweeps through a directory.
#[derive(Debug)]
pub(super) struct Schedule {
    /// Earliest time of the next sweep.
    not_before: Instant,
    /// Time of the next sweep.
    due: Instant,
}

impl Schedule {
    /// Creates a schedule whose first sweep is due now.
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self { not_before: now, due: now }
    }

    /// Ends a sweep. The next one is due after `interval`.
    pub(super) fn swept(&mut self, started: Instant, interval: Duration) {
        let now = Instant::now();
        self.not_before = now + MIN_PAUSE.max(now.duration_since(started) * SHARE);
        self.due = now + interval;
    }

    /// Makes a sweep due at a time, if none is due before.
    pub(super) fn wants(&mut self, at: Instant) {
        self.due = self.due.min(at);
    }

    /// Returns the time of the next sweep.
    pub(super) fn next(&self) -> Instant {
        self.due.max(self.not_before)
    }

    pub(super) fn is_due(&self) -> bool {
        self.next() <= Instant::now()
    }
}

/// Waits after failures, which double up to a limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waits {
    first: Duration,
    limit: Duration,
}

impl Waits {
    pub(super) const fn new(first: Duration, limit: Duration) -> Self {
        Self { first, limit }
    }

    /// Returns the wait after this number of failures.
    pub(super) fn after(&self, failures: u32) -> Duration {
        let factor = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_slow_sweep_is_repeated_less_often() {
        let mut schedule = Schedule::new();
        assert!(schedule.is_due());
        let started = Instant::now();
        tokio::time::advance(Duration::from_secs(2)).await;
        schedule.swept(started, Duration::from_secs(300));
        let end = Instant::now();
        assert_eq!(schedule.next(), end + Duration::from_secs(300));
        schedule.wants(end + Duration::from_secs(1));
        assert_eq!(schedule.next(), end + Duration::from_secs(20));
        schedule.swept(end, Duration::ZERO);
        assert_eq!(schedule.next(), end + Duration::from_secs(1));
    }

    #[test]
    fn waits_double_up_to_the_limit() {
        let waits = Waits::new(Duration::from_secs(30), Duration::from_secs(600));
        let seconds = [1, 2, 3, 5, 6, 40, u32::MAX].map(|failures| waits.after(failures).as_secs());
        assert_eq!(seconds, [30, 60, 120, 480, 600, 600, 600]);
    }
}
