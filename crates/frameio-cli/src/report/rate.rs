//! The rate of the last seconds.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Number of samples within the window.
const SAMPLES: u32 = 20;

/// Samples of a number of bytes within a window, oldest first.
#[derive(Debug)]
pub(super) struct Rate {
    window: Duration,
    samples: VecDeque<(Instant, u64)>,
}

impl Default for Rate {
    /// Averages over 10 seconds.
    fn default() -> Self {
        Self::over(Duration::from_secs(10))
    }
}

impl Rate {
    /// Averages over a time.
    pub(super) fn over(window: Duration) -> Self {
        Self { window, samples: VecDeque::new() }
    }

    /// Takes a sample if it is due. Returns the time since the last sample, and the bytes in this time.
    pub(super) fn sample(&mut self, bytes: u64, now: Instant) -> Option<(Duration, u64)> {
        let step = self.samples.back().map(|(at, then)| {
            // The bytes of a failed attempt are subtracted.
            (now.duration_since(*at), bytes.saturating_sub(*then))
        });
        let is_due = step.is_none_or(|(time, _)| time >= self.window / SAMPLES);
        if is_due {
            self.samples.push_back((now, bytes));
        }
        while self.samples.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= self.window) {
            self.samples.pop_front();
        }
        step.filter(|_| is_due)
    }

    /// Returns the bytes per second within the window, up to a number of bytes.
    pub(super) fn at(&self, bytes: u64, now: Instant) -> Option<f64> {
        let (at, then) = self.samples.front()?;
        let seconds = now.duration_since(*at).as_secs_f64();
        let rate = bytes.saturating_sub(*then) as f64 / seconds;
        (rate.is_finite() && rate >= 1.0).then_some(rate)
    }

    /// Forgets all samples.
    pub(super) fn clear(&mut self) {
        self.samples.clear();
    }
}
