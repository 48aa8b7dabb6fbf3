//! Reports on transfers: the outcome of each file, progress bars, and a summary.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use frameio::transfer::{Item, Outcome, Progress, RemotePath};
use serde_json::json;

use super::bars::FileBars;
use super::counts::Counts;
use super::file::FileRecord;
use super::{Record, Reporter};
use crate::args::OutputArgs;
use crate::exit::{Failure, Status};

/// Prints the outcome of each file, shows progress, and counts.
pub(crate) struct TransferReport {
    reporter: Reporter,
    is_quiet: bool,
    state: Mutex<State>,
}

struct State {
    counts: Counts,
    /// On a terminal, until the run ends.
    bars: Option<FileBars>,
}

impl TransferReport {
    pub(crate) fn new(output: OutputArgs) -> Arc<Self> {
        let mut reporter = Reporter::new(output.json);
        if !output.quiet {
            reporter = reporter.with_bars();
        }
        let bars = reporter.bars.as_ref().and_then(FileBars::new);
        let state = Mutex::new(State { counts: Counts::default(), bars });
        Arc::new(Self { reporter, is_quiet: output.quiet, state })
    }

    /// Returns a callback for the outcomes in a tree whose paths begin with `root`.
    pub(crate) fn on_item(
        self: &Arc<Self>,
        root: &RemotePath,
    ) -> impl Fn(&Item) + Send + Sync + 'static {
        let (this, root) = (self.clone(), root.clone());
        move |item| this.item(&join(&root, &item.remote), item)
    }

    /// Returns a callback for the progress of files in a tree whose paths begin with `root`.
    pub(crate) fn on_progress(
        self: &Arc<Self>,
        root: &RemotePath,
    ) -> impl Fn(&RemotePath, Progress) + Send + Sync + 'static {
        let (this, root) = (self.clone(), root.clone());
        move |path, progress| this.progress(&join(&root, path), progress)
    }

    /// Shows the progress of a file.
    pub(crate) fn progress(&self, remote: &str, progress: Progress) {
        if let Some(bars) = &mut self.state().bars {
            bars.update(remote, progress);
        }
    }

    fn item(&self, remote: &str, item: &Item) {
        self.file(&FileRecord {
            outcome: &item.outcome,
            remote,
            local: &item.local,
            file_id: item.file_id.as_ref(),
        });
    }

    fn file(&self, record: &FileRecord<'_>) {
        let has_bars = {
            let State { counts, bars } = &mut *self.state();
            counts.add(record.outcome);
            if let Some(bars) = bars {
                bars.end(
                    record.remote,
                    matches!(record.outcome, Outcome::Failed(_) | Outcome::Conflict(_)),
                );
                bars.total(counts.to_string());
            }
            bars.is_some()
        };
        // Where bars show the progress, lines on the same terminal would repeat it.
        let with_lines = !has_bars || !std::io::stdout().is_terminal();
        if self.reporter.is_json() {
            self.reporter.line_or_drop(&record.json().to_string());
        } else if record.is_wrong() || (record.is_ignored_unasked() && !with_lines) {
            self.reporter.status(&record.text());
        } else if !self.is_quiet
            && with_lines
            && (record.is_ignored_unasked() || !record.is_ignored())
        {
            self.reporter.line_or_drop(&record.text());
        }
    }

    /// Prints the summary and returns how the run ended. `resume` says how to continue after an
    /// interruption.
    pub(crate) fn finish(&self, result: Result<(), Failure>, resume: &str) -> Result<(), Failure> {
        let counts = {
            let mut state = self.state();
            if let Some(bars) = state.bars.take() {
                bars.clear();
            }
            state.counts
        };
        let is_stopped = matches!(&result, Err(failure) if failure.status == Status::Interrupted);
        let has_summary = result.is_ok() || is_stopped;
        if self.reporter.is_json() && has_summary {
            let mut summary = counts.json();
            summary["interrupted"] = is_stopped.into();
            self.reporter.line_or_drop(&json!({ "summary": summary }).to_string());
        } else if !self.is_quiet && has_summary {
            self.reporter.status(&counts.to_string());
        }
        match result {
            Err(_) if is_stopped => {
                Err(Failure::new(Status::Interrupted, format!("interrupted: {resume}")))
            }
            Ok(()) if counts.has_failures() => Err(Failure::reported(Status::Other)),
            result => result,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn join(root: &RemotePath, path: &RemotePath) -> String {
    RemotePath::new(root.names().iter().chain(path.names())).to_string()
}
