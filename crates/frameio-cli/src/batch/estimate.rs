//! The time that is left, as it follows from the quotas.

use std::time::Duration;

use frameio::Quota;

/// What is known of the calls that share one quota.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) quota: Quota,
    /// How long ago the first of them was begun.
    pub(super) elapsed: Duration,
    /// How many have been begun.
    pub(super) begun: usize,
    /// How many have not been begun.
    pub(super) waiting: usize,
    /// How many are under way.
    pub(super) running: usize,
    /// How long one takes, the wait for its quota left out.
    pub(super) latency: Duration,
    /// How many may be under way at once.
    pub(super) concurrency: usize,
}

impl Load {
    /// The least that it can still take: the bucket began full, and fills with one call an
    /// interval; nor can more calls than allowed be under way at once.
    pub(super) fn time_left(&self) -> Duration {
        let interval = self.quota.interval();
        let calls = f64::from(self.quota.calls().get());
        let refilled = self.elapsed.as_secs_f64() / interval.as_secs_f64();
        let room = (calls + refilled - self.begun as f64).min(calls);
        let by_quota = interval.mul_f64((self.waiting as f64 - room).max(0.0));
        let rounds = (self.waiting + self.running).div_ceil(self.concurrency.max(1));
        by_quota.max(self.latency * u32::try_from(rounds).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(begun: usize, waiting: usize, elapsed: u64) -> Load {
        Load {
            quota: Quota::per_minute(10),
            elapsed: Duration::from_secs(elapsed),
            begun,
            waiting,
            running: 0,
            latency: Duration::from_millis(100),
            concurrency: 8,
        }
    }

    #[test]
    fn what_fits_the_bucket_takes_as_long_as_its_answers() {
        assert_eq!(load(0, 10, 0).time_left(), Duration::from_millis(200));
    }

    #[test]
    fn what_does_not_fit_takes_an_interval_each() {
        assert_eq!(load(0, 110, 0).time_left(), Duration::from_secs(600));
        // An hour later the bucket is full again, and no fuller.
        assert_eq!(load(50, 110, 3600).time_left(), Duration::from_secs(600));
        // Those that wait for the quota already come first.
        assert_eq!(load(18, 100, 0).time_left(), Duration::from_secs(648));
        assert_eq!(load(18, 100, 48).time_left(), Duration::from_secs(600));
    }

    #[test]
    fn a_slow_service_is_slower_than_its_quota() {
        let slow = Load { latency: Duration::from_secs(60), running: 8, ..load(8, 8, 0) };
        assert_eq!(slow.time_left(), Duration::from_secs(120));
    }
}
