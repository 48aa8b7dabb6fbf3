//! The transport of the default stack: a pooled hyper client with TLS and proxies.

mod connect;
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
use frameio_tower::error::{ConnectTimeout, TransportError, TransportStage, find};
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower::Service;

use self::connect::{ConnectError, Connector};
pub use self::proxy::Proxy;

/// Longest idle time of a connection: a year.
const MAX_POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 3600);

/// The hyper client under the default stack: HTTP/1.1 and 2, rustls, a connection pool.
///
/// It is a plain tower service of [`http::Request<Body>`](Body), and of use without a
/// `frameio::Client` too: the parts of an upload are put through one, since they must not
/// carry the API's token.
///
/// | setting | default |
/// |---|---|
/// | connect timeout (name look-up, TCP, proxy and TLS) | 10 s |
/// | idle connections are closed after | 50 s, before the service closes them |
/// | proxy | from the environment, see [`Proxy::from_env`] |
/// | `http://` | refused, unless the host is loopback |
///
/// ```
/// use frameio::transport::HyperTransport;
///
/// let transport = HyperTransport::builder().build();
/// ```
#[derive(Clone, Debug)]
pub struct HyperTransport {
    /// Shared, since layers clone what is below them for each call, and a client is not small.
    client: Arc<legacy::Client<Connector, Body>>,
}

impl HyperTransport {
    /// The settings of a transport, at their defaults.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder {
            connect_timeout: Duration::from_secs(10),
            pool_idle_timeout: Duration::from_secs(50),
            proxy: None,
            allow_http: false,
        }
    }
}

/// The settings of a [`HyperTransport`].
#[derive(Clone, Debug)]
#[must_use]
pub struct HyperTransportBuilder {
    connect_timeout: Duration,
    pool_idle_timeout: Duration,
    proxy: Option<Proxy>,
    allow_http: bool,
}

impl HyperTransportBuilder {
    /// Limits the making of a connection: name look-up, TCP, proxy and TLS. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Closes a connection that has been idle for so long. Default: 50 s.
    ///
    /// A server that closes first may do so in the moment in which a request is sent, which then
    /// fails; so this should be shorter than the server's own limit.
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.pool_idle_timeout = timeout;
        self
    }

    /// Connects through a proxy, or through none. Default: [`Proxy::from_env`].
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Allows `http://` to hosts other than this machine: tokens then go over the wire in clear.
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// Checks that requests to `uri` may be sent with these settings.
    ///
    /// # Errors
    /// For `http://` to another machine, unless [`allow_http`](Self::allow_http) was called.
    pub fn check(&self, uri: &Uri) -> Result<(), InsecureUrl> {
        if self.allow_http || is_secure(uri) { Ok(()) } else { Err(InsecureUrl) }
    }

    /// Makes the transport. Needs no runtime and opens no connection.
    ///
    /// Where the roots of the platform cannot be read, `https://` connections will fail with that
    /// reason; `http://` ones to this machine work.
    pub fn build(self) -> HyperTransport {
        let proxy = self.proxy.unwrap_or_else(Proxy::from_env);
        let connector = Connector::new(proxy, self.connect_timeout, self.allow_http);
        let mut client = legacy::Client::builder(TokioExecutor::new());
        client
            // A time that the clock cannot represent would make the pool panic.
            .pool_idle_timeout(self.pool_idle_timeout.min(MAX_POOL_IDLE_TIMEOUT))
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new());
        // A connection whose other end is gone without a word is found out between requests.
        #[cfg(feature = "http2")]
        client
            .http2_keep_alive_interval(Duration::from_secs(20))
            .http2_keep_alive_timeout(Duration::from_secs(10));
        HyperTransport { client: Arc::new(client.build(connector)) }
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
        TransportFuture(self.client.request(request))
    }
}

/// The future of a [`HyperTransport`].
#[derive(Debug)]
pub struct TransportFuture(legacy::ResponseFuture);

impl Future for TransportFuture {
    type Output = Result<Response<Incoming>, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(ready!(Pin::new(&mut self.0).poll(cx)).map_err(classify))
    }
}

/// Classifies an error by how far the request got.
fn classify(error: legacy::Error) -> BoxError {
    if let Some(timeout) = find::<ConnectTimeout>(&error) {
        return timeout.clone().into();
    }
    if let Some(insecure) = find::<InsecureUrl>(&error) {
        return TransportError::new(TransportStage::NotSent, *insecure).into();
    }
    let stage = if error.is_connect() {
        TransportStage::Connect
    } else if find::<hyper::Error>(&error).is_some_and(|e| e.is_canceled() || e.is_closed()) {
        TransportStage::NotSent
    } else {
        TransportStage::Sent
    };
    let peer = find::<ConnectError>(&error).map(|error| error.peer.clone());
    let error = TransportError::new(stage, error);
    match peer {
        Some(peer) => error.peer(peer).into(),
        None => error.into(),
    }
}

/// A URL that would carry the token in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InsecureUrl;

impl std::fmt::Display for InsecureUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "http:// is refused for hosts other than this machine: use https://, \
             or `allow_http()` if the network between is safe",
        )
    }
}

impl std::error::Error for InsecureUrl {}
