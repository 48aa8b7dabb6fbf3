//! Progress of a whole run: files and bytes of the total, rate and remaining time.

use std::time::Duration;

use frameio::transfer::Totals;
use indicatif::HumanBytes;
use tokio::time::Instant;

use super::capacity::Capacity;
use super::limit::{Limit, Limits};
use super::meter::{Meter, short};
use super::rate::Rate;
use super::width::{fit_start, width};

/// Progress of a run.
#[derive(Debug, Default)]
pub(super) struct Overall {
    totals: Totals,
    /// Totals of the trees before, which a watcher has transferred.
    earlier: Totals,
    /// Number of files that have ended.
    files: u64,
    /// Size of these files in bytes, including what earlier runs have transferred.
    bytes: u64,
    /// Bytes of these files that this run has transferred.
    moved: u64,
    /// Repeated attempts of these files.
    retries: u64,
    /// Number of these files that were stacked.
    stacked: u64,
    /// Rate of this run.
    rate: Rate,
    capacity: Capacity,
    /// Limits of the service; `None` for downloads.
    limits: Option<Limits>,
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
    remaining: Remaining,
    /// Whether no file is in flight.
    is_idle: bool,
}

/// What is known of the time that a run still needs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Remaining {
    Unknown,
    /// All bytes were sent, and the service has not completed all files.
    Finishing,
    /// The bandwidth or, if there is a limit, the service determines the time.
    Time {
        left: Duration,
        is_least: bool,
        limit: Option<Limit>,
    },
}

impl Overall {
    /// Creates the progress of a run, with the limits of the service for it.
    pub(super) fn new(limits: Option<Limits>) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Sets the totals.
    pub(super) fn found(&mut self, totals: Totals) {
        // A watcher begins another tree.
        if self.totals.is_complete && !totals.is_complete {
            self.earlier = self.all();
        }
        self.totals = totals;
    }

    /// Counts a file that has ended. `moved` is the number of bytes that this run has transferred.
    pub(super) fn ended(&mut self, meter: Option<&Meter>, moved: u64, is_stacked: bool) {
        self.files += 1;
        self.bytes += meter.and_then(Meter::size).unwrap_or(moved);
        self.moved += moved.max(meter.map_or(0, Meter::moved));
        self.retries += meter.map_or(0, Meter::retries);
        self.stacked += u64::from(is_stacked);
    }

    /// Returns the totals of all trees.
    fn all(&self) -> Totals {
        let (mut all, earlier) = (self.totals, self.earlier);
        all.files += earlier.files;
        all.bytes += earlier.bytes;
        all.new_stacks += earlier.new_stacks;
        all
    }

