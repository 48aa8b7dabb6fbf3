//! Progress of one file in flight: its bytes, its rate, and the bytes that survive an interruption.

use std::collections::BTreeMap;
use std::time::Duration;

use frameio::transfer::Progress;
use indicatif::HumanBytes;
use tokio::time::Instant;

use super::rate::Rate;
use super::width::{fit_end, width};

/// Time over which the rate is averaged.
const WINDOW: Duration = Duration::from_secs(5);

/// Time without progress after which a transfer is shown as waiting.
const STALLED: Duration = Duration::from_secs(3);

/// Time without progress after which a transfer is reported where no bars are shown.
const REPORTED: Duration = Duration::from_secs(30);

/// Maximum number of reported transfers.
const MAX_REPORTED: usize = 5;

/// Minimum number of columns for a name.
const NAME: usize = 12;

/// Progress of one file.
#[derive(Debug)]
pub(super) struct Meter {
    /// First report with a size, which has the progress of earlier runs.
    start: Progress,
    latest: Progress,
    max_bytes: u64,
    /// Attempts that were repeated since then.
    retries_since_progress: u64,
    /// Whether everything that was received is recorded.
    is_recorded: bool,
    /// Time at which `max_bytes` was reached.
    moved_at: Instant,
    rate: Rate,
}

impl Meter {
    pub(super) fn new(progress: Progress, now: Instant) -> Self {
        let mut rate = Rate::over(WINDOW);
        rate.sample(progress.bytes, now);
        Self {
            start: progress,
            latest: progress,
            max_bytes: progress.bytes,
            retries_since_progress: 0,
            is_recorded: false,
            moved_at: now,
            rate,
        }
    }

    /// Records a progress report.
    pub(super) fn update(&mut self, progress: Progress, now: Instant) {
        if self.start.total.is_none() && progress.total.is_some() {
            *self = Self::new(progress, now);
            return;
        }
        self.retries_since_progress += progress.retries.saturating_sub(self.latest.retries);
        self.latest = progress;
        // The bytes of a failed attempt are subtracted; sending them again is not progress.
        if progress.bytes > self.max_bytes {
            self.max_bytes = progress.bytes;
            self.retries_since_progress = 0;
            self.moved_at = now;
        }
        self.rate.sample(progress.bytes, now);
    }

    /// Notes that the transfer has stopped and recorded what it has received.
    pub(super) const fn record(&mut self) {
        self.is_recorded = true;
    }

    /// Returns the number of bytes that need not be transferred again if the transfer stops now: those
    /// of earlier runs and of parts that were completed in this one, or all that were recorded.
    pub(super) fn kept(&self) -> u64 {
        let (start, latest) = (self.start, self.latest);
        if self.is_recorded {
            return latest.bytes;
        }
        let rest = start.total.unwrap_or_default().saturating_sub(start.bytes);
        let parts = latest.total_parts.saturating_sub(start.parts);
        let done = latest.parts.saturating_sub(start.parts);
        let sent = u128::from(rest) * u128::from(done) / u128::from(parts.max(1));
        let sent = u64::try_from(sent).unwrap_or(u64::MAX);
        start.bytes.saturating_add(sent).min(latest.bytes.max(start.bytes))
    }

    /// Returns the number of bytes transferred in this run and earlier ones.
    pub(super) const fn bytes(&self) -> u64 {
        self.latest.bytes
    }

    /// Returns the size of the file, if known.
    pub(super) const fn size(&self) -> Option<u64> {
        self.latest.total
    }

    /// Returns the number of bytes that remain, if the size is known.
    pub(super) fn outstanding(&self) -> u64 {
        self.latest.total.map_or(0, |total| total.saturating_sub(self.latest.bytes))
    }

    /// Returns the number of bytes transferred in this run.
    pub(super) const fn moved(&self) -> u64 {
        self.latest.bytes.saturating_sub(self.start.bytes)
    }

    /// Returns the number of repeated attempts.
    pub(super) const fn retries(&self) -> u64 {
        self.latest.retries
    }

    /// Returns a line of at most `columns` columns. Of a long path, the end is shown, because paths
    /// share their beginnings.
    pub(super) fn line(&self, path: &str, now: Instant, columns: usize) -> String {
        let done = HumanBytes(self.latest.bytes).to_string();
        let (bytes, share) = match self.latest.total {
            Some(total) => {
                let share = u128::from(self.latest.bytes) * 100 / u128::from(total.max(1));
                (format!("{done:>10}/{:10}", HumanBytes(total).to_string()), format!("{share:>3}%"))
            }
            None => (done.clone(), done),
        };
        let full = format!("{bytes} {:>18}", self.state(now));
        let enough = width(path).min(NAME) + 1;
        let right = [full, bytes, share].into_iter().find(|it| width(it) + enough <= columns);
        let Some(right) = right else { return fit_end(path, columns) };
        let room = columns - width(&right) - 1;
        let name = fit_end(path, room);
        format!("{name}{:1$} {right}", "", room - width(&name))
    }

