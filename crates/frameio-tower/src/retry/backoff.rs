//! Delays before retries.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Exponential backoff with jitter. Default: from 1 s, at most 60 s.
///
/// Jitter spreads the retries of clients that failed at the same time. Clones share a random number
/// generator, so concurrent calls get different delays.
///
/// ```
/// use std::time::Duration;
/// use frameio_tower::Backoff;
///
/// let backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(5)).seed(7);
/// assert!(backoff.full_jitter(3) <= Duration::from_millis(1600));
/// assert!(backoff.at_least(Duration::from_secs(1), 1) >= Duration::from_secs(2));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Backoff {
    initial: Duration,
    cap: Duration,
    rng: Arc<Mutex<fastrand::Rng>>,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new(Duration::from_secs(1), Duration::from_secs(60))
    }
}

impl Backoff {
    /// Creates a backoff that starts at `initial` and doubles with each retry, up to `cap`.
    pub fn new(initial: Duration, cap: Duration) -> Self {
        Self { initial, cap, rng: Arc::new(Mutex::new(fastrand::Rng::new())) }
    }

    /// Seeds the jitter, so that the delays are reproducible. Default: a random seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.rng = Arc::new(Mutex::new(fastrand::Rng::with_seed(seed)));
        self
    }

    /// Returns a random delay between zero and `initial · 2^retry`, at most the cap ("full
    /// jitter"). `retry` counts from 0.
    pub fn full_jitter(&self, retry: u32) -> Duration {
        doubled(self.initial, retry).min(self.cap).mul_f64(self.jitter())
    }

    /// Returns a random delay between `floor · 2^retry` and 1.5 times that, both at most the cap,
    /// for a service that documents a minimum delay. `retry` counts from 0.
    ///
    /// If the initial delay is longer than `floor`, it is used as the floor. If `floor` is longer
    /// than the cap, it is used as the cap.
    pub fn at_least(&self, floor: Duration, retry: u32) -> Duration {
        let cap = self.cap.max(floor);
        let least = doubled(self.initial.max(floor), retry).min(cap);
        least.saturating_add((least / 2).mul_f64(self.jitter())).min(cap)
    }

    /// Returns a random number from 0 to 1.
    fn jitter(&self) -> f64 {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).f64()
    }
}

fn doubled(wait: Duration, times: u32) -> Duration {
    wait.saturating_mul(2_u32.saturating_pow(times))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn durations() -> impl Strategy<Value = Duration> {
        prop_oneof![
            (0_u64..100_000).prop_map(Duration::from_millis),
            any::<u64>().prop_map(Duration::from_nanos),
            Just(Duration::MAX),
        ]
    }

    proptest! {
        #[test]
        fn delays_stay_within_their_bounds(
            initial in durations(),
            cap in durations(),
            floor in durations(),
            retry in prop_oneof![0_u32..70, any::<u32>()],
            seed: u64,
        ) {
            let backoff = Backoff::new(initial, cap).seed(seed);
            let full = doubled(initial, retry).min(cap);
            prop_assert!(backoff.full_jitter(retry) <= full);

            let cap = cap.max(floor);
            let least = doubled(initial.max(floor), retry).min(cap);
            let wait = backoff.at_least(floor, retry);
            prop_assert!(wait >= least && wait >= floor);
            prop_assert!(wait <= least.saturating_add(least / 2).min(cap));
        }
    }

    #[test]
    fn a_seed_reproduces_delays_and_clones_share_the_generator() {
        let waits = |backoff: &Backoff| (0..4).map(|n| backoff.full_jitter(n)).collect::<Vec<_>>();
        let one = Backoff::default().seed(1);
        let first = waits(&one);
        assert_eq!(first, waits(&Backoff::default().seed(1)));
        assert_ne!(first, waits(&one.clone()), "a clone continues the sequence");
    }

    #[test]
    fn default_doubles_from_one_second_to_sixty() {
        let backoff = Backoff::default().seed(3);
        let longest = |retry| {
            (0..2000).map(|_| backoff.full_jitter(retry)).max().unwrap_or_default().as_secs_f64()
        };
        for (retry, full) in [(0, 1.0), (1, 2.0), (2, 4.0), (5, 32.0), (6, 60.0), (20, 60.0)] {
            let longest = longest(retry);
            assert!(longest > full * 0.95 && longest <= full, "{retry}: {longest}");
        }
    }
}
