//! Estimates the remaining time from the quotas.

use std::time::Duration;

use frameio::Quota;

/// Load of the calls that share one quota.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct Load {
    pub(in crate::commands) quota: Quota,
    /// Time since the start of the first call.
    pub(in crate::commands) elapsed: Duration,
    /// Number of started calls.
    pub(in crate::commands) started: usize,
    /// Number of calls that are not started.
    pub(in crate::commands) waiting: usize,
    /// Number of calls in flight.
    pub(in crate::commands) running: usize,
    /// Average duration of a call without the wait for its quota.
    pub(in crate::commands) latency: Duration,
    /// Maximum number of calls in flight.
    pub(in crate::commands) concurrency: usize,
}

impl Load {
    /// Returns the minimum remaining time. The bucket is full at the start and gains one call per
    /// interval, and the number of calls in flight is limited.
    pub(in crate::commands) fn remaining(&self) -> Duration {
        let interval = self.quota.interval();
        let calls = f64::from(self.quota.calls().get());
        let refilled = self.elapsed.as_secs_f64() / interval.as_secs_f64();
        let room = (calls + refilled - self.started as f64).min(calls);
        let by_quota = interval.mul_f64((self.waiting as f64 - room).max(0.0));
        let rounds = (self.waiting + self.running).div_ceil(self.concurrency.max(1));
        by_quota.max(self.latency * u32::try_from(rounds).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(started: usize, waiting: usize, elapsed: u64) -> Load {
        Load {
            quota: Quota::per_minute(10),
            elapsed: Duration::from_secs(elapsed),
            started,
            waiting,
            running: 0,
            latency: Duration::from_millis(100),
            concurrency: 8,
        }
    }

    #[test]
    fn calls_within_the_bucket_are_limited_by_latency() {
        assert_eq!(load(0, 10, 0).remaining(), Duration::from_millis(200));
    }

    #[test]
    fn further_calls_take_an_interval_each() {
        assert_eq!(load(0, 110, 0).remaining(), Duration::from_secs(600));
        // After an hour, the bucket is full, and not fuller than that.
        assert_eq!(load(50, 110, 3600).remaining(), Duration::from_secs(600));
        // Started calls that wait for the quota come first.
        assert_eq!(load(18, 100, 0).remaining(), Duration::from_secs(648));
        assert_eq!(load(18, 100, 48).remaining(), Duration::from_secs(600));
    }

    #[test]
    fn a_slow_service_is_slower_than_its_quota() {
        let slow = Load { latency: Duration::from_secs(60), running: 8, ..load(8, 8, 0) };
        assert_eq!(slow.remaining(), Duration::from_secs(120));
    }
}
