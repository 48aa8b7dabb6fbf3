//! All findings of a run, in text and JSON.

use serde_json::{Value, json};

use super::finding::{Finding, Outcome};
use crate::exit::Status;
use crate::report::Record;

/// Findings in the order of the checks.
#[derive(Debug, Default)]
pub(super) struct Diagnosis(Vec<Finding>);

impl Diagnosis {
    pub(super) fn add(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.0.extend(findings);
    }

    /// Returns the status of the first problem, because later ones often follow from it.
    pub(super) fn status(&self) -> Option<Status> {
        self.0.iter().find_map(|finding| match finding.outcome {
            Outcome::Problem(status) => Some(status),
            _ => None,
        })
    }

    fn summary(&self) -> String {
        let problems = self.0.iter().filter(|it| matches!(it.outcome, Outcome::Problem(_))).count();
        match problems {
            0 => "no problem found".to_owned(),
            1 => "1 problem found".to_owned(),
            several => format!("{several} problems found"),
        }
    }
}

impl Record for Diagnosis {
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.0.iter().flat_map(Finding::lines).collect();
        lines.push(self.summary());
        lines
    }

    fn json(&self) -> Value {
        let status = self.status();
        json!({
            "ok": status.is_none(),
            "status": status.map(Status::name),
            "findings": self.0.iter().map(Finding::json).collect::<Vec<_>>(),
        })
    }
}
