//! Requests to one's own server.

use std::time::Duration;

use frameio::layers::CollectLayer;
use frameio::transport::HyperTransport;
use frameio::{Body, Client};
use http::{Request, Response, Uri};
use tower_layer::Layer;

use crate::exit::{Failure, Status};

/// The longest answer that is read; a form has a few kilobytes.
const LONGEST_ANSWER: usize = 1 << 20;

/// Sends what is signed, and nothing else of ours: there is no token in it.
#[derive(Debug)]
pub(super) struct Outward {
    client: Client,
    limit: Duration,
}

impl Outward {
    /// Each answer may take as long as `limit`.
    pub(super) fn new(limit: Duration) -> Self {
        // What is sent is no secret, and a container next door has no certificate.
        let transport = HyperTransport::builder().allow_http().build();
        let client = Client::from_service(CollectLayer::new(LONGEST_ANSWER).layer(transport));
        Self { client, limit }
    }

    /// The answer, whatever its status.
    pub(super) async fn send(&self, request: Request<Body>) -> Result<Response<Body>, Failure> {
        match tokio::time::timeout(self.limit, self.client.request(request)).await {
            Ok(answer) => Ok(answer?.map(Body::from)),
            Err(_) => {
                let message = format!("no answer within {} s", self.limit.as_secs());
                Err(Failure::new(Status::NoAnswer, message))
            }
        }
    }
}

/// A URL to send to.
pub(super) fn url(text: &str) -> Result<Uri, String> {
    let needed = "a URL is needed, such as http://127.0.0.1:3000/webhooks";
    let uri: Uri = text.parse().map_err(|_| needed.to_owned())?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    if is_web { Ok(uri) } else { Err(needed.to_owned()) }
}
