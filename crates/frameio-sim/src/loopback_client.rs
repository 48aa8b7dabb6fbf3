//! Client for plain HTTP servers on the loopback interface, the only servers that the simulator calls.

use std::io;
use std::time::Duration;

use frameio_core::{Body, is_loopback};
use http::Uri;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::clock::Clock;

/// Parses the URL of a plain HTTP server on the loopback interface; returns `None` for any other URL.
pub(crate) fn loopback(url: &str) -> Option<Uri> {
    let uri: Uri = url.parse().ok()?;
    (uri.scheme_str() == Some("http") && is_loopback(uri.host()?)).then_some(uri)
}

/// Creates a client. Clients are not shared, because a connection pool belongs to one runtime.
pub(crate) fn client() -> Client<HttpConnector, Body> {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Runs a future for at most `limit` on the simulator's clock.
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
    fn only_plain_http_urls_on_the_loopback_interface_are_accepted() {
        for (url, allowed) in [
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
            assert_eq!(loopback(url).is_some(), allowed, "{url}");
        }
    }
}