    /// Takes a sample, and returns the current state. `meters` are the files in flight, and `retries`
    /// is the number of repeated calls.
    pub(super) fn now<'a>(
        &mut self,
        meters: impl Iterator<Item = &'a Meter>,
        retries: u64,
        now: Instant,
    ) -> Snapshot {
        let (mut bytes, mut moved, mut retries) = (self.bytes, self.moved, self.retries + retries);
        let (mut in_flight, mut outstanding) = (0, 0);
        for meter in meters {
            bytes += meter.bytes();
            moved += meter.moved();
            retries += meter.retries();
            outstanding += meter.outstanding();
            in_flight += 1;
        }
        let totals = self.all();
        let (files, bytes) = (self.files.min(totals.files), bytes.min(totals.bytes));
        if let Some((time, sent)) = self.rate.sample(moved, now) {
            self.capacity.sample(time, sent, outstanding);
        }
        let rate = self.rate.at(moved, now);
        let waiting = totals.files.saturating_sub(files + in_flight);
        let remaining = self.remaining(totals, totals.bytes - bytes, waiting, rate);
        Snapshot { totals, files, bytes, retries, rate, remaining, is_idle: in_flight == 0 }
    }

    /// Estimates the remaining time from the number of bytes that remain and the number of files that
    /// wait.
    fn remaining(&self, totals: Totals, bytes: u64, waiting: u64, rate: Option<f64>) -> Remaining {
        let stacks = totals.new_stacks.saturating_sub(self.stacked);
        let slowest = self.limits.map(|limits| limits.slowest(waiting, stacks));
        let (by_service, limit) = slowest.unwrap_or_default();
        if bytes == 0 {
            return match limit {
                Some(_) => Remaining::Time { left: by_service, is_least: false, limit },
                None if totals.files > self.files => Remaining::Finishing,
                None => Remaining::Unknown,
            };
        }
        let at = |rate: f64| Duration::try_from_secs_f64(bytes as f64 / rate).ok();
        let by_rate = rate.and_then(at);
        let by_bytes = match self.capacity.rate() {
            Some(capacity) => at(capacity),
            // So far only small files were sent, of which the service allows few.
            None if limit.is_some() => by_rate.filter(|time| *time <= 2 * by_service),
            None => by_rate,
        };
        match by_bytes {
            Some(left) if left >= by_service => {
                Remaining::Time { left, is_least: false, limit: None }
            }
            by_bytes if limit.is_some() => {
                Remaining::Time { left: by_service, is_least: by_bytes.is_none(), limit }
            }
            _ => Remaining::Unknown,
        }
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
        match self.remaining {
            Remaining::Time { left, is_least, .. } => {
                let least = if is_least || !more.is_empty() { ">" } else { "" };
                parts.push((2, format!("{least}{} left", short(left))));
            }
            Remaining::Finishing => parts.push((2, "finishing".to_owned())),
            Remaining::Unknown => {}
        }
        match self.retries {
            0 => {}
            1 => parts.push((5, "1 retry".to_owned())),
            retries => parts.push((5, format!("{retries} retries"))),
        }
        if let Remaining::Time { limit: Some(limit), .. } = self.remaining {
            parts.push((6, format!("the service allows {limit}")));
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

    /// Returns whether all files have ended, as between the batches of a watcher.
    pub(super) const fn is_idle(&self) -> bool {
        self.is_idle && self.files >= self.totals.files
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
        overall.now([&meter].into_iter(), 0, start);
        for at in 1..=20 {
            let bytes = if at <= 10 { 400 + at * 30 } else { 700 + (at - 10) * 10 };
            meter.update(progress(bytes * MIB, 1000 * MIB, 1), start + seconds(at));
            overall.now([&meter].into_iter(), 0, start + seconds(at));
        }
        let line = overall.now([&meter].into_iter(), 0, start + seconds(20)).line(80);
        let expected = "80%, 0/2 files, 800.00 MiB/1000.00 MiB, 10.00 MiB/s, 20s left, 1 retry";
        assert_eq!(line, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn the_quota_is_the_lower_bound_of_the_remaining_time() {
        let start = Instant::now();
        let mut overall = Overall::new(Limits::of_uploads());
        overall.found(totals(400, 400, false));
        let waiting = overall.now(std::iter::empty(), 0, start).line(90);
        let note = "the service allows 5 files a second";
        assert_eq!(waiting, format!("0%, 0/400+ files, 0 B/400 B+, >1m 20s left, {note}"));
        let mut download = Overall::new(None);
        download.found(totals(400, 400, true));
        let line = download.now(std::iter::empty(), 0, start).line(90);
        assert_eq!(line, "0%, 0/400 files, 0 B/400 B");
    }

    /// Returns the parts of a line about the remaining time.
    fn left(snapshot: &Snapshot) -> String {
        let parts = snapshot.parts().into_iter().filter(|(rank, _)| [2, 6].contains(rank));
        parts.map(|(_, part)| part).collect::<Vec<_>>().join(", ")
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_of_small_files_does_not_apply_to_a_large_one() {
        let start = Instant::now();
        let mut overall = Overall::new(Limits::of_uploads());
        overall.found(totals(401, 400 * 10_000 + 1000 * MIB, true));
        for second in 1..=60 {
            (0..5).for_each(|_| overall.ended(None, 10_000, false));
            let now = overall.now(std::iter::empty(), 0, start + seconds(second));
            let least = short(Duration::from_secs_f64((401 - second * 5) as f64 / 5.0));
            assert_eq!(left(&now), format!(">{least} left, the service allows 5 files a second"));
        }
        let mut meter = Meter::new(progress(0, 1000 * MIB, 0), start + seconds(60));
        for second in 61..=63 {
            meter
                .update(progress((second - 60) * 20 * MIB, 1000 * MIB, 0), start + seconds(second));
            overall.now([&meter].into_iter(), 0, start + seconds(second));
        }
        let now = overall.now([&meter].into_iter(), 0, start + seconds(63));
        assert_eq!(left(&now), "47s left", "{now:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_in_flight_waits_for_no_quota() {
        let start = Instant::now();
        let mut overall = Overall::new(Limits::of_uploads());
        overall.found(totals(1, 600 * MIB, true));
        let mut meter = Meter::new(progress(0, 600 * MIB, 0), start);
        assert_eq!(left(&overall.now([&meter].into_iter(), 0, start)), "");
        meter.update(progress(600 * MIB, 600 * MIB, 0), start + seconds(9));
        let now = overall.now([&meter].into_iter(), 3, start + seconds(9));
        assert_eq!(left(&now), "finishing");
        assert!(now.line(90).ends_with("finishing, 3 retries"), "{}", now.line(90));
        overall.ended(Some(&meter), 600 * MIB, false);
        assert_eq!(left(&overall.now(std::iter::empty(), 0, start + seconds(9))), "");
    }

    #[tokio::test(start_paused = true)]
    async fn version_stacks_have_a_quota_of_their_own() {
        let start = Instant::now();
        let mut overall = Overall::new(Limits::of_uploads());
        let mut all = totals(20, 20, true);
        all.new_stacks = 20;
        overall.found(all);
        (0..10).for_each(|_| overall.ended(None, 1, true));
        let now = overall.now(std::iter::empty(), 0, start);
        assert_eq!(left(&now), ">1m 0s left, the service allows 10 version stacks a minute");
    }

    #[tokio::test(start_paused = true)]
    async fn omits_parts_where_there_is_not_enough_room() {
        let start = Instant::now();
        let mut overall = Overall::new(Limits::of_uploads());
        overall.found(totals(403, 3000 * MIB, true));
        overall.now(std::iter::empty(), 0, start);
        (0..200).for_each(|_| overall.ended(None, MIB, false));
        let snapshot = overall.now(std::iter::empty(), 0, start + seconds(4));
        for columns in 0..120 {
            assert!(width(&snapshot.line(columns)) <= columns, "{columns}");
        }
        assert_eq!(snapshot.line(40), "6%, 200/403 files, 56s left");
        assert_eq!(snapshot.line(12), "6%");
    }
}
