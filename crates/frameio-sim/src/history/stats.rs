//! Numbers of requests.

use std::collections::BTreeMap;

use http::StatusCode;

/// Numbers of requests, of which [`Sim::requests`](crate::Sim::requests) keeps only the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// All of them.
    pub requests: u64,
    /// By the status of the response; requests whose connection was reset before it are left out.
    pub by_status: BTreeMap<u16, u64>,
    /// By the operation, as [`RecordedRequest`](crate::RecordedRequest) names it; those of
    /// unknown routes are left out.
    pub by_operation: BTreeMap<&'static str, u64>,
    /// Those answered 429, for the quota or by a fault, by the operation.
    pub rate_limited: BTreeMap<&'static str, u64>,
}

impl Stats {
    pub(crate) fn count(&mut self, operation: Option<&'static str>, status: Option<StatusCode>) {
        self.requests += 1;
        if let Some(status) = status {
            *self.by_status.entry(status.as_u16()).or_default() += 1;
        }
        if let Some(operation) = operation {
            *self.by_operation.entry(operation).or_default() += 1;
            if status == Some(StatusCode::TOO_MANY_REQUESTS) {
                *self.rate_limited.entry(operation).or_default() += 1;
            }
        }
    }
}
