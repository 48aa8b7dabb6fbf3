//! Progress on a terminal: large files in flight, and the whole run.

use std::collections::BTreeMap;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::time::Instant;

use super::meter::Meter;
use super::overall::Snapshot;
use super::printable;
use super::terminal_echo::QuietControls;
use super::width::fit_start;

/// Size in bytes below which a file has no line, which would only flicker.
const SMALL: u64 = 4 << 20;

/// Draws lines at the bottom of a terminal.
pub(super) struct Bars {
    all: MultiProgress,
    lines: ProgressBar,
    _quiet: QuietControls,
}

/// What is drawn.
pub(super) struct View<'a> {
    /// Files in flight, by path.
    pub(super) files: &'a BTreeMap<String, Meter>,
    /// Lines about files that are hashed.
    pub(super) hashing: Vec<String>,
    pub(super) overall: &'a Snapshot,
    /// Counts of files by outcome.
    pub(super) counts: &'a str,
}

impl Bars {
    /// Adds the lines to a terminal; `None` if they cannot be drawn.
    pub(super) fn new(all: &MultiProgress) -> Option<Self> {
        // Lines are formatted here, so that they fit the terminal.
        let style = ProgressStyle::with_template("{msg}").ok()?;
        let lines = all.add(ProgressBar::no_length().with_style(style));
        Some(Self { all: all.clone(), lines, _quiet: QuietControls::new() })
    }

    /// Draws the current state on a terminal of this size.
    pub(super) fn draw(&self, view: &View<'_>, (rows, columns): (usize, usize)) {
        self.lines.set_message(view.lines(rows, columns).join("\n"));
        self.lines.tick();
    }

    /// Removes the lines.
    pub(super) fn clear(self) {
        self.lines.finish_and_clear();
        self.all.remove(&self.lines);
        drop(self.all.clear());
    }
}

impl View<'_> {
    /// Returns lines of at most `columns` columns, fewer than `rows`.
    fn lines(&self, rows: usize, columns: usize) -> Vec<String> {
        let now = Instant::now();
        let is_large = |meter: &Meter| meter.size().is_none_or(|size| size >= SMALL);
        let is_shown = |meter: &Meter| is_large(meter) || meter.is_stalled(now);
        let large: Vec<_> = self.files.iter().filter(|(_, meter)| is_shown(meter)).collect();
        // Two lines for the whole run, and one for the cursor.
        let mut room = rows.saturating_sub(3 + self.hashing.len());
        if large.len() > room {
            room = room.saturating_sub(1);
        }
        let mut lines: Vec<_> = large
            .iter()
            .take(room)
            .map(|(path, meter)| meter.line(&printable(path), now, columns))
            .collect();
        if large.len() > room {
            let more = format!("… and {} more large files", large.len() - room);
            lines.push(fit_start(&more, columns).to_owned());
        }
        lines.extend(self.hashing.iter().cloned());
        if !self.overall.is_empty() {
            lines.push(self.overall.line(columns));
        }
        lines.push(fit_start(self.counts, columns).to_owned());
        lines
    }
}

#[cfg(test)]
mod tests;
