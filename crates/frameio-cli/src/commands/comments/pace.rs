//! The pace of calls under a quota, for progress.

use std::time::Duration;

use frameio::Quota;
use tokio::time::Instant;

use crate::commands::batch::Load;

/// Calls of one operation, which share a quota.
pub(super) struct Pace {
    quota: Quota,
    start: Instant,
    started: usize,
    /// Time of the calls, without the wait for the quota.
    spent: Duration,
}

impl Pace {
    pub(super) fn new(quota: Quota) -> Self {
        Self { quota, start: Instant::now(), started: 0, spent: Duration::ZERO }
    }

    /// Counts calls that took this long altogether.
    pub(super) fn add(&mut self, calls: usize, spent: Duration) {
        self.started += calls;
        self.spent = self.spent.saturating_add(spent);
    }

    /// Returns the number of calls per minute if the next call waits for the quota.
    pub(super) fn exhausted(&self) -> Option<u32> {
        let load = self.load(1);
        let per_minute = 60.0 / self.quota.interval().as_secs_f64();
        (load.remaining() > load.latency).then_some(per_minute.round() as u32)
    }

    /// Returns the minimum time of this many more calls, one after the other.
    pub(super) fn remaining(&self, calls: usize) -> Duration {
        self.load(calls).remaining()
    }

    fn load(&self, waiting: usize) -> Load {
        Load {
            quota: self.quota,
            elapsed: self.start.elapsed(),
            started: self.started,
            waiting,
            running: 0,
            latency: self.spent / u32::try_from(self.started.max(1)).unwrap_or(u32::MAX),
            concurrency: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn calls_wait_once_the_quota_is_spent() {
        let mut pace = Pace::new(Quota::per_minute(100));
        pace.add(99, Duration::ZERO);
        assert_eq!((pace.exhausted(), pace.remaining(1)), (None, Duration::ZERO));
        pace.add(1, Duration::ZERO);
        assert_eq!(pace.exhausted(), Some(100));
        assert_eq!(pace.remaining(200), Duration::from_secs(120));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!((pace.exhausted(), pace.remaining(200)), (None, Duration::from_secs(60)));
    }
}
