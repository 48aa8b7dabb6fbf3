//! Progress of a whole run: files and bytes of the total, rate and remaining time.

use std::collections::VecDeque;
use std::time::Duration;

use frameio::transfer::Totals;
use indicatif::HumanBytes;
use tokio::time::Instant;

use super::meter::{Meter, short};
use super::width::{fit_start, width};

/// Time over which the rate is averaged.
const WINDOW: Duration = Duration::from_secs(10);

/// Interval between samples of the rate.
const SAMPLE: Duration = Duration::from_millis(500);

/// Progress of a run.
#[derive(Debug, Default)]
pub(super) struct Overall {
    totals: Totals,
    /// Number of files that have ended.
    files: u64,
    /// Size of these files in bytes, including what earlier runs have transferred.
    bytes: u64,
    /// Bytes of these files that this run has transferred.
    moved: u64,
    /// Repeated attempts of these files.
    retries: u64,
    /// Samples of the number of bytes that this run has transferred, oldest first.
    samples: VecDeque<(Instant, u64)>,
    /// Number of files that the service accepts in a second; `None` for downloads.
    quota: Option<f64>,
}

/// State of a run at a moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Snapshot {
    totals: Totals,
    files: u64,
    bytes: u64,
    retries: u64,
    /// Bytes per second.
    rate: Option<f64>,
    remaining: Option<Duration>,
    /// Quota of files per second, if the remaining time depends on it.
    limiting: Option<f64>,
}

impl Overall {
    /// Creates the progress of a run, with the number of files that the service accepts in a second.
    pub(super) fn new(quota: Option<f64>) -> Self {
        Self { quota, ..Self::default() }
    }

    /// Sets the totals.
    pub(super) const fn found(&mut self, totals: Totals) {
        self.totals = totals;
    }

    /// Counts a file that has ended. `moved` is the number of bytes that this run has transferred.
    pub(super) fn ended(&mut self, meter: Option<&Meter>, moved: u64) {
        self.files += 1;
        self.bytes += meter.and_then(Meter::size).unwrap_or(moved);
        self.moved += moved.max(meter.map_or(0, Meter::moved));
        self.retries += meter.map_or(0, Meter::retries);
    }

    /// Takes a sample, and returns the current state. `meters` are the files in flight.
    pub(super) fn now<'a>(
        &mut self,
        meters: impl Iterator<Item = &'a Meter>,
        now: Instant,
    ) -> Snapshot {
        let (mut bytes, mut moved, mut retries) = (self.bytes, self.moved, self.retries);
        for meter in meters {
            bytes += meter.bytes();
            moved += meter.moved();
            retries += meter.retries();
        }
        if self.samples.back().is_none_or(|(at, _)| now.duration_since(*at) >= SAMPLE) {
            self.samples.push_back((now, moved));
        }
        while self.samples.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW) {
            self.samples.pop_front();
        }
        let rate = self.samples.front().and_then(|(at, then)| {
            let seconds = now.duration_since(*at).as_secs_f64();
            // The bytes of a failed attempt are subtracted.
            let rate = moved.saturating_sub(*then) as f64 / seconds;
            (rate.is_finite() && rate >= 1.0).then_some(rate)
        });
        let (totals, files) = (self.totals, self.files.min(self.totals.files));
        let bytes = bytes.min(totals.bytes);
        let by_bytes = rate.and_then(|rate| {
            Duration::try_from_secs_f64((totals.bytes - bytes) as f64 / rate).ok()
        });
        let by_files = self.quota.and_then(|quota| {
            Duration::try_from_secs_f64((totals.files - files) as f64 / quota).ok()
        });
        let remaining = if rate.is_some() { by_bytes.max(by_files) } else { by_files };
        let limiting = self.quota.filter(|_| by_files.is_some() && by_files > by_bytes);
        Snapshot { totals, files, bytes, retries, rate, remaining, limiting }
    }
}

impl Snapshot {
    /// Returns the parts of the line in their order, each with a rank: parts with a high rank are
    /// omitted first where there is not enough room.
    fn parts(&self) -> Vec<(u8, String)> {
        // More files may follow.
        let more = if self.totals.is_complete { "" } else { "+" };
        let mut parts = Vec::new();
        if self.totals.bytes > 0 {
            let share = u128::from(self.bytes) * 100 / u128::from(self.totals.bytes);
            parts.push((0, format!("{share}%")));
        }
        parts.push((1, format!("{}/{}{more} files", self.files, self.totals.files)));
        let (bytes, total) = (HumanBytes(self.bytes), HumanBytes(self.totals.bytes));
        parts.push((3, format!("{bytes}/{total}{more}")));
        if let Some(rate) = self.rate {
            parts.push((4, format!("{}/s", HumanBytes(rate as u64))));
        }
        if let Some(remaining) = self.remaining.filter(|_| self.files < self.totals.files) {
            let least = if more.is_empty() { "" } else { ">" };
            parts.push((2, format!("{least}{} left", short(remaining))));
        }
        match self.retries {
            0 => {}
            1 => parts.push((5, "1 retry".to_owned())),
            retries => parts.push((5, format!("{retries} retries"))),
        }
        if let Some(quota) = self.limiting.filter(|_| self.files < self.totals.files) {
            parts.push((6, format!("the service allows {quota} files a second")));
        }
        parts
    }

