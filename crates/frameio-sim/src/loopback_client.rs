//! Client for plain HTTP servers on the loopback, the only ones that the simulator sends requests to.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use frameio_core::Body;
use http::Uri;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::clock::Clock;

/// The URL where it is of a plain HTTP server on the loopback.
pub(crate) fn loopback(url: &str) -> Option<Uri> {
    let uri: Uri = url.parse().ok()?;
    (uri.scheme_str() == Some("http") && is_loopback(uri.host()?)).then_some(uri)
}

/// Whether the host of a URI is this machine itself: an address of the loopback, or `localhost`.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |it| it.is_loopback())
}

/// One of its own for each use: what it pools belongs to the runtime that it is used in.
pub(crate) fn client() -> Client<HttpConnector, Body> {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Waits for no longer than `limit` on the simulator's clock.
pub(crate) async fn within<F: Future + Send>(
    clock: &Clock,
    limit: Duration,
    future: F,
) -> io::Result<F::Output> {
    tokio::select! {
        output = future => Ok(output),
        () = clock.sleep(limit) => Err(io::ErrorKind::TimedOut.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_servers_on_the_loopback_are_asked() {
        for (url, asked) in [
            ("http://127.0.0.1:8000/a.mov", true),
            ("http://127.9.9.9/a.mov", true),
            ("http://LOCALHOST/a.mov?x=1", true),
            ("http://[::1]:80/a.mov", true),
            ("https://127.0.0.1/a.mov", false),
            ("http://10.0.0.1/a.mov", false),
            ("http://127.0.0.1.example.com/a.mov", false),
            ("http://localhost@example.com/a.mov", false),
            ("/a.mov", false),
            ("", false),
        ] {
            assert_eq!(loopback(url).is_some(), asked, "{url}");
        }
    }
}
