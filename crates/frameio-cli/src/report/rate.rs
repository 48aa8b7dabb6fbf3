//! The rate of the last seconds.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Time over which the rate is averaged.
const WINDOW: Duration = Duration::from_secs(10);

/// Interval between samples.
const SAMPLE: Duration = Duration::from_millis(500);

/// Samples of a number of bytes, oldest first.
#[derive(Debug, Default)]
pub(super) struct Rate(VecDeque<(Instant, u64)>);

impl Rate {
    /// Takes a sample, and returns the bytes per second within the window.
    pub(super) fn sample(&mut self, bytes: u64, now: Instant) -> Option<f64> {
        if self.0.back().is_none_or(|(at, _)| now.duration_since(*at) >= SAMPLE) {
            self.0.push_back((now, bytes));
        }
        while self.0.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW) {
            self.0.pop_front();
        }
        let (at, then) = self.0.front()?;
        let seconds = now.duration_since(*at).as_secs_f64();
        // The bytes of a failed attempt are subtracted.
        let rate = bytes.saturating_sub(*then) as f64 / seconds;
        (rate.is_finite() && rate >= 1.0).then_some(rate)
    }

    /// Forgets all samples.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
