//! The report, as text and as JSON.

use std::fmt;

use serde::Serialize;

use crate::deviation::Deviation;
use crate::questions::Finding;

/// Origin of the responses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    /// Calls of a client.
    #[default]
    Service,
    /// Recorded exchanges.
    Cassette,
}

/// Operation that was not called, or not permitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Skipped {
    /// Operation.
    pub operation: String,
    /// Reason.
    pub reason: String,
}

impl Skipped {
    pub(crate) fn new(operation: &str, reason: &str) -> Self {
        Self { operation: operation.to_owned(), reason: reason.to_owned() }
    }
}

/// Result of a verification, without personal data.
///
/// It contains names of operations and fields, types, counts, quotas and words of enums; no ids, names,
/// texts or URLs. It is printed as text and serialized as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Version of this crate.
    pub version: &'static str,
    source: Source,
    /// Number of operations with a response.
    pub operations: usize,
    /// Number of requests.
    pub calls: u64,
    /// Differences from the contract, ordered by operation.
    pub deviations: Vec<Deviation>,
    /// What the responses show about undocumented behaviour.
    pub findings: Vec<Finding>,
    /// Operations without a response to compare.
    pub skipped: Vec<Skipped>,
}

impl Report {
    pub(crate) const fn new(
        source: Source,
        operations: usize,
        calls: u64,
        deviations: Vec<Deviation>,
        findings: Vec<Finding>,
        skipped: Vec<Skipped>,
    ) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        Self { version, source, operations, calls, deviations, findings, skipped }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match self.source {
            Source::Service => "calls of a client",
            Source::Cassette => "a cassette",
        };
        writeln!(
            f,
            "frameio {}: {} requests, {} operations, from {source}",
            self.version, self.calls, self.operations
        )?;
        writeln!(f, "\nDeviations from the contract: {}", self.deviations.len())?;
        self.deviations.iter().try_for_each(|deviation| writeln!(f, "  {deviation}"))?;
        writeln!(f, "\nUndocumented behaviour:")?;
        self.findings.iter().try_for_each(|finding| writeln!(f, "  {finding}"))?;
        writeln!(f, "\nOperations without a response to compare: {}", self.skipped.len())?;
        self.skipped.iter().try_for_each(|it| writeln!(f, "  {}: {}", it.operation, it.reason))
    }
}
