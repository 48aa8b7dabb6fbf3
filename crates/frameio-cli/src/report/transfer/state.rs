//! What is known of a run: counts, files in flight, and totals.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use frameio::transfer::Item;
use tokio::time::Instant;

use crate::exit::Failure;
use crate::report::bars::{Bars, View};
use crate::report::counts::Counts;
use crate::report::hashing::HashProgress;
use crate::report::meter::{Meter, stalled_lines};
use crate::report::overall::Overall;
use crate::report::retries::CallRetries;
use crate::report::run_file::RunFile;
use crate::report::width::terminal_size;

/// Number of measurements for each line without a terminal, which is printed every 5 seconds.
pub(super) const TICKS_PER_LINE: u32 = 20;

#[derive(Default)]
pub(super) struct State {
    pub(super) counts: Counts,
    /// Progress bars, on a terminal only.
    pub(super) bars: Option<Bars>,
    /// Files in flight, by path.
    pub(super) files: BTreeMap<String, Meter>,
    pub(super) overall: Overall,
    pub(super) hashing: HashProgress,
    pub(super) retries: CallRetries,
    /// Measurements since the last line.
    pub(super) ticks: u32,
    /// Last line, without a terminal.
    pub(super) line: String,
    /// Paths that failed, for which late progress reports are ignored.
    pub(super) failed: HashSet<String>,
    /// Whether the user is being asked a question.
    pub(super) is_asking: bool,
    /// Whether the summary was printed.
    pub(super) is_ended: bool,
    /// Failure to write results.
    pub(super) output_failure: Option<Failure>,
    /// Report of all files.
    pub(super) file: Option<RunFile>,
    /// Hash lists that were written.
    pub(super) hash_lists: Vec<String>,
    pub(super) observers: Vec<Observer>,
}

/// Callback for each file.
pub(super) type Observer = Arc<dyn Fn(&Item) + Send + Sync>;

impl State {
    /// Measures and draws the progress. Returns lines about it if there is no terminal and they are due.
    pub(super) fn progress(&mut self) -> Vec<String> {
        let (now, retries) = (Instant::now(), self.retries.count());
        let overall = self.overall.now(self.files.values(), retries, now);
        if let Some(bars) = &self.bars {
            let (rows, columns) = terminal_size();
            let counts = self.counts.to_string();
            let hashing = self.hashing.lines(now, columns);
            let view = View { files: &self.files, hashing, overall: &overall, counts: &counts };
            bars.draw(&view, (rows, columns));
            return Vec::new();
        }
        self.ticks += 1;
        if self.ticks < TICKS_PER_LINE {
            return Vec::new();
        }
        self.ticks = 0;
        let line = overall.line(usize::MAX);
        // A watcher may have nothing to do for hours.
        let is_news = !overall.is_idle() || line != self.line;
        self.line.clone_from(&line);
        if self.is_ended || self.is_asking {
            return Vec::new();
        }
        let mut lines = self.hashing.lines(now, usize::MAX);
        lines.extend(stalled_lines(&self.files, now));
        lines.extend((is_news && !overall.is_empty()).then_some(line));
        lines
    }
}

#[cfg(test)]
mod tests;
