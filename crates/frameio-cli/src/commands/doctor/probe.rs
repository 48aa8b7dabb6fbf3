//! Requests of the checks, each with a time limit and without retries.

use std::error::Error as StdError;
use std::time::Duration;

use frameio::layers::CollectLayer;
use frameio::transport::HyperTransport;
use frameio::{Body, Client, Endpoint, encode};
use http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower_layer::Layer;

use super::finding::Finding;
use crate::exit::{Failure, Status};

/// Maximum size of a response.
const MAX_RESPONSE: usize = 1 << 20;

/// Response with any status.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    /// Method and path of the request.
    request: String,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// Returns the JSON of the body; null if it is not JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Returns the items of a list, or the only item.
    pub(super) fn data(&self) -> Vec<Value> {
        match self.json()["data"].take() {
            Value::Array(items) => items,
            Value::Null => Vec::new(),
            item => vec![item],
        }
    }

    /// Returns the reasons that the service gives for an error.
    pub(super) fn detail(&self) -> Option<String> {
        let json = self.json();
        let details = json["errors"].as_array()?.iter().filter_map(|it| it["detail"].as_str());
        let details = details.collect::<Vec<_>>().join("; ");
        (!details.is_empty()).then_some(details)
    }

    /// Returns what was requested, and the response to it.
    pub(super) fn fact(&self) -> String {
        format!("{} returned {}", self.request, self.summary())
    }

    /// Returns the status, and the reasons of an error.
    pub(super) fn summary(&self) -> String {
        match self.detail() {
            Some(detail) => format!("{}: {detail}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        }
    }
}

/// Client of the checks for requests without a token, which spend no quota of a user.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    client: Client,
    limit: Duration,
}

impl Probe {
    pub(super) fn new(limit: Duration) -> Self {
        let transport = HyperTransport::builder().connect_timeout(limit).build();
        let client = Client::from_service(CollectLayer::new(MAX_RESPONSE).layer(transport));
        Self { client, limit }
    }

    /// Sends a GET request to a URL.
    pub(super) async fn get(&self, url: &str) -> Result<Reply, Failure> {
        self.send(Request::get(url).body(Body::empty())).await
    }

    /// Sends a request.
    pub(super) async fn send(
        &self,
        request: Result<Request<Body>, http::Error>,
    ) -> Result<Reply, Failure> {
        let request = request.map_err(|error| Failure::usage(format!("invalid URL: {error}")))?;
        let sent = tokio::time::timeout(self.limit, received(&self.client, request)).await;
        sent.unwrap_or_else(|_| Err(late(self.limit)))
    }
}

/// Client of the checks for calls of the API. They have the token, the quotas and the time limits of the
/// client of the run.
#[derive(Clone, Debug)]
pub(super) struct ApiProbe(Client);

impl ApiProbe {
    pub(super) const fn new(client: Client) -> Self {
        Self(client)
    }

    /// Calls an operation, and returns the response with any status.
    pub(super) async fn call(&self, endpoint: impl Endpoint) -> Result<Reply, Failure> {
        let request = encode(&endpoint).map_err(|error| Failure::usage(error.to_string()))?;
        received(&self.0, request).await
    }
}

async fn received(client: &Client, request: Request<Body>) -> Result<Reply, Failure> {
    let line = format!("{} {}", request.method(), request.uri().path());
    let response = client.request(request).await.map_err(with_cause)?;
    let (parts, body) = response.into_parts();
    let (status, headers) = (parts.status, parts.headers);
    Ok(Reply { request: line, status, headers, body: body.to_vec() })
}

/// Reports a call without a response, or one that was not sent because its quota is exhausted.
pub(super) fn unanswered(check: &'static str, failure: Failure) -> Finding {
    let finding = match failure.status {
        Status::RateLimited => Finding::problem(check, failure.status, "quota")
            .infer("the programs of this user spend the quota of the operation")
            .advise("wait a minute, or pass a longer '--timeout'"),
        status => Finding::problem(check, status, "no_response"),
    };
    finding.read(failure.message)
}

/// Converts an error to a failure whose message has its first cause, such as the reason of TLS. The errors between
/// them only name the layers of the client.
fn with_cause(error: frameio::Error) -> Failure {
    let mut cause: Option<&(dyn StdError + 'static)> = None;
    while let Some(source) = cause.map_or_else(|| error.source(), StdError::source) {
        cause = Some(source);
    }
    // Worded as the message of a failure.
    let cause = cause.map(|cause| Failure::new(Status::NoResponse, cause.to_string()).message);
    let mut failure = Failure::from(error);
    if let Some(cause) = cause.filter(|cause| !failure.message.contains(cause)) {
        failure.message += &format!(": {cause}");
    }
    failure
}

/// Returns the failure of a request that takes too long.
pub(super) fn late(limit: Duration) -> Failure {
    let message = format!("no response within {} s", limit.as_secs_f64());
    Failure::new(Status::NoResponse, message)
}
