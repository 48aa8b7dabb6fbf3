//! Progress of files that are read to compare or verify their content, apart from their transfer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::HumanBytes;
use tokio::time::Instant;

use super::meter::short;
use super::printable;
use super::rate::Rate;
use super::width::{fit_end, fit_start, width};

/// Minimum number of columns for a name.
const NAME: usize = 12;

/// Reason why files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Comparison with the hash lists of an upload.
    Verifying,
    /// Checksums of local files.
    Hashing,
    /// Comparison with remote files, which are downloaded and not stored.
    Comparing,
}

impl Phase {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Verifying => "verifying",
            Self::Hashing => "hashing",
            Self::Comparing => "downloading to compare",
        }
    }
}

/// Files that are read, by the reason.
#[derive(Debug, Default)]
pub(super) struct HashProgress(BTreeMap<Phase, Files>);

#[derive(Debug, Default)]
struct Files {
    /// Bytes read and sizes of the files that are being read.
    active: BTreeMap<PathBuf, (u64, u64)>,
    /// Bytes of the files that were read.
    ended: u64,
    /// Size of all files, if it is known.
    planned: Option<u64>,
    rate: Rate,
}

impl HashProgress {
    /// Sets the size of all files that will be read from now on.
    pub(super) fn plan(&mut self, phase: Phase, bytes: u64) {
        let files = self.0.entry(phase).or_default();
        files.planned = Some(files.ended + bytes);
    }

    /// Records the progress of a file.
    pub(super) fn update(&mut self, phase: Phase, local: &Path, (bytes, total): (u64, u64)) {
        let files = self.0.entry(phase).or_default();
        if files.active.is_empty() {
            // The time without any file does not count.
            files.rate.clear();
        }
        match files.active.get_mut(local) {
            Some(progress) => *progress = (bytes, total),
            None => drop(files.active.insert(local.to_owned(), (bytes, total))),
        }
    }

    /// Ends a file.
    pub(super) fn end(&mut self, phase: Phase, local: &Path) {
        let files = self.0.entry(phase).or_default();
        files.ended += files.active.remove(local).map_or(0, |(bytes, _)| bytes);
    }

    /// Returns a line of at most `columns` columns for each reason for which files are being read.
    pub(super) fn lines(&mut self, now: Instant, columns: usize) -> Vec<String> {
        let active = self.0.iter_mut().filter(|(_, files)| !files.active.is_empty());
        active.map(|(phase, files)| files.line(*phase, now, columns)).collect()
    }
}

impl Files {
    fn line(&mut self, phase: Phase, now: Instant, columns: usize) -> String {
        let (read, sizes) = self
            .active
            .values()
            .fold((0, 0), |(read, sizes), (bytes, total)| (read + bytes, sizes + total.max(bytes)));
        let bytes = self.ended + read;
        let found = self.ended + sizes;
        let total = self.planned.map_or(found, |planned| planned.max(found));
        // More files may follow.
        let more = if self.planned.is_some() { "" } else { "+" };
        let mut amount = format!("{}/{}{more}", HumanBytes(bytes), HumanBytes(total));
        self.rate.sample(bytes, now);
        if let Some(rate) = self.rate.at(bytes, now) {
            amount += &format!(", {}/s", HumanBytes(rate as u64));
            let remaining = Duration::try_from_secs_f64((total - bytes) as f64 / rate);
            if let Ok(remaining) = remaining {
                let least = if more.is_empty() { "" } else { ">" };
                amount += &format!(", {least}{} left", short(remaining));
            }
        }
        let name = match self.active.len() {
            1 => self.active.keys().next().map(|path| printable(&path.display().to_string())),
            count => Some(format!("{count} files")),
        };
        let (phase, name) = (phase.as_str(), name.unwrap_or_default());
        let without_name = format!("{phase}, {amount}");
        let room = columns.saturating_sub(width(&without_name) + 1);
        if room < NAME.min(width(&name)) {
            return fit_start(&without_name, columns).to_owned();
        }
        format!("{phase} {}, {amount}", fit_end(&name, room))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn shows_bytes_of_the_total_rate_and_remaining_time() {
        let start = Instant::now();
        let path = Path::new("/media/A001/A001_C001.mov");
        let mut progress = HashProgress::default();
        assert!(progress.lines(start, 80).is_empty(), "no file is read");
        progress.update(Phase::Hashing, path, (0, 64 * GIB));
        let line = &progress.lines(start, 80)[0];
        assert_eq!(line, "hashing /media/A001/A001_C001.mov, 0 B/64.00 GiB+");
        progress.update(Phase::Hashing, path, (4 * GIB, 64 * GIB));
        let line = &progress.lines(start + seconds(10), 100)[0];
        let rate = "409.60 MiB/s, >2m 30s left";
        let expected = format!("hashing /media/A001/A001_C001.mov, 4.00 GiB/64.00 GiB+, {rate}");
        assert_eq!(*line, expected);
        progress.end(Phase::Hashing, path);
        assert!(progress.lines(start + seconds(11), 80).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn the_bytes_of_earlier_files_count_towards_a_known_total() {
        let start = Instant::now();
        let mut progress = HashProgress::default();
        progress.plan(Phase::Hashing, 10 * GIB);
        progress.update(Phase::Hashing, Path::new("a"), (4 * GIB, 4 * GIB));
        progress.end(Phase::Hashing, Path::new("a"));
        progress.update(Phase::Hashing, Path::new("b"), (GIB, 6 * GIB));
        assert_eq!(progress.lines(start, 80), ["hashing b, 5.00 GiB/10.00 GiB"]);
        progress.update(Phase::Hashing, Path::new("c"), (0, GIB));
        progress.update(Phase::Comparing, Path::new("c"), (0, GIB));
        let expected =
            ["hashing 2 files, 5.00 GiB/11.00 GiB", "downloading to compare c, 0 B/1.00 GiB+"];
        assert_eq!(progress.lines(start, 80), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_is_never_wider_than_the_terminal() {
        let start = Instant::now();
        let mut progress = HashProgress::default();
        let path = Path::new("/R/日本語の長い名前/A001_C003_日本語の長い名前.mov");
        progress.update(Phase::Verifying, path, (0, 9 * GIB));
        progress.lines(start, 80);
        progress.update(Phase::Verifying, path, (GIB, 9 * GIB));
        for columns in 0..120 {
            let lines = progress.lines(start + seconds(5), columns);
            assert!(lines.iter().all(|line| width(line) <= columns), "{columns}: {lines:?}");
        }
        let line = &progress.lines(start + seconds(5), 72)[0];
        assert!(line.starts_with("verifying …") && line.contains("名前.mov, 1.00 GiB"), "{line}");
    }
}
