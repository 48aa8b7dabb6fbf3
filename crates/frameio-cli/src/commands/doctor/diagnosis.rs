//! All findings of a run, in text and JSON.

use serde_json::{Value, json};

use super::finding::{Finding, Outcome};
use super::personal::Personal;
use crate::exit::Status;
use crate::report::{Record, Tone, output_columns};

/// Findings in the order of the checks.
#[derive(Debug)]
pub(super) struct Diagnosis {
    personal: Personal,
    findings: Vec<Finding>,
}

impl Diagnosis {
    /// Creates an empty diagnosis.
    pub(super) const fn new(personal: Personal) -> Self {
        Self { personal, findings: Vec::new() }
    }

    /// Adds findings, in which personal data is masked.
    pub(super) fn add(&mut self, findings: impl IntoIterator<Item = Finding>) {
        let personal = self.personal;
        self.findings.extend(findings.into_iter().map(|it| it.masked(|text| personal.text(text))));
    }

    /// Returns the status of the first problem, because later ones often follow from it.
    pub(super) fn status(&self) -> Option<Status> {
        self.findings.iter().find_map(|finding| match finding.outcome {
            Outcome::Problem(status) => Some(status),
            _ => None,
        })
    }

    fn summary(&self) -> String {
        let problems =
            self.findings.iter().filter(|it| matches!(it.outcome, Outcome::Problem(_))).count();
        match problems {
            0 => "no problem found".to_owned(),
            1 => "1 problem found".to_owned(),
            several => format!("{several} problems found"),
        }
    }
}

impl Record for Diagnosis {
    fn lines(&self) -> Vec<String> {
        let columns = output_columns();
        let mut lines: Vec<_> = self.findings.iter().flat_map(|it| it.lines(columns)).collect();
        lines.push(self.summary());
        lines
    }

    fn tone(&self, line: &str) -> Tone {
        Outcome::tone_of(line.split(' ').next().unwrap_or_default())
    }

    fn json(&self) -> Value {
        let status = self.status();
        json!({
            "ok": status.is_none(),
            "status": status.map(Status::name),
            "findings": self.findings.iter().map(Finding::json).collect::<Vec<_>>(),
        })
    }
}
