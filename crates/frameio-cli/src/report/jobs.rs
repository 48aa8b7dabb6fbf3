//! Progress of a batch: a bar on a terminal, or else a line at intervals.

use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use serde_json::json;
use tokio::time::Instant;

use super::Reporter;
use super::escape::Escaped;
use super::terminal_echo::QuietControls;
use super::width::{fit_start, terminal_columns};
use crate::exit::Failure;

/// Interval between lines without a terminal.
const PAUSE: Duration = Duration::from_secs(10);

/// Counts of jobs by outcome.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct JobCounts {
    pub(crate) succeeded: usize,
    pub(crate) failed: usize,
    pub(crate) remaining: usize,
}

/// Shows the progress of a batch on standard error.
pub(crate) struct JobReport {
    reporter: Reporter,
    bar: Option<ProgressBar>,
    _quiet: Option<QuietControls>,
    shown: Instant,
}

impl JobReport {
    /// Starts the report. `reporter` prints results and the summary on standard output, if there are any.
    pub(crate) fn new(jobs: usize, reporter: Reporter) -> Self {
        let reporter = reporter.with_bars();
        let style = ProgressStyle::with_template("{wide_bar} {msg}");
        let bar = reporter
            .bars
            .as_ref()
            .zip(style.ok())
            .map(|(bars, style)| bars.add(ProgressBar::new(jobs as u64).with_style(style)));
        let _quiet = bar.is_some().then(QuietControls::new);
        Self { reporter, bar, _quiet, shown: Instant::now() }
    }

    /// Shows the counts and the estimated remaining time.
    pub(crate) fn progress(&mut self, counts: JobCounts, remaining: Duration) {
        let ended = counts.succeeded + counts.failed;
        let failed = match counts.failed {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        // The estimate is not more accurate than a second.
        let remaining = HumanDuration(remaining.max(Duration::from_secs(1)));
        let total = ended + counts.remaining;
        match &self.bar {
            Some(bar) => {
                bar.set_position(ended as u64);
                let message = format!("{ended}/{total}, about {remaining} remaining{failed}");
                let room = terminal_columns().saturating_sub(1);
                bar.set_message(fit_start(&message, room).to_owned());
            }
            None if self.shown.elapsed() >= PAUSE => {
                self.shown = Instant::now();
                let message =
                    format!("{ended} of {total} jobs, about {remaining} remaining{failed}");
                self.reporter.status(&message);
            }
            None => {}
        }
    }

    /// Prints a line on standard error.
    pub(crate) fn status(&self, line: &str) {
        self.reporter.status(line);
    }

    /// Prints a result, which is a line of JSON, on standard output.
    pub(crate) fn result(&self, json: &str) -> std::io::Result<()> {
        if self.reporter.jq.is_none() {
            return self.reporter.write(&Escaped::json_text(json));
        }
        let value = serde_json::from_str(json)?;
        let lines = self.reporter.json_lines(&value);
        let lines = lines.map_err(|failure| std::io::Error::other(failure.message))?;
        lines.iter().try_for_each(|line| self.reporter.write(line))
    }

    /// Removes the bar and prints the summary.
    pub(crate) fn finish(&self, counts: JobCounts, results: &str) -> Result<(), Failure> {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let JobCounts { succeeded, failed, remaining } = counts;
        if self.reporter.is_json() {
            return self.reporter.json_line(&json!({ "summary": {
                "succeeded": succeeded, "failed": failed, "remaining": remaining,
            }}));
        }
        self.reporter.status(&format!(
            "{succeeded} succeeded, {failed} failed, {remaining} remaining; results in {results}"
        ));
        Ok(())
    }
}
