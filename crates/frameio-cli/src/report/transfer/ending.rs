//! The end of a run: its summary, its result, and the report of all files.

use serde_json::{Value, json};

use super::TransferReport;
use crate::exit::{Failure, Status};
use crate::report::meter::Meter;

impl TransferReport {
    /// Prints the summary and returns the result of the run. `resume` is the hint that is printed
    /// after an interruption.
    pub(crate) fn finish(&self, result: Result<(), Failure>, resume: &str) -> Result<(), Failure> {
        let is_stopped = matches!(&result, Err(failure) if failure.status == Status::Interrupted);
        self.end(&result, is_stopped);
        let (counts, mut summary) = {
            let mut state = self.state();
            let mut summary = state.counts.json();
            summary["interrupted"] = is_stopped.into();
            match std::mem::take(&mut state.hash_lists) {
                lists if lists.is_empty() => {}
                lists => summary["hash_lists"] = lists.into(),
            }
            (state.counts, summary)
        };
        let has_summary = result.is_ok() || is_stopped;
        if self.reporter.is_json() && has_summary {
            self.json(&json!({ "summary": summary }));
        } else if !self.is_quiet && has_summary {
            self.reporter.status(&counts.to_string());
            for hint in counts.hints(self.directory.is_none()) {
                self.reporter.note(&hint);
            }
        }
        if let Err(failure) = &result
            && !is_stopped
        {
            summary["error"] = failure.message.clone().into();
        }
        self.save_rows(&result, &summary);
        let result = match (result, counts.failure(self.directory.is_none())) {
            (Err(_), _) if is_stopped => {
                Err(Failure::new(Status::Interrupted, format!("interrupted: {resume}")))
            }
            (Ok(()), Some(status)) => Err(Failure::reported(status)),
            (result, _) => result,
        };
        let output_failure = self.state().output_failure.take();
        match (result, output_failure) {
            (Ok(()), Some(output_failure)) => Err(output_failure),
            (Err(failure), Some(output_failure)) => {
                self.reporter.note(&output_failure.message);
                Err(failure)
            }
            (result, None) => result,
        }
    }

    /// Ends the progress, and adds the files that the run has left to the counts and the report.
    fn end(&self, result: &Result<(), Failure>, is_stopped: bool) {
        let mut state = self.state();
        state.is_ended = true;
        if state.is_asking {
            // The run was interrupted at the question.
            self.reporter.status("");
        }
        if let Some(bars) = state.bars.take() {
            bars.clear();
        }
        let files = std::mem::take(&mut state.files);
        if is_stopped {
            files.values().for_each(|file| state.counts.add_incomplete(file.kept()));
        }
        if let (Err(failure), Some(file)) = (result, &mut state.file) {
            let reason = match is_stopped {
                true => "the run was interrupted",
                false => &failure.message,
            };
            file.stop(|path| files.get(path).map(Meter::moved), reason);
        }
    }

    /// Saves the report of all files. A run that was refused leaves the report of an earlier one.
    fn save_rows(&self, result: &Result<(), Failure>, summary: &Value) {
        let mut state = self.state();
        let Some(file) = state.file.take() else { return };
        if matches!(result, Err(failure) if failure.status == Status::Usage) {
            return;
        }
        if let Err(failure) = file.finish(summary) {
            state.output_failure.get_or_insert(failure);
        }
    }
}
