//! HTTP client for requests to the user's own server.

use std::time::Duration;

use frameio::layers::CollectLayer;
use frameio::transport::HyperTransport;
use frameio::{Body, Client};
use http::{Request, Response, Uri};
use tower_layer::Layer;

use crate::exit::{Failure, Status};

/// Maximum size of a response; a form has a few kilobytes.
const MAX_RESPONSE: usize = 1 << 20;

/// Sends signed requests without a token.
#[derive(Debug)]
pub(super) struct HttpClient {
    client: Client,
    timeout: Duration,
}

impl HttpClient {
    /// Creates a client with a time limit for each response.
    pub(super) fn new(timeout: Duration) -> Self {
        // Plain HTTP to other hosts is allowed: a container has no certificate, and deliveries contain
        // no secret.
        let transport = HyperTransport::builder().allow_http().build();
        let client = Client::from_service(CollectLayer::new(MAX_RESPONSE).layer(transport));
        Self { client, timeout }
    }

    /// Sends a request, and returns the response regardless of its status.
    pub(super) async fn send(&self, request: Request<Body>) -> Result<Response<Body>, Failure> {
        match tokio::time::timeout(self.timeout, self.client.request(request)).await {
            Ok(response) => Ok(response?.map(Body::from)),
            Err(_) => {
                let message = format!("no response within {} s", self.timeout.as_secs());
                Err(Failure::new(Status::NoResponse, message))
            }
        }
    }
}

/// Parses the URL of a server.
pub(super) fn url(text: &str) -> Result<Uri, String> {
    let expected = "expected a URL such as http://127.0.0.1:3000/webhooks";
    let uri: Uri = text.parse().map_err(|_| expected.to_owned())?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    if is_web { Ok(uri) } else { Err(expected.to_owned()) }
}
