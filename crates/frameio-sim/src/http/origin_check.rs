//! Refuses requests by their origin: requests to host names that another site may have pointed to this
//! machine, and control requests from other machines and from pages of other origins.

use std::net::IpAddr;

use http::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use http::request::Parts;
use http::{Method, StatusCode};

use crate::response::Failure;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Origin of a request over a socket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    /// Whether the server listens on the loopback interface only.
    pub(super) on_loopback: bool,
    /// Whether another machine sent the request.
    pub(super) is_remote: bool,
}

/// Refuses a request to a loopback server under a host name that is neither local nor in `hosts`.
///
/// Otherwise a web page could point its host name to this machine (DNS rebinding) and use the API with
/// the known demo token. Requests in process are always accepted.
pub(super) fn check_host(parts: &Parts, hosts: &[String]) -> Result<(), Failure> {
    let on_loopback = parts.extensions.get::<Origin>().is_some_and(|origin| origin.on_loopback);
    let host = text(&parts.headers, HOST).filter(|_| on_loopback);
    let is_known = |host: &str| {
        let name = without_port(host);
        is_local_name(host) || hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    if host.is_none_or(is_known) {
        return Ok(());
    }
    let detail = "the simulator listens on the loopback: use an IP address, localhost, or a host \
                  name that it was given with `Builder::host`";
    Err(Failure::new(StatusCode::FORBIDDEN, detail))
}

/// Refuses a request from another machine, a request under a host name that another site may have
/// pointed here, whose pages could then read everything, and a change by a page of another origin.
pub(super) fn check_control(parts: &Parts) -> Result<(), Failure> {
    if parts.extensions.get::<Origin>().is_some_and(|origin| origin.is_remote) {
        let detail = "the control endpoints accept requests from the same machine only";
        return Err(Failure::new(StatusCode::FORBIDDEN, detail));
    }
    let host = text(&parts.headers, HOST);
    if host.is_some_and(|host| !is_local_name(host)) {
        let detail = "the simulator is controlled by an IP address or as localhost, not by \
                      another host name";
        return Err(Failure::new(StatusCode::FORBIDDEN, detail));
    }
    if parts.method != Method::GET && is_foreign(parts, host) {
        let detail = "the simulator is not controlled by pages of another origin: send this from \
                      a program, or from the page at /_sim/";
        return Err(Failure::new(StatusCode::FORBIDDEN, detail));
    }
    Ok(())
}

/// Returns whether a host is an IP address or resolves without a name server.
fn is_local_name(host: &str) -> bool {
    let name = without_port(host);
    let address = name.trim_start_matches('[').trim_end_matches(']');
    let name = name.to_ascii_lowercase();
    address.parse::<IpAddr>().is_ok() || name == "localhost" || name.ends_with(".localhost")
}

fn without_port(host: &str) -> &str {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) => name,
        _ => host,
    }
}

/// Returns whether a browser reports that the page has another origin. Other clients send no origin.
fn is_foreign(parts: &Parts, host: Option<&str>) -> bool {
    let site = text(&parts.headers, SEC_FETCH_SITE);
    if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return true;
    }
    let here = parts.uri.authority().map(|authority| authority.as_str()).or(host);
    text(&parts.headers, ORIGIN).is_some_and(|origin| {
        let asking = origin.split_once("://").map(|(_, authority)| authority);
        !asking.zip(here).is_some_and(|(asking, here)| asking.eq_ignore_ascii_case(here))
    })
}

/// Returns a header. A value that is not text counts as an empty one, not as missing.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_server_accepts_only_known_hosts() {
        let check = |on_loopback, host: &str| {
            let (mut parts, ()) =
                http::Request::builder().header(HOST, host).body(()).unwrap().into_parts();
            parts.extensions.insert(Origin { on_loopback, is_remote: false });
            check_host(&parts, &["sim.example".to_owned()]).is_ok()
        };
        for host in ["localhost:80", "127.0.0.1", "[::1]:80", "sim.example:80", "SIM.example"] {
            assert!(check(true, host), "{host}");
        }
        for host in ["", "evil.example", "evil.sim.example:80", "x"] {
            assert!(!check(true, host) && check(false, host), "{host}");
        }
    }

    #[test]
    fn names_resolved_by_name_servers_are_not_local() {
        for host in
            ["127.0.0.1:80", "[::1]:80", "10.0.0.1", "localhost:1", "LOCALHOST", "a.localhost"]
        {
            assert!(is_local_name(host), "{host}");
        }
        for host in ["", "evil.example:80", "127.0.0.1.nip.io", "localhost.example", "notlocalhost"]
        {
            assert!(!is_local_name(host), "{host}");
        }
    }
}
