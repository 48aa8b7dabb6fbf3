//! How far a batch is: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use tokio::time::Instant;

/// How often a line is written where there is no terminal.
const PAUSE: Duration = Duration::from_secs(10);

/// How many jobs have ended, and how.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) done: usize,
    pub(super) failed: usize,
    pub(super) left: usize,
}

/// Shows how far a batch is, on standard error.
#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    shown: Instant,
}

impl Progress {
    pub(super) fn new(jobs: usize) -> Self {
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg}");
        let style = style.ok().filter(|_| std::io::stderr().is_terminal());
        let bar = style.map(|style| ProgressBar::new(jobs as u64).with_style(style));
        Self { bar, shown: Instant::now() }
    }

    pub(super) fn show(&mut self, tally: Tally, left: Duration) {
        let ended = tally.done + tally.failed;
        let failed = match tally.failed {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        // Less than a second is soon enough.
        let left = HumanDuration(left.max(Duration::from_secs(1)));
        match &self.bar {
            Some(bar) => {
                bar.set_position(ended as u64);
                bar.set_message(format!("about {left} left{failed}"));
            }
            None if self.shown.elapsed() >= PAUSE => {
                self.shown = Instant::now();
                eprintln!("{ended} of {} jobs, about {left} left{failed}", ended + tally.left);
            }
            None => {}
        }
    }

    /// A line that stays.
    pub(super) fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => eprintln!("{line}"),
        }
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
