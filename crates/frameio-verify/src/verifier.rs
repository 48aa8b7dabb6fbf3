//! The verifier, which collects responses and reports about them.

use std::collections::BTreeMap;
use std::fmt;

use frameio_cassette::Cassette;
use frameio_client::{Client, Error};

use crate::crawl::{Crawl, CrawlOptions};
use crate::deviation::Deviation;
use crate::judge::judge;
use crate::observed::Observed;
use crate::questions::{Finding, findings};
use crate::report::{Report, Skipped, Source};
use crate::write_checks::WriteOutcome;

/// Collects responses and compares them with the contract.
#[derive(Debug, Default)]
pub struct Verifier {
    pub(crate) observed: Vec<Observed>,
    /// Findings of checks that write.
    pub(crate) written: Vec<Finding>,
    skipped: BTreeMap<String, String>,
    pub(crate) calls: u64,
    source: Source,
}

impl Verifier {
    /// Creates a verifier without responses.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls each `GET` that the account allows, within its quotas. Nothing is changed.
    ///
    /// `client` should have the defaults of `Client::builder`: its quotas and retries apply.
    ///
    /// # Errors
    /// Fails if the user is not signed in or has no account, or if several calls in a row get no
    /// response. The responses until then are kept.
    pub async fn crawl(
        &mut self,
        client: &Client,
        options: &CrawlOptions,
    ) -> Result<(), VerifyError> {
        self.source = Source::Service;
        let mut crawl = Crawl::new(client, options);
        let result = crawl.run().await;
        self.calls += u64::try_from(crawl.calls).unwrap_or(u64::MAX);
        self.observed.append(&mut crawl.observed);
        for (operation, reason) in crawl.skipped {
            self.skipped.insert(operation.to_owned(), reason);
        }
        result
    }

    /// Takes the responses of a cassette.
    ///
    /// Texts are replaced in a cassette, so that their formats and lengths are not compared.
    pub fn cassette(&mut self, cassette: &Cassette) {
        self.source = Source::Cassette;
        self.calls += u64::try_from(cassette.exchanges().len()).unwrap_or(u64::MAX);
        self.observed.extend(cassette.exchanges().iter().filter_map(Observed::recorded));
    }

    /// Returns the report about all responses until now.
    pub fn report(&self) -> Report {
        let mut deviations: Vec<Deviation> = Vec::new();
        let mut operations: Vec<&str> = Vec::new();
        for observed in &self.observed {
            let operation = observed.operation.id;
            if !operations.contains(&operation) {
                operations.push(operation);
            }
            let (differences, understood) = judge(observed);
            for it in differences {
                let known = deviations.iter_mut().find(|known| {
                    (known.operation.as_str(), known.kind, &known.path)
                        == (operation, it.kind, &it.path)
                        && (&known.expected, &known.found) == (&it.expected, &it.found)
                });
                match known {
                    Some(known) => known.count += 1,
                    None => deviations.push(Deviation {
                        operation: operation.to_owned(),
                        kind: it.kind,
                        path: it.path,
                        expected: it.expected,
                        found: it.found,
                        understood: understood.clone(),
                        count: 1,
                    }),
                }
            }
        }
        deviations.sort_by(|a, b| {
            (&a.operation, a.kind, &a.path, &a.found).cmp(&(
                &b.operation,
                b.kind,
                &b.path,
                &b.found,
            ))
        });
        let skipped = self.skipped.iter();
        let skipped = skipped.map(|(operation, reason)| Skipped::new(operation, reason)).collect();
        let mut all = findings(&self.observed);
        all.extend(self.written.iter().cloned());
        Report::new(self.source, operations.len(), self.calls, deviations, all, skipped)
    }

    /// Adds the results of checks that write.
    pub(crate) fn add_written(&mut self, outcome: &WriteOutcome) {
        self.written.extend(outcome.findings.iter().cloned());
    }
}

/// Error that ends a verification.
#[derive(Debug)]
pub struct VerifyError(Cause);

#[derive(Debug)]
pub(crate) enum Cause {
    SignedOut,
    NoAccount,
    NoResponse,
    Client(Error),
}

impl From<Cause> for VerifyError {
    fn from(cause: Cause) -> Self {
        Self(cause)
    }
}

impl VerifyError {
    /// Returns the error of the client, if one ended the verification.
    pub const fn client_error(&self) -> Option<&Error> {
        match &self.0 {
            Cause::Client(error) => Some(error),
            Cause::SignedOut | Cause::NoAccount | Cause::NoResponse => None,
        }
    }

    /// Returns whether the service refused the token.
    pub const fn is_signed_out(&self) -> bool {
        matches!(self.0, Cause::SignedOut)
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::SignedOut => f.write_str("the service refused the token (401)"),
            Cause::NoAccount => f.write_str("the user has no account"),
            Cause::NoResponse => f.write_str("several calls in a row got no response"),
            Cause::Client(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for VerifyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.client_error().map(|error| error as _)
    }
}