    /// Returns a line of at most `columns` columns.
    pub(super) fn line(&self, columns: usize) -> String {
        let mut parts = self.parts();
        loop {
            let line = parts.iter().map(|(_, part)| &**part).collect::<Vec<_>>().join(", ");
            if width(&line) <= columns {
                return line;
            }
            let Some(least) = parts.iter().map(|(rank, _)| *rank).max().filter(|_| parts.len() > 1)
            else {
                return fit_start(&line, columns).to_owned();
            };
            parts.retain(|(rank, _)| *rank != least);
        }
    }

    /// Returns whether no file to transfer has been found.
    pub(super) const fn is_empty(&self) -> bool {
        self.totals.files == 0
    }
}

#[cfg(test)]
mod tests {
    use frameio::transfer::Progress;

    use super::*;

    const MIB: u64 = 1 << 20;

    fn totals(files: u64, bytes: u64, is_complete: bool) -> Totals {
        let mut totals = Totals::default();
        (totals.files, totals.bytes, totals.is_complete) = (files, bytes, is_complete);
        totals
    }

    fn progress(bytes: u64, total: u64, retries: u64) -> Progress {
        let mut progress = Progress::default();
        (progress.bytes, progress.total, progress.retries) = (bytes, Some(total), retries);
        progress
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_is_that_of_the_last_seconds_of_this_run() {
        let start = Instant::now();
        let mut overall = Overall::new(None);
        overall.found(totals(2, 1000 * MIB, true));
        // An earlier run has transferred 400 MiB.
        let mut meter = Meter::new(progress(400 * MIB, 1000 * MIB, 0), start);
        overall.now([&meter].into_iter(), start);
        for at in 1..=20 {
            let bytes = if at <= 10 { 400 + at * 30 } else { 700 + (at - 10) * 10 };
            meter.update(progress(bytes * MIB, 1000 * MIB, 1), start + seconds(at));
            overall.now([&meter].into_iter(), start + seconds(at));
        }
        let line = overall.now([&meter].into_iter(), start + seconds(20)).line(80);
        let expected = "80%, 0/2 files, 800.00 MiB/1000.00 MiB, 10.00 MiB/s, 20s left, 1 retry";
        assert_eq!(line, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn the_quota_is_the_lower_bound_of_the_remaining_time() {
        let start = Instant::now();
        let mut overall = Overall::new(Some(5.0));
        overall.found(totals(400, 400, false));
        overall.now(std::iter::empty(), start);
        let waiting = overall.now(std::iter::empty(), start).line(90);
        let note = "the service allows 5 files a second";
        assert_eq!(waiting, format!("0%, 0/400+ files, 0 B/400 B+, >1m 20s left, {note}"));
        overall.found(totals(400, 400 * MIB, true));
        overall.ended(None, MIB);
        let line = overall.now(std::iter::empty(), start + seconds(10)).line(90);
        assert!(line.contains("1h 5m left") || line.contains("1h 6m left"), "{line}");
        assert!(!line.contains("allows"), "the bandwidth is the lower bound: {line}");
        let mut download = Overall::new(None);
        download.found(totals(400, 400, true));
        let line = download.now(std::iter::empty(), start).line(90);
        assert_eq!(line, "0%, 0/400 files, 0 B/400 B");
    }

    #[tokio::test(start_paused = true)]
    async fn omits_parts_where_there_is_not_enough_room() {
        let start = Instant::now();
        let mut overall = Overall::new(Some(5.0));
        overall.found(totals(403, 3000 * MIB, true));
        overall.now(std::iter::empty(), start);
        (0..200).for_each(|_| overall.ended(None, MIB));
        let snapshot = overall.now(std::iter::empty(), start + seconds(4));
        for columns in 0..120 {
            assert!(width(&snapshot.line(columns)) <= columns, "{columns}");
        }
        assert_eq!(snapshot.line(40), "6%, 200/403 files, 56s left");
        assert_eq!(snapshot.line(12), "6%");
    }
}
