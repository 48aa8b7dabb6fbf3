//! Results of a command that changes several items.

use serde_json::json;

use super::Change;
use crate::exit::{Failure, Status};
use crate::report::Reporter;

/// Prints the result of each item, and determines the exit status.
pub(in crate::commands) struct Results {
    reporter: Reporter,
    /// What is done to each item, such as "move".
    verb: &'static str,
    done: usize,
    failed: usize,
    /// Status that all failures share.
    status: Option<Status>,
}

impl Results {
    pub(in crate::commands) const fn new(verb: &'static str, is_json: bool) -> Self {
        Self { reporter: Reporter::new(is_json), verb, done: 0, failed: 0, status: None }
    }

    pub(in crate::commands) const fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    /// Prints the result of an item.
    pub(in crate::commands) fn done(&mut self, change: &Change) -> Result<(), Failure> {
        self.done += 1;
        self.reporter.record(change)
    }

    /// Prints why an item failed. The other items are not affected, unless the user is signed out.
    pub(in crate::commands) fn failed(
        &mut self,
        place: &str,
        failure: Failure,
    ) -> Result<(), Failure> {
        if failure.status == Status::SignedOut {
            return Err(failure);
        }
        // `Usage` promises that nothing was sent.
        let status = match failure.status {
            Status::Usage => Status::Other,
            status => status,
        };
        self.failed += 1;
        self.status = Some(Status::common(self.status, status));
        if self.reporter.is_json() {
            let error = json!({"kind": status.name(), "message": failure.message});
            let line = json!({"outcome": "failed", "path": place, "error": error});
            return self.reporter.json_line(&line);
        }
        self.reporter.note(&format!("cannot {} '{place}': {}", self.verb, failure.message));
        Ok(())
    }

    /// Returns the result of the run.
    pub(in crate::commands) fn finish(self, result: Result<(), Failure>) -> Result<(), Failure> {
        match (result, self.status) {
            (Err(failure), _) if failure.status == Status::Interrupted => {
                let message = format!(
                    "interrupted: {} done, {} failed; the request in progress may have been carried \
                     out",
                    self.done, self.failed
                );
                Err(Failure::new(Status::Interrupted, message))
            }
            (Ok(()), Some(status)) => Err(Failure::reported(status)),
            (result, _) => result,
        }
    }
}
