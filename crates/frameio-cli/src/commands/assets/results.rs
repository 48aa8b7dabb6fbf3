//! Results of a command that changes several items.

use serde_json::{Value, json};

use crate::exit::{Failure, Status};
use crate::report::{Record, Reporter};

/// Prints the result of each item, and determines the exit status.
pub(in crate::commands) struct Results {
    reporter: Reporter,
    /// What is done to each item, such as "move".
    verb: &'static str,
    done: usize,
    failed: usize,
    /// Status that all failures share.
    status: Option<Status>,
    /// Failure to write results.
    output_failure: Option<Failure>,
}

impl Results {
    pub(in crate::commands) const fn new(verb: &'static str, is_json: bool) -> Self {
        let reporter = Reporter::new(is_json);
        Self { reporter, verb, done: 0, failed: 0, status: None, output_failure: None }
    }

    pub(in crate::commands) const fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    /// Prints the result of an item. If it cannot be written, the run fails at its end.
    pub(in crate::commands) fn done(&mut self, change: &impl Record) {
        self.done += 1;
        self.print(change);
    }

    fn print(&mut self, record: &impl Record) {
        if let Some(failure) = self.reporter.change(record) {
            self.output_failure.get_or_insert(failure);
        }
    }

    /// Ends the run before its first change if an item has failed, so that a mistyped place is noticed.
    pub(in crate::commands) fn refuse_incomplete(&self, note: &str) -> Result<(), Failure> {
        match self.status {
            None => Ok(()),
            Some(status) => {
                self.reporter.note(note);
                Err(Failure::reported(status))
            }
        }
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
        match self.reporter.is_json() {
            true => self.print(&Failed { place, status, message: &failure.message }),
            false => {
                let message = format!("cannot {} '{place}': {}", self.verb, failure.message);
                self.reporter.note(&message);
            }
        }
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
            (Ok(()), Some(status)) => {
                if let Some(failure) = self.output_failure {
                    self.reporter.note(&failure.message);
                }
                Err(Failure::reported(status))
            }
            (Ok(()), None) => self.output_failure.map_or(Ok(()), Err),
            (result, _) => result,
        }
    }
}

/// A failure as a line of JSON.
struct Failed<'a> {
    place: &'a str,
    status: Status,
    message: &'a str,
}

impl Record for Failed<'_> {
    fn lines(&self) -> Vec<String> {
        vec![format!("failed: {}: {}", self.place, self.message)]
    }

    fn json(&self) -> Value {
        let error = json!({"kind": self.status.name(), "message": self.message});
        json!({"outcome": "failed", "path": self.place, "error": error})
    }
}
