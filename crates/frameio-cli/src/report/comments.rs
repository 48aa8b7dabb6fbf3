//! Progress of archives, and of exports and imports of comments, in one line on a terminal.

use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use super::Reporter;
use super::terminal_echo::QuietControls;
use super::width::{fit_start, terminal_columns};

/// Interval at which the spinner moves while calls wait for their quota.
const TICK: Duration = Duration::from_millis(500);

/// Shows the progress of an export or import on standard error, if that is a terminal and results are printed
/// as text.
pub(crate) struct CommentProgress {
    reporter: Reporter,
    bar: Option<ProgressBar>,
    _quiet: Option<QuietControls>,
}

impl CommentProgress {
    pub(crate) fn new(reporter: Reporter) -> Self {
        let reporter = if reporter.is_json() { reporter } else { reporter.with_bars() };
        let style = ProgressStyle::with_template("{spinner} {msg}");
        let bar = reporter.bars.as_ref().zip(style.ok()).map(|(bars, style)| {
            let bar = bars.add(ProgressBar::no_length().with_style(style));
            bar.enable_steady_tick(TICK);
            bar
        });
        let _quiet = bar.is_some().then(QuietControls::new);
        Self { reporter, bar, _quiet }
    }

    /// Returns the reporter of results, which hides the progress while it prints.
    pub(crate) const fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    /// Shows the numbers of files and comments that are exported. `quota` is the number of calls per minute, if
    /// calls wait for it.
    pub(crate) fn exported(&self, files: u64, comments: u64, quota: Option<u32>) {
        self.show(&exported(files, comments, quota));
    }

    /// Shows how many comments are imported, and the remaining time.
    pub(crate) fn imported(&self, done: usize, all: usize, remaining: Duration) {
        self.show(&imported(done, all, remaining));
    }

    /// Shows how many files of an archive are saved, and of how many the comments are.
    pub(crate) fn archived(&self, files: u64, commented: u64, all: u64) {
        self.show(&format!("{files} of {all} files, comments of {commented}"));
    }

    /// Shows how many files and comments of an archive are restored.
    pub(crate) fn restored(&self, files: u64, comments: u64) {
        self.show(&format!("{files} files, {comments} comments restored"));
    }

    fn show(&self, message: &str) {
        if let Some(bar) = &self.bar {
            let room = terminal_columns().saturating_sub(3);
            bar.set_message(fit_start(message, room).to_owned());
        }
    }

    /// Removes the progress.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A failure is printed after the progress is removed.
impl Drop for CommentProgress {
    fn drop(&mut self) {
        self.finish();
    }
}

fn exported(files: u64, comments: u64, quota: Option<u32>) -> String {
    let waits = match quota {
        Some(quota) => format!("; waiting for the quota of {quota} calls per minute"),
        None => String::new(),
    };
    format!("{files} files, {comments} comments{waits}")
}

fn imported(done: usize, all: usize, remaining: Duration) -> String {
    // The estimate is not more accurate than a second.
    let remaining = HumanDuration(remaining.max(Duration::from_secs(1)));
    match done {
        done if done == all => format!("{done} of {all} comments"),
        done => format!("{done} of {all} comments, about {remaining} remaining"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_names_the_quota_only_while_calls_wait_for_it() {
        assert_eq!(exported(12, 340, None), "12 files, 340 comments");
        let waiting = "12 files, 340 comments; waiting for the quota of 100 calls per minute";
        assert_eq!(exported(12, 340, Some(100)), waiting);
        let line = imported(40, 340, Duration::from_secs(150));
        assert_eq!(line, "40 of 340 comments, about 3 minutes remaining");
        assert_eq!(imported(3, 3, Duration::ZERO), "3 of 3 comments");
    }
}
