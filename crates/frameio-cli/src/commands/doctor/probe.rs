//! Requests of the checks, each with a time limit and without retries.

use std::error::Error as StdError;
use std::time::Duration;

use frameio::layers::CollectLayer;
use frameio::transport::HyperTransport;
use frameio::{Body, Client};
use http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower_layer::Layer;

use crate::exit::{Failure, Status};

/// Maximum size of a response.
const MAX_RESPONSE: usize = 1 << 20;

/// Response with any status.
#[derive(Clone, Debug)]
pub(super) struct Reply {
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

    /// Returns the status, and the reasons of an error.
    pub(super) fn summary(&self) -> String {
        match self.detail() {
            Some(detail) => format!("{}: {detail}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        }
    }
}

/// Client of the checks.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    client: Client,
    limit: Duration,
}

impl Probe {
    /// Creates a probe that sends requests without a token.
    pub(super) fn anonymous(limit: Duration) -> Self {
        let transport = HyperTransport::builder().connect_timeout(limit).build();
        let client = Client::from_service(CollectLayer::new(MAX_RESPONSE).layer(transport));
        Self { client, limit }
    }

    /// Creates a probe that sends requests with the token of a client.
    pub(super) const fn signed(client: Client, limit: Duration) -> Self {
        Self { client, limit }
    }

    /// Sends a GET request to a URL, or to a path of the API.
    pub(super) async fn get(&self, url: &str) -> Result<Reply, Failure> {
        self.send(Request::get(url).body(Body::empty())).await
    }

    /// Sends a request.
    pub(super) async fn send(
        &self,
        request: Result<Request<Body>, http::Error>,
    ) -> Result<Reply, Failure> {
        let request = request.map_err(|error| Failure::usage(format!("invalid URL: {error}")))?;
        let sent = tokio::time::timeout(self.limit, self.client.request(request)).await;
        match sent {
            Ok(Ok(response)) => {
                let (parts, body) = response.into_parts();
                Ok(Reply { status: parts.status, headers: parts.headers, body: body.to_vec() })
            }
            Ok(Err(error)) => Err(with_sources(error)),
            Err(_) => Err(late(self.limit)),
        }
    }
}

/// Converts an error to a failure whose message has all sources: that of TLS is the last one.
fn with_sources(error: frameio::Error) -> Failure {
    let mut texts: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(error) = source {
        texts.push(error.to_string());
        source = error.source();
    }
    let mut failure = Failure::from(error);
    for text in texts {
        if !failure.message.contains(&text) {
            failure.message += &format!(": {text}");
        }
    }
    failure
}

/// Returns the failure of a request that takes too long.
pub(super) fn late(limit: Duration) -> Failure {
    let message = format!("no response within {} s", limit.as_secs_f64());
    Failure::new(Status::NoResponse, message)
}
