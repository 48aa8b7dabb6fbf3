//! TCP connections, direct or through a proxy.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use frameio_core::BoxError;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;

use super::Unsendable;
use super::proxy::Proxy;

pub(super) type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// Connects over TCP to the destination, or to a proxy that forwards to it.
#[derive(Clone, Debug)]
pub(super) struct ProxyConnector {
    http: HttpConnector,
    proxy: Proxy,
}

impl ProxyConnector {
    pub(super) fn new(http: HttpConnector, proxy: Proxy) -> Self {
        Self { http, proxy }
    }
}

impl Service<Uri> for ProxyConnector {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = BoxFuture<TokioIo<TcpStream>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.http.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        let proxy = match self.proxy.intercept(&destination) {
            Ok(Some(proxy)) => proxy,
            Ok(None) => {
                let connecting = self.http.call(destination);
                return Box::pin(async move { Ok(connecting.await?) });
            }
            Err(fault) => return Box::pin(async move { Err(fault.into()) }),
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
            // Only the environment can contain such a URL; `Proxy::url` refuses it.
            scheme => {
                let message = format!(
                    "the environment selects a {}:// proxy, which is unsupported; use http, socks5 \
                     or socks5h",
                    scheme.unwrap_or_default(),
                );
                Box::pin(async move { Err(Unsendable(message.into()).into()) })
            }
        }
    }
}

/// Adds port 80 to `http://` URLs without a port, where the proxies of hyper-util would use 443.
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
