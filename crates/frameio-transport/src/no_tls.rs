//! Replacement of the TLS connector in builds without a TLS feature.

use std::task::{Context, Poll};

use frameio_core::BoxError;
use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;

use super::Unsendable;
use super::proxy_connector::{BoxFuture, ProxyConnector};

/// Connects to `http://` URLs and refuses `https://` URLs.
#[derive(Clone)]
pub(super) struct Secured(ProxyConnector);

impl Secured {
    pub(super) fn new(inner: ProxyConnector) -> Self {
        Self(inner)
    }
}

impl Service<Uri> for Secured {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        if destination.scheme_str() == Some("https") {
            let message = "this build has no TLS; enable the feature `rustls-ring` or \
                           `rustls-aws-lc-rs` of `frameio`";
            return Box::pin(async move { Err(Unsendable(message.into()).into()) });
        }
        self.0.call(destination)
    }
}
