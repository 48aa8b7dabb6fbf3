//! Progress bars of files.

use std::collections::HashMap;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::time::Instant;

use super::meter::Meter;
use super::printable;
use super::terminal_echo::QuietControls;
use super::width::{fit_start, terminal_columns};

/// Size in bytes below which a file has no bar, which would only flicker.
const SMALL: u64 = 4 << 20;

/// Progress bars: one for each large file in flight, and one for the whole run.
pub(super) struct FileBars {
    all: MultiProgress,
    style: ProgressStyle,
    total: ProgressBar,
    counts: String,
    by_path: HashMap<String, ProgressBar>,
    _quiet: QuietControls,
}

impl FileBars {
    /// Adds the bars to a terminal; `None` if they cannot be drawn.
    pub(super) fn new(all: &MultiProgress) -> Option<Self> {
        // Messages are formatted here, so that they fit the terminal.
        let style = ProgressStyle::with_template("{msg}").ok()?;
        let total = all.add(ProgressBar::no_length());
        total.set_style(ProgressStyle::with_template("{spinner} {msg}").ok()?);
        let (counts, by_path) = (String::new(), HashMap::new());
        let _quiet = QuietControls::new();
        Some(Self { all: all.clone(), style, total, counts, by_path, _quiet })
    }

    /// Shows a file in flight.
    pub(super) fn show(&mut self, path: &str, total: Option<u64>, meter: &Meter) {
        if total.is_some_and(|total| total < SMALL) {
            return;
        }
        let bar = self.by_path.entry(path.to_owned()).or_insert_with(|| {
            let bar = ProgressBar::no_length().with_style(self.style.clone());
            self.all.insert_before(&self.total, bar)
        });
        bar.set_message(meter.line(&printable(path), Instant::now(), terminal_columns()));
    }

    /// Redraws all bars, because rates and times change without progress.
    pub(super) fn tick<'a>(&self, meters: impl IntoIterator<Item = (&'a String, &'a Meter)>) {
        let (now, columns) = (Instant::now(), terminal_columns());
        for (path, meter) in meters {
            if let Some(bar) = self.by_path.get(path) {
                bar.set_message(meter.line(&printable(path), now, columns));
            }
        }
        self.draw_total(columns);
    }

    /// Removes the bar of a file.
    pub(super) fn end(&mut self, path: &str) {
        if let Some(bar) = self.by_path.remove(path) {
            self.remove(&bar);
        }
    }

    /// Shows the counts of the whole run.
    pub(super) fn total(&mut self, counts: String) {
        self.counts = counts;
        self.draw_total(terminal_columns());
    }

    fn draw_total(&self, columns: usize) {
        self.total.set_message(fit_start(&self.counts, columns.saturating_sub(2)).to_owned());
        self.total.tick();
    }

    /// Removes all bars.
    pub(super) fn clear(self) {
        self.by_path.values().chain([&self.total]).for_each(|bar| self.remove(bar));
        drop(self.all.clear());
    }

    fn remove(&self, bar: &ProgressBar) {
        bar.finish_and_clear();
        self.all.remove(bar);
    }
}
