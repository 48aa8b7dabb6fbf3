//! HTTP transport of the `frameio` SDK: a pooled hyper client with TLS and proxies.
//!
//! `frameio::Client` uses a [`HyperTransport`] by default. Depend on this crate directly to send
//! requests without a client, such as the parts of an upload to signed URLs, or to put the transport
//! under a custom stack of layers.
//!
//! ```no_run
//! use frameio_core::Body;
//! use frameio_transport::HyperTransport;
//! use tower::ServiceExt;
//!
//! # async fn run() -> Result<(), frameio_core::BoxError> {
//! let transport = HyperTransport::builder().build();
//! let request = http::Request::get("https://api.frame.io/v4/me").body(Body::empty())?;
//! println!("{}", transport.oneshot(request).await?.status());
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! None is enabled by default. Without a TLS feature, `https://` connections fail.
//!
//! | feature | adds |
//! |---|---|
//! | `rustls-ring` | TLS with rustls and ring |
//! | `rustls-aws-lc-rs` | TLS with rustls and aws-lc-rs |
//! | `webpki-roots` | Mozilla's root certificates instead of those of the platform |
//! | `http2` | HTTP/2, if the server supports it |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod classify;
mod connect;
#[cfg(all(test, feature = "http2"))]
mod http2_tests;
mod proxy;
mod proxy_connector;
#[cfg_attr(not(any(feature = "rustls-ring", feature = "rustls-aws-lc-rs")), path = "no_tls.rs")]
mod tls;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use frameio_core::{Body, BoxError, is_secure};
use frameio_tower::error::{TransportError, TransportStage};
use http::{Request, Response, Uri, Version};
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower::Service;

use self::classify::classify;
use self::connect::Connector;
pub use self::proxy::Proxy;

/// Maximum idle timeout: a year.
const MAX_POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 3600);

/// A pooled hyper client for HTTP/1.1 and HTTP/2 with rustls.
///
/// It is a tower service of [`http::Request<Body>`](Body) and can be used without a
/// `frameio::Client`. Uploads send their parts through a bare transport, so that they do not carry
/// the token of the API.
///
/// | setting | default |
/// |---|---|
/// | connect timeout (name resolution, TCP, proxy and TLS) | 10 s |
/// | idle timeout of pooled connections | 50 s, shorter than the timeout of the service |
/// | proxy | from the environment, see [`Proxy::from_env`] |
/// | `http://` | only to loopback hosts |
///
/// ```
/// use frameio::transport::HyperTransport;
///
/// let transport = HyperTransport::builder().build();
/// ```
#[derive(Clone, Debug)]
pub struct HyperTransport {
    /// Shared, because layers clone their inner service for each call and a hyper client is large.
    client: Arc<legacy::Client<Connector, Body>>,
}

impl HyperTransport {
    /// Returns a builder with the default settings.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder {
            connect_timeout: Duration::from_secs(10),
            pool_idle_timeout: Duration::from_secs(50),
            proxy: None,
            allow_http: false,
        }
    }
}

/// Builder of a [`HyperTransport`].
#[derive(Clone, Debug)]
#[must_use]
pub struct HyperTransportBuilder {
    connect_timeout: Duration,
    pool_idle_timeout: Duration,
    proxy: Option<Proxy>,
    allow_http: bool,
}

impl HyperTransportBuilder {
    /// Limits the time to connect: name resolution, TCP, proxy and TLS. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Closes connections that have been idle for this long. Default: 50 s, at most a year.
    ///
    /// Choose a value below the idle timeout of the server. Otherwise the server may close a
    /// connection at the moment a request is sent, and the request fails.
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.pool_idle_timeout = timeout;
        self
    }

    /// Connects through a proxy, or directly with [`Proxy::none`]. Default: [`Proxy::from_env`].
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Allows `http://` to hosts other than the local machine. Tokens are then sent unencrypted.
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// Verifies that these settings allow requests to `uri`.
    ///
    /// # Errors
    ///
    /// Fails for `http://` to another machine, unless [`allow_http`](Self::allow_http) was called.
    pub fn check(&self, uri: &Uri) -> Result<(), InsecureUrl> {
        if self.allow_http || is_secure(uri) { Ok(()) } else { Err(InsecureUrl) }
    }

    /// Creates the transport. Needs no runtime and opens no connection.
    ///
    /// If the root certificates of the platform cannot be read, `https://` connections fail with that
    /// error; `http://` connections to the local machine work.
    pub fn build(self) -> HyperTransport {
        let client = self.client_builder();
        let proxy = self.proxy.unwrap_or_else(Proxy::from_env);
        let connector = Connector::new(proxy, self.connect_timeout, self.allow_http);
        HyperTransport { client: Arc::new(client.build(connector)) }
    }

    fn client_builder(&self) -> legacy::Builder {
        let mut client = legacy::Client::builder(TokioExecutor::new());
        client
            // The pool would panic on a time that the clock cannot represent.
            .pool_idle_timeout(self.pool_idle_timeout.min(MAX_POOL_IDLE_TIMEOUT))
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new());
        // Detects connections whose peer disappeared without closing them.
        #[cfg(feature = "http2")]
        client
            .http2_keep_alive_interval(Duration::from_secs(20))
            .http2_keep_alive_timeout(Duration::from_secs(10));
        client
    }
}