    /// Returns whether there was no progress for a time that is worth a report.
    pub(super) fn is_stalled(&self, now: Instant) -> bool {
        now.duration_since(self.moved_at) >= REPORTED
    }

    /// Returns the report of a transfer without progress.
    fn stall(&self, now: Instant) -> String {
        let stalled = short(now.duration_since(self.moved_at));
        match (self.retries_since_progress, self.outstanding()) {
            (0, 0) => format!("not confirmed by the service for {stalled}"),
            (0, _) => format!("no data for {stalled}"),
            (retries, _) => format!("no data for {stalled}, retry {retries}"),
        }
    }

    /// Returns the rate and the remaining time, or the reason why there is no progress.
    fn state(&self, now: Instant) -> String {
        let stalled = now.duration_since(self.moved_at);
        if self.latest.total.is_some_and(|total| self.latest.bytes >= total) {
            return match stalled >= STALLED {
                true => format!("finishing {}", short(stalled)),
                false => "finishing".to_owned(),
            };
        }
        if stalled >= STALLED {
            return match self.retries_since_progress {
                0 => format!("waiting {}", short(stalled)),
                retries => format!("retry {retries} {}", short(stalled)),
            };
        }
        let rate = self.rate.at(self.latest.bytes, now);
        let remaining = rate.and_then(|rate| {
            let bytes = self.latest.total?.saturating_sub(self.latest.bytes);
            Duration::try_from_secs_f64(bytes as f64 / rate).ok()
        });
        let rate = rate.map_or("-".to_owned(), |rate| format!("{}/s", HumanBytes(rate as u64)));
        format!("{rate} {:>5}", remaining.map_or("-".to_owned(), short))
    }
}

