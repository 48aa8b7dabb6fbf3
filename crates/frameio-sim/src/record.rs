//! What was asked of the simulator.

use std::collections::VecDeque;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

/// How many requests are remembered.
const MANY: usize = 10_000;

/// One request as it came, and the status of its answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The id of the operation, [`Sim::UPLOAD_PART`](crate::Sim::UPLOAD_PART),
    /// [`Sim::DOWNLOAD`](crate::Sim::DOWNLOAD), or nothing for an unknown route.
    pub operation: Option<&'static str>,
    /// The method.
    pub method: Method,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query, still percent-encoded.
    pub query: Option<String>,
    /// The headers without `authorization`.
    pub headers: HeaderMap,
    /// The body of a request to the API; those of parts are not kept.
    pub body: Bytes,
    /// The status of the answer.
    pub status: StatusCode,
}

#[derive(Debug, Default)]
pub(crate) struct Records(VecDeque<RecordedRequest>);

impl Records {
    pub(crate) fn push(
        &mut self,
        operation: Option<&'static str>,
        parts: Parts,
        body: Bytes,
        status: StatusCode,
    ) {
        let mut headers = parts.headers;
        headers.remove(AUTHORIZATION);
        if self.0.len() == MANY {
            self.0.pop_front();
        }
        self.0.push_back(RecordedRequest {
            operation,
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers,
            body,
            status,
        });
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.0.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
