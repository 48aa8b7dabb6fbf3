//! HTTP: server, CORS, origin checks, routes, and the pipeline of a request.

mod authenticate;
mod connections;
mod control_routes;
mod cors;
mod ims_routes;
mod origin_check;
pub(crate) mod pipeline;
mod route;
mod server;

use http::header::HOST;
use http::request::Parts;

pub use self::server::SimServer;

/// Returns the scheme and authority that the client used: from the URI in process, and from the `host`
/// header on a socket, where the request line contains only the path.
fn base_url(parts: &Parts) -> String {
    let scheme = parts.uri.scheme_str().unwrap_or("http");
    let host = || parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = parts.uri.authority().map(|authority| authority.as_str()).or_else(host);
    format!("{scheme}://{}", authority.unwrap_or("localhost"))
}
