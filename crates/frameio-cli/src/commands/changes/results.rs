//! Results of a command that changes several things.

use serde_json::{Value, json};

use crate::exit::{Failure, Status};
use crate::report::{Record, Reporter, counted};

/// Prints the result of each thing, and determines the exit status.
pub(in crate::commands) struct Results {
    reporter: Reporter,
    /// What is done to each thing, such as "move".
    verb: &'static str,
    /// Key of a thing in the JSON of its failure.
    key: &'static str,
    done: usize,
    failed: usize,
    /// Status that all failures and declined changes share.
    status: Option<Status>,
    /// Failure to write results.
    output_failure: Option<Failure>,
}

impl Results {
    /// Creates the results for items, which are named by their places.
    pub(in crate::commands) const fn new(verb: &'static str, reporter: Reporter) -> Self {
        Self::about("path", verb, reporter)
    }

    /// Creates the results for other things, which `key` names in JSON.
    pub(in crate::commands) const fn about(
        key: &'static str,
        verb: &'static str,
        reporter: Reporter,
    ) -> Self {
        Self { reporter, verb, key, done: 0, failed: 0, status: None, output_failure: None }
    }

    pub(in crate::commands) const fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    /// Returns the number of things that succeeded.
    pub(in crate::commands) const fn succeeded(&self) -> usize {
        self.done
    }

    /// Returns whether a thing failed.
    pub(in crate::commands) const fn has_failures(&self) -> bool {
        self.failed > 0
    }

    /// Returns the status that all failures share; `None` if nothing failed.
    pub(in crate::commands) const fn status(&self) -> Option<Status> {
        self.status
    }

    /// Prints the result of a thing. If it cannot be written, the run fails at its end.
    pub(in crate::commands) fn done(&mut self, change: &impl Record) {
        self.done += 1;
        self.print(change);
    }

    /// Prints a thing that is unchanged because the user did not confirm the change. The run fails at its end.
    pub(in crate::commands) fn declined(&mut self, change: &impl Record) {
        self.status = Some(Status::common(self.status, Status::Other));
        self.print(change);
    }

    fn print(&mut self, record: &impl Record) {
        if let Some(failure) = self.reporter.change(record) {
            self.output_failure.get_or_insert(failure);
        }
    }

    /// Prints why a thing failed. The others are not affected, unless the user is signed out.
    pub(in crate::commands) fn failed(
        &mut self,
        name: &str,
        failure: Failure,
    ) -> Result<(), Failure> {
        if failure.status == Status::SignedOut {
            return Err(failure);
        }
        let status = failure.status;
        self.failed += 1;
        self.status = Some(Status::common(self.status, status));
        match self.reporter.is_json() {
            true => self.print(&Failed { key: self.key, name, status, message: &failure.message }),
            false => {
                let message = format!("cannot {} '{name}': {}", self.verb, failure.message);
                self.reporter.note(&message);
            }
        }
        Ok(())
    }

    /// Ends a run of which some of the things were refused, before anything is changed.
    pub(in crate::commands) fn check(&mut self, refused: Refusals) -> Result<(), Failure> {
        let Refusals { given, refused } = refused;
        let status = refused.iter().fold(None, |all, it| Some(Status::common(all, it.1.status)));
        let Some(status) = status else { return Ok(()) };
        if self.reporter.is_json() {
            for (name, failure) in refused {
                self.failed(&name, failure)?;
            }
            return Err(Failure::reported(status));
        }
        if let [(name, failure)] = refused.as_slice() {
            let mut message = format!("cannot {} '{name}': {}", self.verb, failure.message);
            if given > 1 {
                message += "; nothing was changed";
            }
            return Err(Failure::new(status, message));
        }
        let count = refused.len();
        for (name, failure) in refused {
            self.failed(&name, failure)?;
        }
        let message = format!("nothing was changed: {count} of {given} were refused");
        Err(Failure::new(status, message))
    }

    /// Returns the result of the run.
    pub(in crate::commands) fn finish(self, result: Result<(), Failure>) -> Result<(), Failure> {
        // `Usage` promises that nothing was changed.
        let status = match self.status {
            Some(Status::Usage) if self.done > 0 => Some(Status::Other),
            status => status,
        };
        match (result, status) {
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
            (Ok(()), None) => match self.output_failure {
                None => Ok(()),
                Some(Failure { status, message }) => {
                    let done = counted(self.done, "change");
                    let message = format!("{message}; {done} made, but not all were printed");
                    Err(Failure::new(status, message))
                }
            },
            (result, _) => result,
        }
    }
}

/// Places, IDs or names that were refused before anything is changed.
pub(in crate::commands) struct Refusals {
    /// Number of those in the arguments.
    given: usize,
    refused: Vec<(String, Failure)>,
}

impl Refusals {
    pub(in crate::commands) const fn new(given: usize) -> Self {
        Self { given, refused: Vec::new() }
    }

    /// Keeps the failure of one, so that all are checked. Returns a failure that concerns the arguments or
    /// all of them.
    pub(in crate::commands) fn add(&mut self, name: &str, failure: Failure) -> Result<(), Failure> {
        match failure.status {
            Status::Usage | Status::SignedOut => Err(failure),
            _ => {
                self.refused.push((name.to_owned(), failure));
                Ok(())
            }
        }
    }
}

/// A failure as a line of JSON.
struct Failed<'a> {
    key: &'static str,
    name: &'a str,
    status: Status,
    message: &'a str,
}

impl Record for Failed<'_> {
    fn lines(&self) -> Vec<String> {
        vec![format!("failed: {}: {}", self.name, self.message)]
    }

    fn json(&self) -> Value {
        let error = json!({"kind": self.status.name(), "message": self.message});
        json!({"outcome": "failed", self.key: self.name, "error": error})
    }
}
