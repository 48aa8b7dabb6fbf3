//! Findings of the checks.

use serde_json::{Value, json};

use crate::exit::Status;
use crate::report::{Tone, broken};

/// Column of the texts.
const INDENTATION: usize = 22;

/// Width of a terminal below which lines are not aligned.
const NARROW: usize = 60;

/// Result of one check: what it read, what follows from it, and what to do.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) check: &'static str,
    pub(super) outcome: Outcome,
    /// Name of the cause of a problem, for programs.
    pub(super) cause: Option<&'static str>,
    /// Facts that were read.
    read: Vec<String>,
    /// Conclusion from the facts.
    inferred: Option<String>,
    advice: Option<String>,
}

/// Severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Ok,
    /// Worth knowing, but not a failure.
    Note,
    /// The check was not possible.
    Skipped,
    /// Makes the run fail with this status.
    Problem(Status),
}

impl Outcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Skipped => "skipped",
            Self::Problem(_) => "problem",
        }
    }

    /// Returns the tone of the outcome with this name.
    pub(super) fn tone_of(name: &str) -> Tone {
        match name {
            "ok" => Tone::Good,
            "note" => Tone::Attention,
            "skipped" => Tone::Dim,
            "problem" => Tone::Bad,
            _ => Tone::Plain,
        }
    }
}

impl Finding {
    const fn new(check: &'static str, outcome: Outcome) -> Self {
        Self { check, outcome, cause: None, read: Vec::new(), inferred: None, advice: None }
    }

    /// Creates the finding of a check that found nothing wrong.
    pub(super) const fn ok(check: &'static str) -> Self {
        Self::new(check, Outcome::Ok)
    }

    /// Creates a finding that does not make the run fail.
    pub(super) const fn note(check: &'static str) -> Self {
        Self::new(check, Outcome::Note)
    }

    /// Creates the finding of a check that was not possible.
    pub(super) fn skipped(check: &'static str, why: impl Into<String>) -> Self {
        Self::new(check, Outcome::Skipped).read(why)
    }

    /// Creates the finding of a problem with a named cause.
    pub(super) fn problem(check: &'static str, status: Status, cause: &'static str) -> Self {
        Self { cause: Some(cause), ..Self::new(check, Outcome::Problem(status)) }
    }

    /// Adds a fact that was read.
    pub(super) fn read(mut self, fact: impl Into<String>) -> Self {
        self.read.push(fact.into());
        self
    }

    /// Sets the conclusion.
    pub(super) fn infer(mut self, conclusion: impl Into<String>) -> Self {
        self.inferred = Some(conclusion.into());
        self
    }

    /// Sets what to do.
    pub(super) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Changes all texts.
    pub(super) fn masked(mut self, mask: impl Fn(&str) -> String) -> Self {
        let texts = self.read.iter_mut().chain(&mut self.inferred).chain(&mut self.advice);
        texts.for_each(|text| *text = mask(text));
        self
    }

    /// Returns the lines of text, which fit the terminal.
    pub(super) fn lines(&self, columns: Option<usize>) -> Vec<String> {
        let mut read = self.read.iter().map(String::as_str);
        let first = read.next().or(self.inferred.as_deref()).unwrap_or_default();
        let head = format!("{:<8} {:<12} ", self.outcome.name(), self.check);
        let indent = match columns {
            Some(columns) if columns < NARROW => "    ".to_owned(),
            _ => " ".repeat(INDENTATION),
        };
        let fit = |text: &str, start: &str| match columns {
            Some(columns) => broken(&format!("{start}{text}"), columns, &indent),
            None => vec![format!("{start}{text}").trim_end().to_owned()],
        };
        let mut lines = fit(first, &head);
        lines.extend(read.flat_map(|fact| fit(fact, &indent)));
        if let Some(inferred) = self.inferred.as_ref().filter(|_| !self.read.is_empty()) {
            let label = if self.cause.is_some() { "cause" } else { "means" };
            lines.extend(fit(&format!("{label}: {inferred}"), &indent));
        }
        if let Some(advice) = &self.advice {
            lines.extend(fit(&format!("to do: {advice}"), &indent));
        }
        lines
    }

    /// Returns the JSON value.
    pub(super) fn json(&self) -> Value {
        let status = match self.outcome {
            Outcome::Problem(status) => Some(status.name()),
            _ => None,
        };
        json!({
            "check": self.check,
            "outcome": self.outcome.name(),
            "status": status,
            "cause": self.cause,
            "read": self.read,
            "inferred": self.inferred,
            "advice": self.advice,
        })
    }
}
