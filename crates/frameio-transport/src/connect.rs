//! The connector: refuses insecure URLs and limits the time to connect.

use std::fmt;
use std::future::ready;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use frameio_core::{BoxError, is_secure};
use frameio_tower::error::ConnectTimeout;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use tower::{Service, ServiceExt};

use super::proxy::Proxy;
use super::proxy_connector::{BoxFuture, ProxyConnector};
use super::tls::Secured;
use super::{InsecureUrl, Unsendable};

type Connection = <Secured as Service<Uri>>::Response;

/// Connects over TCP, through a proxy and with TLS, within a time limit.
///
/// Shared, because a hyper client clones its connector for each request and keeps two copies in the
/// future.
#[derive(Clone)]
pub(super) struct Connector(Arc<Settings>);

struct Settings {
    inner: Secured,
    proxy: Proxy,
    timeout: Duration,
    allow_http: bool,
}

impl Connector {
    pub(super) fn new(proxy: Proxy, timeout: Duration, allow_http: bool) -> Self {
        let mut http = HttpConnector::new();
        // TLS and proxies are layered on top, so this connector receives https:// URLs too.
        http.enforce_http(false);
        http.set_nodelay(true);
        let inner = Secured::new(ProxyConnector::new(http, proxy.clone()));
        Self(Arc::new(Settings { inner, proxy, timeout, allow_http }))
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("timeout", &self.0.timeout).finish_non_exhaustive()
    }
}

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = BoxError;
    type Future = BoxFuture<Connection>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // The future waits for the inner connector.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        let Settings { inner, proxy, timeout, allow_http } = &*self.0;
        // A check per connection is enough, because every request needs a connection to its destination.
        if !matches!(destination.scheme_str(), Some("http" | "https")) {
            let fault = "the scheme of its URL is neither https nor http";
            return Box::pin(ready(Err(Unsendable(fault.into()).into())));
        }
        if !allow_http && !is_secure(&destination) {
            return Box::pin(ready(Err(InsecureUrl.into())));
        }
        let peer = peer(&destination, proxy);
        let (connecting, timeout) = (inner.clone().oneshot(destination), *timeout);
        Box::pin(async move {
            match tokio::time::timeout(timeout, connecting).await {
                Ok(connected) => connected.map_err(|source| ConnectError { peer, source }.into()),
                Err(_) => Err(ConnectTimeout::new(timeout).peer(peer).into()),
            }
        })
    }
}

/// Returns the host and the port of a destination, and its proxy.
fn peer(destination: &Uri, proxy: &Proxy) -> String {
    let host = destination.host().unwrap_or_default();
    let port = match (destination.port_u16(), destination.scheme_str()) {
        (Some(port), _) => port,
        (None, Some("http")) => 80,
        (None, _) => 443,
    };
    match proxy.address_for(destination) {
        Some(proxy) => format!("{host}:{port} through the proxy {proxy}"),
        None => format!("{host}:{port}"),
    }
}

/// Failed connection with its destination, which hyper's error does not contain.
#[derive(Debug)]
pub(super) struct ConnectError {
    pub(super) peer: String,
    source: BoxError,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot connect to {}", self.peer)
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}
