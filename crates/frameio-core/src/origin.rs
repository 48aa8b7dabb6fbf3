//! Which URLs may carry a secret.

use std::net::IpAddr;

use http::Uri;

/// Whether `host` is this machine: `localhost`, or an address of the loopback range.
///
/// IPv6 addresses are accepted with and without brackets; an IPv4 address mapped to IPv6 counts as
/// the IPv4 address. Names are compared without regard to case and are not resolved, so
/// `localhost.example` is not this machine.
///
/// ```
/// use frameio_core::is_loopback;
///
/// assert!(is_loopback("localhost") && is_loopback("127.0.0.8") && is_loopback("[::1]"));
/// assert!(!is_loopback("localhost.example") && !is_loopback("0.0.0.0"));
/// ```
pub fn is_loopback(host: &str) -> bool {
    let address = host
        .strip_prefix('[')
        .and_then(|address| address.strip_suffix(']'))
        .unwrap_or(host)
        .parse::<IpAddr>();
    match address {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

/// Whether a request to `uri` cannot be read on its way: `https`, or a host on this machine.
pub fn is_secure(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https") || uri.host().is_some_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        assert!(is_loopback("[::ffff:127.0.0.1]"));
        for host in
            ["", "localhost.evil.example", "128.0.0.1", "0.0.0.0", "127.0.0.1.example", "[::2]"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn only_https_and_this_machine_are_secure() {
        for secure in [
            "https://api.frame.io/v4/me",
            "http://localhost:8080/",
            "http://127.0.0.1/",
            "http://127.8.8.8:1/",
            "http://[::1]:80/",
        ] {
            assert!(is_secure(&secure.parse().unwrap()), "{secure}");
        }
        for open in [
            "http://api.frame.io/",
            "http://localhost.evil.example/",
            "http://128.0.0.1/",
            "/v4/me",
        ] {
            assert!(!is_secure(&open.parse().unwrap()), "{open}");
        }
    }
}
