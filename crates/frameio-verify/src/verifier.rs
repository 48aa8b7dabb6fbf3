//! The verifier, which collects responses and reports about them.

use std::collections::BTreeMap;
use std::future::Future;

use frameio_cassette::Cassette;
use frameio_client::Client;

use crate::crawl::{Crawl, CrawlOptions};
use crate::deviation::Deviation;
use crate::error::VerifyError;
use crate::judge::judge;
use crate::observed::Observed;
use crate::questions::{Finding, findings};
use crate::report::{Report, Skipped, Source};
use crate::write_checks::{Checks, WriteOutcome};

/// Collects responses and compares them with the contract.
#[derive(Debug, Default)]
pub struct Verifier {
    observed: Vec<Observed>,
    /// Findings of checks that write.
    written: Vec<Finding>,
    skipped: BTreeMap<String, String>,
    calls: u64,
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

    /// Creates files, a version stack and a comment in a temporary folder inside `folder`, and removes
    /// the folder. No bytes are uploaded, and nobody is notified.
    ///
    /// When `stop` completes, the checks end and the folder is removed. The caller must not drop the
    /// future before it is ready, or the folder remains.
    ///
    /// # Errors
    /// Fails if the client cannot sign requests. A refused request is a finding.
    pub async fn write_checks(
        &mut self,
        client: &Client,
        account: &str,
        folder: &str,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<WriteOutcome, VerifyError> {
        let mut checks = Checks::new(client, account);
        let result = checks.run(folder, stop).await;
        self.calls += checks.calls;
        self.observed.append(&mut checks.observed);
        let outcome = result?;
        self.written.extend(outcome.findings.iter().cloned());
        Ok(outcome)
    }
}