pub(super) fn short(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        seconds => format!("{}h {}m", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Returns lines about transfers without progress.
pub(super) fn stalled_lines(files: &BTreeMap<String, Meter>, now: Instant) -> Vec<String> {
    let stalled = files.iter().filter(|(_, meter)| meter.is_stalled(now));
    let mut lines: Vec<_> = stalled
        .clone()
        .take(MAX_REPORTED)
        .map(|(path, meter)| format!("waiting     {path}: {}", meter.stall(now)))
        .collect();
    let more = stalled.count().saturating_sub(MAX_REPORTED);
    lines.extend((more > 0).then(|| format!("… and {more} more files without progress")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn progress(bytes: u64, parts: u64) -> Progress {
        let mut progress = Progress::default();
        progress.bytes = bytes;
        progress.total = Some(100 * MIB);
        progress.parts = parts;
        progress.total_parts = 10;
        progress
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_is_never_wider_than_the_terminal() {
        let now = Instant::now();
        let mut meter = Meter::new(progress(0, 0), now);
        meter.update(progress(41 * MIB, 4), now + seconds(1));
        for path in [
            "/R/A001_C003_日本語の長い名前.mov",
            "/Film/The Crossing/Dailies/Day 01/Camera A/A001_C003.mov",
            "/e\u{301}\u{301}/ש/👩🏽❤\u{fe0f}👨/한국어 파일 이름/ｆｕｌｌ.mov",
            "",
        ] {
            for columns in 0..120 {
                for at in [1, 2, 500, 50_000] {
                    let line = meter.line(path, now + seconds(at), columns);
                    assert!(width(&line) <= columns, "{columns}: {line:?}");
                }
            }
            assert_eq!(width(&meter.line(path, now + seconds(2), 80)), 80, "columns are aligned");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_path_shows_its_end() {
        let now = Instant::now();
        let mut meter = Meter::new(progress(0, 0), now);
        meter.update(progress(50 * MIB, 5), now + seconds(1));
        let line = meter.line("/Film/Dailies/Day 01/日本語A001_C003.mov", now + seconds(1), 64);
        assert_eq!(line, "…01/日本語A001_C003.mov  50.00 MiB/100.00 MiB  50.00 MiB/s    1s");
        let narrow = meter.line("/Film/Dailies/Day 01/日本語A001_C003.mov", now + seconds(1), 25);
        assert_eq!(narrow, "…日本語A001_C003.mov  50%");
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_excludes_the_bytes_of_an_earlier_run() {
        let now = Instant::now();
        // The size of a download is unknown before the first response.
        let mut meter = Meter::new(Progress::default(), now);
        meter.update(progress(80 * MIB, 0), now + seconds(1));
        meter.update(progress(82 * MIB, 0), now + seconds(2));
        assert_eq!(meter.state(now + seconds(2)), "2.00 MiB/s    9s");
    }

    #[tokio::test(start_paused = true)]
    async fn shows_a_transfer_without_progress_as_waiting() {
        let now = Instant::now();
        let mut meter = Meter::new(progress(0, 0), now);
        meter.update(progress(40 * MIB, 4), now + seconds(1));
        assert!(meter.state(now + seconds(2)).contains("/s"));
        // Attempts that fail and restart are not progress.
        for at in 2..162 {
            meter.update(progress((39 + at % 2) * MIB, 3), now + seconds(at));
        }
        assert_eq!(meter.state(now + seconds(161)), "waiting 2m 40s");
        meter.update(progress(41 * MIB, 4), now + seconds(162));
        assert!(meter.state(now + seconds(162)).contains("/s"), "it continues");
        meter.update(progress(100 * MIB, 10), now + seconds(163));
        assert_eq!(meter.state(now + seconds(164)), "finishing");
        assert_eq!(meter.state(now + seconds(170)), "finishing 7s");
    }

    #[tokio::test(start_paused = true)]
    async fn shows_retries_while_they_happen() {
        let now = Instant::now();
        let mut meter = Meter::new(progress(0, 0), now);
        meter.update(progress(40 * MIB, 4), now + seconds(1));
        let retried = |retries| {
            let mut progress = progress(39 * MIB, 3);
            progress.retries = retries;
            progress
        };
        meter.update(retried(1), now + seconds(2));
        assert!(meter.state(now + seconds(2)).contains("/s"), "for a short wait");
        meter.update(retried(2), now + seconds(9));
        assert_eq!(meter.state(now + seconds(10)), "retry 2 9s");
        let mut continued = progress(41 * MIB, 4);
        continued.retries = 2;
        meter.update(continued, now + seconds(11));
        assert_eq!(meter.state(now + seconds(15)), "waiting 4s", "of an attempt that progressed");
    }

    #[tokio::test(start_paused = true)]
    async fn reports_transfers_without_progress() {
        let now = Instant::now();
        let mut files = BTreeMap::from([("/a.mov".to_owned(), Meter::new(progress(0, 0), now))]);
        assert!(stalled_lines(&files, now + seconds(29)).is_empty());
        let lines = stalled_lines(&files, now + seconds(30));
        assert_eq!(lines, ["waiting     /a.mov: no data for 30s"]);
        let mut retried = progress(0, 0);
        retried.retries = 1;
        files.values_mut().for_each(|meter| meter.update(retried, now + seconds(60)));
        let lines = stalled_lines(&files, now + seconds(61));
        assert_eq!(lines, ["waiting     /a.mov: no data for 1m 1s, retry 1"]);
        files
            .values_mut()
            .for_each(|meter| meter.update(progress(100 * MIB, 10), now + seconds(62)));
        assert!(stalled_lines(&files, now + seconds(91)).is_empty());
        let lines = stalled_lines(&files, now + seconds(92));
        assert_eq!(lines, ["waiting     /a.mov: not confirmed by the service for 30s"]);
        for number in 0..6 {
            files.insert(format!("/{number}.mov"), Meter::new(progress(0, 0), now));
        }
        let lines = stalled_lines(&files, now + seconds(92));
        assert_eq!((lines.len(), &*lines[5]), (6, "… and 2 more files without progress"));
    }

    #[tokio::test(start_paused = true)]
    async fn keeps_complete_parts_and_the_bytes_of_an_earlier_run() {
        let now = Instant::now();
        let mut meter = Meter::new(progress(0, 0), now);
        meter.update(progress(35 * MIB, 3), now);
        assert_eq!(meter.kept(), 30 * MIB, "the part in flight is lost");
        meter.record();
        assert_eq!(meter.kept(), 35 * MIB, "it was stopped");
        let mut resumed = Meter::new(progress(40 * MIB, 4), now);
        assert_eq!(resumed.kept(), 40 * MIB);
        resumed.update(progress(65 * MIB, 6), now);
        assert_eq!(resumed.kept(), 60 * MIB);
        assert_eq!(Meter::new(Progress::default(), now).kept(), 0);
    }
}
