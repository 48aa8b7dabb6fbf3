//! Bandwidth of a run, measured only while it is what limits the run.

use std::collections::VecDeque;
use std::time::Duration;

/// Time over which the bandwidth is averaged.
const WINDOW: Duration = Duration::from_secs(10);

/// Minimum time for an estimate.
const LEAST: Duration = Duration::from_secs(1);

/// Bandwidth of the last seconds in which files waited for it.
///
/// While only small files are sent, the quota of new files limits the rate, which says nothing about
/// the time that a large file needs.
#[derive(Debug, Default)]
pub(super) struct Capacity {
    /// Durations and numbers of bytes, oldest first.
    samples: VecDeque<(Duration, u64)>,
    /// Bytes that remained to be sent of the files in flight at the last sample.
    outstanding: u64,
}

impl Capacity {
    /// Adds the number of bytes that were sent in a time. `outstanding` is the number of bytes that
    /// remain to be sent of the files in flight.
    pub(super) fn sample(&mut self, time: Duration, bytes: u64, outstanding: u64) {
        // More was waiting all the time than could be sent.
        let is_limiting = self.outstanding.min(outstanding) > bytes;
        self.outstanding = outstanding;
        if !is_limiting {
            return;
        }
        self.samples.push_back((time, bytes));
        while let Some((first, _)) = self.samples.front()
            && self.time() - *first >= WINDOW
        {
            self.samples.pop_front();
        }
    }

    fn time(&self) -> Duration {
        self.samples.iter().map(|(time, _)| *time).sum()
    }

    /// Returns the bandwidth in bytes per second, if it is known.
    pub(super) fn rate(&self) -> Option<f64> {
        let (time, bytes) =
            (self.time(), self.samples.iter().map(|(_, bytes)| *bytes).sum::<u64>());
        (time >= LEAST && bytes > 0).then(|| bytes as f64 / time.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn small_files_say_nothing_about_the_bandwidth() {
        let mut capacity = Capacity::default();
        capacity.sample(SECOND, 0, 1000);
        assert_eq!(capacity.rate(), None, "nothing waited at the beginning");
        capacity.sample(SECOND, 100, 900);
        assert_eq!(capacity.rate(), Some(100.0));
        for _ in 0..60 {
            capacity.sample(SECOND, 5, 1);
        }
        assert_eq!(capacity.rate(), Some(100.0));
        for _ in 0..11 {
            capacity.sample(SECOND, 20, 500);
        }
        assert_eq!(capacity.rate(), Some(20.0), "of the last ten seconds");
    }
}
