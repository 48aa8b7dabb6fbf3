//! Making connections: directly or through a proxy, with TLS, within a time.

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use frameio_core::{BoxError, is_secure};
use frameio_tower::error::ConnectTimeout;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;

use super::tls::Secured;
use super::{InsecureUrl, Proxy};

pub(super) type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

type Connection = <Secured as Service<Uri>>::Response;

/// The whole way to a connection, limited in time.
#[derive(Clone)]
pub(super) struct Connector {
    inner: Secured,
    timeout: Duration,
    allow_http: bool,
}

impl Connector {
    pub(super) fn new(proxy: Proxy, timeout: Duration, allow_http: bool) -> Self {
        let mut http = HttpConnector::new();
        // TLS and the proxies are layered on top, so this one sees https:// URLs too.
        http.enforce_http(false);
        http.set_nodelay(true);
        let proxied = ProxyConnector { http, proxy };
        Self { inner: Secured::new(proxied), timeout, allow_http }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = BoxError;
    type Future = BoxFuture<Connection>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        // Once for each connection is enough: there is no request without one to its destination.
        if !self.allow_http && !is_secure(&destination) {
            return Box::pin(ready(Err(InsecureUrl.into())));
        }
        let (connecting, timeout) = (self.inner.call(destination), self.timeout);
        Box::pin(async move {
            match tokio::time::timeout(timeout, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(ConnectTimeout::new(timeout).into()),
            }
        })
    }
}

/// TCP to the destination, or to a proxy that goes on to it.
#[derive(Clone, Debug)]
pub(super) struct ProxyConnector {
    http: HttpConnector,
    proxy: Proxy,
}

impl Service<Uri> for ProxyConnector {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = BoxFuture<TokioIo<TcpStream>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.http.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        let Some(proxy) = self.proxy.intercept(&destination) else {
            let connecting = self.http.call(destination);
            return Box::pin(async move { Ok(connecting.await?) });
        };
        let destination = explicit_port(destination);
        let http = self.http.clone();
        let uri = proxy.uri().clone();
        match uri.scheme_str() {
            Some("socks5" | "socks5h") => {
                let local_dns = uri.scheme_str() == Some("socks5");
                let mut socks = SocksV5::new(uri, http).local_dns(local_dns);
                if let Some((user, password)) = proxy.raw_auth() {
                    socks = socks.with_auth(user.to_owned(), password.to_owned());
                }
                let connecting = socks.call(destination);
                Box::pin(async move { Ok(connecting.await?) })
            }
            Some("http") => {
                let mut tunnel = Tunnel::new(uri, http);
                if let Some(auth) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(auth.clone());
                }
                let connecting = tunnel.call(destination);
                Box::pin(async move { Ok(connecting.await?) })
            }
            // Only the environment can name one: `Proxy::url` refuses it.
            scheme => {
                let message = format!(
                    "the proxy in the environment is a {}:// one; http, socks5 and socks5h are \
                     understood",
                    scheme.unwrap_or_default(),
                );
                Box::pin(async move { Err(message.into()) })
            }
        }
    }
}

/// The proxies of hyper-util take 443 where no port is given, whatever the scheme.
fn explicit_port(destination: Uri) -> Uri {
    match (destination.scheme_str(), destination.port(), destination.host()) {
        (Some("http"), None, Some(host)) => Uri::builder()
            .scheme("http")
            .authority(format!("{host}:80"))
            .path_and_query("/")
            .build()
            .unwrap_or(destination),
        _ => destination,
    }
}