impl Service<Request<Body>> for HyperTransport {
    type Response = Response<Incoming>;
    type Error = BoxError;
    type Future = TransportFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> TransportFuture {
        TransportFuture(match Unsendable::check(&request) {
            Ok(()) => Progress::Sent(self.client.request(request)),
            Err(fault) => Progress::Refused(fault),
        })
    }
}

/// Response future of [`HyperTransport`].
#[derive(Debug)]
pub struct TransportFuture(Progress);

#[derive(Debug)]
enum Progress {
    Sent(legacy::ResponseFuture),
    Refused(Unsendable),
}

impl Future for TransportFuture {
    type Output = Result<Response<Incoming>, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match &mut self.0 {
            Progress::Sent(response) => ready!(Pin::new(response).poll(cx)).map_err(classify),
            Progress::Refused(fault) => Err(unsendable(fault.clone())),
        })
    }
}

fn unsendable(fault: impl Into<BoxError>) -> BoxError {
    TransportError::new(TransportStage::Unsendable, fault).into()
}

/// Fault of a request or of the settings, because of which no attempt can succeed. hyper would name only
/// its own variant.
#[derive(Clone, Debug)]
struct Unsendable(Box<str>);

impl Unsendable {
    fn check<B>(request: &Request<B>) -> Result<(), Self> {
        if request.uri().scheme().is_none() {
            return Err(Self("its URL is not absolute".into()));
        }
        match request.version() {
            Version::HTTP_10 | Version::HTTP_11 | Version::HTTP_2 => Ok(()),
            _ => Err(Self("its HTTP version is unsupported".into())),
        }
    }
}

impl std::fmt::Display for Unsendable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unsendable {}

/// Error of a request to an `http://` URL, which would send the token unencrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InsecureUrl;

impl std::fmt::Display for InsecureUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "http:// is only allowed for the local machine; use https://, or `allow_http()` on a \
             trusted network",
        )
    }
}

impl std::error::Error for InsecureUrl {}

#[cfg(test)]
mod tests {
    use frameio_tower::error::find;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn requests_that_cannot_be_sent_are_refused_by_name() {
        for (uri, version, fault) in [
            ("/v4/me", Version::HTTP_11, "its URL is not absolute"),
            ("api.example:443", Version::HTTP_11, "its URL is not absolute"),
            ("http://localhost:9", Version::HTTP_3, "its HTTP version is unsupported"),
            (
                "ftp://localhost:9",
                Version::HTTP_11,
                "the scheme of its URL is neither https nor http",
            ),
        ] {
            let request = Request::get(uri).version(version).body(Body::empty()).unwrap();
            let error = HyperTransport::builder().build().oneshot(request).await.unwrap_err();
            let error = error.downcast::<TransportError>().unwrap();
            assert_eq!(error.stage, TransportStage::Unsendable, "{uri}");
            assert_eq!(error.to_string(), format!("the request cannot be sent: {fault}"));
        }
    }

    #[tokio::test]
    async fn an_insecure_url_is_refused() {
        let request = Request::get("http://api.example").body(Body::empty()).unwrap();
        let error = HyperTransport::builder().build().oneshot(request).await.unwrap_err();
        assert!(find::<InsecureUrl>(&*error).is_some());
        let start = "the request cannot be sent: http:// is only allowed for the local machine";
        assert!(error.to_string().starts_with(start), "{error}");
    }

    #[tokio::test]
    async fn a_failed_request_body_is_not_a_lost_connection() {
        let server = frameio_testing::raw::RawServer::start(|_| {
            frameio_testing::raw::Reaction::SendAndHang(Vec::new())
        })
        .await;
        let body = Body::factory(Some(7), || {
            let failure = std::future::ready(Err::<http_body::Frame<bytes::Bytes>, _>(
                std::io::Error::other("cannot read 'a.mov': disk error"),
            ));
            http_body_util::StreamBody::new(futures_util::stream::once(failure))
        });
        let request = Request::put(server.url()).body(body).unwrap();
        let error = HyperTransport::builder().build().oneshot(request).await.unwrap_err();
        let error = error.downcast::<TransportError>().unwrap();
        assert_eq!(error.stage, TransportStage::RequestBody);
        let message = "the body of the request failed: cannot read 'a.mov': disk error";
        assert_eq!(error.to_string(), message);
    }
    #[tokio::test]
    async fn a_connection_whose_runtime_ends_is_lost() {
        let (requested, mut seen) = tokio::sync::mpsc::unbounded_channel();
        let server = frameio_testing::raw::RawServer::start(move |number| {
            requested.send(number).unwrap();
            frameio_testing::raw::Reaction::SendAndHang(Vec::new())
        })
        .await;
        let transport = HyperTransport::builder().build();
        let request = Request::get(server.url()).body(Body::empty()).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        // The connection belongs to the runtime on which the response is awaited first.
        let response = runtime.spawn(async move {
            let mut response = transport.oneshot(request);
            tokio::select! {
                biased;
                result = &mut response => panic!("a response: {result:?}"),
                _ = seen.recv() => [response],
            }
        });
        let [response] = response.await.unwrap();
        runtime.shutdown_background();
        let error = response.await.unwrap_err().downcast::<TransportError>().unwrap();
        assert_eq!(error.stage, TransportStage::Sent, "{error}");
    }
}
