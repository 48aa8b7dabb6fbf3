//! Progress bars of files.

use std::collections::{HashMap, HashSet};

use frameio::transfer::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::printable;

/// Size in bytes below which a bar would only flicker.
const SMALL: u64 = 4 << 20;

/// One bar for each large file, and a line for the whole run.
pub(super) struct FileBars {
    all: MultiProgress,
    style: ProgressStyle,
    total: ProgressBar,
    by_path: HashMap<String, ProgressBar>,
    /// Paths that failed: a late progress report must not show them again.
    failed: HashSet<String>,
}

impl FileBars {
    /// Adds the bars to a terminal; `None` if they cannot be drawn.
    pub(super) fn new(all: &MultiProgress) -> Option<Self> {
        let style = ProgressStyle::with_template(
            "{wide_msg} {bytes:>10}/{total_bytes:10} {bytes_per_sec:>12} {eta:>4}",
        );
        let style = style.ok()?;
        let total = all.add(ProgressBar::no_length());
        total.set_style(ProgressStyle::with_template("{spinner} {msg}").ok()?);
        let (by_path, failed) = (HashMap::new(), HashSet::new());
        Some(Self { all: all.clone(), style, total, by_path, failed })
    }

    /// Shows the progress of a file.
    pub(super) fn update(&mut self, path: &str, progress: Progress) {
        let is_small = progress.total.is_some_and(|total| total < SMALL);
        if is_small || self.failed.contains(path) {
            return;
        }
        let bar = self.by_path.entry(path.to_owned()).or_insert_with(|| {
            let bar = ProgressBar::new(0).with_style(self.style.clone());
            let bar = self.all.insert_before(&self.total, bar);
            bar.set_message(printable(path));
            bar.reset_eta();
            bar
        });
        bar.set_length(progress.total.unwrap_or_default());
        bar.set_position(progress.bytes);
        self.total.tick();
    }

    /// Removes the bar of a file that has ended.
    pub(super) fn end(&mut self, path: &str, has_failed: bool) {
        if let Some(bar) = self.by_path.remove(path) {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
        if has_failed {
            self.failed.insert(path.to_owned());
        }
    }

    /// Shows the line for the whole run.
    pub(super) fn total(&self, message: String) {
        self.total.set_message(message);
        self.total.tick();
    }

    /// Removes all bars.
    pub(super) fn clear(&self) {
        drop(self.all.clear());
    }
}
