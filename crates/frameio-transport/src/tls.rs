//! TLS with rustls.
//!
//! The crypto provider is set explicitly, because the process-wide default may be missing or belong
//! to another crate.

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use frameio_core::BoxError;
use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use rustls::crypto::CryptoProvider;
use tokio::net::TcpStream;
use tower::{Service, ServiceExt};

use super::Unsendable;
use super::proxy_connector::{BoxFuture, ProxyConnector};

/// Returns the crypto provider: ring if both features are enabled.
fn provider() -> CryptoProvider {
    #[cfg(feature = "rustls-ring")]
    return rustls::crypto::ring::default_provider();
    #[cfg(not(feature = "rustls-ring"))]
    return rustls::crypto::aws_lc_rs::default_provider();
}

/// Connects with TLS to `https://` URLs, and without to `http://` URLs.
///
/// TLS is set up for the first connection that needs it. Reading the root certificates takes
/// milliseconds, and without root certificates `http://` still works.
#[derive(Clone)]
pub(super) struct Secured {
    inner: ProxyConnector,
    tls: Arc<OnceLock<Result<HttpsConnector<ProxyConnector>, Box<str>>>>,
}

impl Secured {
    pub(super) fn new(inner: ProxyConnector) -> Self {
        Self { inner, tls: Arc::default() }
    }

    fn tls(&self) -> Result<HttpsConnector<ProxyConnector>, BoxError> {
        let connector = self.tls.get_or_init(|| connector(self.inner.clone()));
        connector.clone().map_err(|reason| {
            let message = format!(
                "cannot set up TLS: {reason}; install the CA certificates of the system, or \
                 enable the feature `webpki-roots`"
            );
            Unsendable(message.into()).into()
        })
    }
}

fn connector(inner: ProxyConnector) -> Result<HttpsConnector<ProxyConnector>, Box<str>> {
    let builder = HttpsConnectorBuilder::new();
    #[cfg(feature = "webpki-roots")]
    let builder = builder.with_provider_and_webpki_roots(provider());
    #[cfg(not(feature = "webpki-roots"))]
    let builder = builder.with_provider_and_platform_verifier(provider());
    let builder = builder.map_err(|error| error.to_string())?.https_or_http();
    #[cfg(feature = "http2")]
    let builder = builder.enable_all_versions();
    #[cfg(not(feature = "http2"))]
    let builder = builder.enable_http1();
    Ok(builder.wrap_connector(inner))
}

/// Replaces the error about a server that responds without TLS, which rustls words for programmers.
fn explained(error: BoxError) -> BoxError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&*error);
    while let Some(current) = cause {
        if let Some(rustls::Error::InvalidMessage(_)) = current.downcast_ref() {
            return "the server does not respond with TLS".into();
        }
        // An I/O error is not the source of the error that it contains.
        let contained = current.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match contained {
            Some(contained) => Some(contained),
            None => current.source(),
        };
    }
    error
}

impl Service<Uri> for Secured {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        if destination.scheme_str() == Some("https") {
            let connector = self.tls();
            return Box::pin(
                async move { connector?.oneshot(destination).await.map_err(explained) },
            );
        }
        let connecting = self.inner.call(destination);
        Box::pin(async move { Ok(MaybeHttpsStream::Http(connecting.await?)) })
    }
}
