//! TLS by rustls, with the provider named: the process-wide default may be missing or another's.

use std::sync::Arc;
use std::task::{Context, Poll};

use frameio_core::BoxError;
use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use rustls::crypto::CryptoProvider;
use tokio::net::TcpStream;
use tower::Service;

use super::connect::{BoxFuture, ProxyConnector};

/// Where both are enabled, as by `--all-features`, ring is used.
fn provider() -> CryptoProvider {
    #[cfg(feature = "rustls-ring")]
    return rustls::crypto::ring::default_provider();
    #[cfg(not(feature = "rustls-ring"))]
    return rustls::crypto::aws_lc_rs::default_provider();
}

/// TLS over a connection for `https://`, the bare connection for `http://`.
///
/// A machine without any roots can still reach a server of its own, so their absence is told
/// only to who connects by `https://`.
#[derive(Clone)]
pub(super) enum Secured {
    Tls(HttpsConnector<ProxyConnector>),
    NoRoots { inner: ProxyConnector, reason: Arc<str> },
}

impl Secured {
    pub(super) fn new(inner: ProxyConnector) -> Self {
        let builder = HttpsConnectorBuilder::new();
        #[cfg(feature = "webpki-roots")]
        let builder = builder.with_provider_and_webpki_roots(provider());
        #[cfg(not(feature = "webpki-roots"))]
        let builder = builder.with_provider_and_platform_verifier(provider());
        let builder = match builder {
            Ok(builder) => builder.https_or_http(),
            Err(error) => return Self::NoRoots { inner, reason: error.to_string().into() },
        };
        #[cfg(feature = "http2")]
        let builder = builder.enable_all_versions();
        #[cfg(not(feature = "http2"))]
        let builder = builder.enable_http1();
        Self::Tls(builder.wrap_connector(inner))
    }
}

impl Service<Uri> for Secured {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::Tls(connector) => connector.poll_ready(cx),
            Self::NoRoots { inner, .. } => inner.poll_ready(cx),
        }
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        match self {
            Self::Tls(connector) => connector.call(destination),
            Self::NoRoots { reason, .. } if destination.scheme_str() == Some("https") => {
                let message = format!(
                    "TLS cannot be set up: {reason}: install the system's CA certificates, or \
                     enable the feature `webpki-roots`"
                );
                Box::pin(async move { Err(message.into()) })
            }
            Self::NoRoots { inner, .. } => {
                let connecting = inner.call(destination);
                Box::pin(async move { Ok(MaybeHttpsStream::Http(connecting.await?)) })
            }
        }
    }
}
