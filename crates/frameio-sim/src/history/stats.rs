//! Statistics of requests.

use std::collections::BTreeMap;

use http::StatusCode;

/// Numbers of requests, including those that [`Sim::requests`](crate::Sim::requests) no longer records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Number of all requests.
    pub requests: u64,
    /// Number of requests by response status. Requests without a response are not counted.
    pub by_status: BTreeMap<u16, u64>,
    /// Number of requests by [operation](crate::RecordedRequest::operation). Requests to unknown routes
    /// are not counted.
    pub by_operation: BTreeMap<&'static str, u64>,
    /// Number of 429 responses, caused by a quota or a fault, by operation.
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
