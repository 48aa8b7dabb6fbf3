//! Origins of URLs, and checks whether a URL may receive a secret.

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use http::uri::{Authority, Scheme};

/// Returns whether `host` is this machine: `localhost` in any case, or a loopback address.
///
/// IPv6 addresses may have brackets, and IPv4-mapped addresses count as IPv4 addresses. Other names are
/// not resolved, so `localhost.example` is not this machine.
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

/// Returns whether a connection to `host` may end at this machine, in contrast to [`is_loopback`] also by a name
/// or an address that only some systems resolve so: `localhost.`, `a.localhost`, `0.0.0.0` and `127.1`.
///
/// Use it to refuse addresses, and `is_loopback` to trust them. Other names are not resolved.
///
/// ```
/// use frameio_core::may_be_loopback;
///
/// assert!(may_be_loopback("127.0.0.1") && may_be_loopback("0.0.0.0") && may_be_loopback("[::]"));
/// assert!(!may_be_loopback("10.0.0.1") && !may_be_loopback("localhost.example"));
/// ```
pub fn may_be_loopback(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    if is_loopback(name) {
        return true;
    }
    let address = name.strip_prefix('[').and_then(|address| address.strip_suffix(']'));
    if let Ok(address) = address.unwrap_or(name).parse::<IpAddr>() {
        return address.to_canonical().is_unspecified();
    }
    // Resolvers read other notations of numbers as IPv4 addresses, such as `2130706433` and `0x7f.1`.
    let last = name.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    let is_number = match hexadecimal {
        Some(digits) => digits.bytes().all(|digit| digit.is_ascii_hexdigit()),
        None => !last.is_empty() && last.bytes().all(|digit| digit.is_ascii_digit()),
    };
    is_number || last.eq_ignore_ascii_case("localhost")
}

/// Returns whether a request to `uri` cannot be read by others on the network: the scheme is `https`,
/// or the host [is this machine](is_loopback).
pub fn is_secure(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https") || uri.host().is_some_and(is_loopback)
}

/// Returns whether the port of an authority is missing or a number from 1 to 65535. A connection would use
/// the default port in place of any other text.
///
/// ```
/// use frameio_core::has_valid_port;
///
/// assert!(has_valid_port(&"api.frame.io".parse()?) && has_valid_port(&"[::1]:8080".parse()?));
/// assert!(!has_valid_port(&"api.frame.io:99999".parse()?));
/// # Ok::<_, http::uri::InvalidUri>(())
/// ```
pub fn has_valid_port(authority: &Authority) -> bool {
    let address = authority.as_str().rsplit('@').next().unwrap_or_default();
    address.len() == authority.host().len() || authority.port_u16().is_some_and(|port| port > 0)
}

/// Scheme, host and port of a URL, which determine whether a request may contain a token.
///
/// `Display` and `Debug` show `https://api.frame.io:443`, without a user name or password.
///
/// ```
/// use frameio_core::Origin;
/// use http::Uri;
///
/// let api = Origin::of(&Uri::from_static("https://api.frame.io/prefix"));
/// assert!(api.covers(&Uri::from_static("https://API.frame.io:443/v4/me")));
/// assert!(!api.covers(&Uri::from_static("http://api.frame.io/v4/me")));
/// ```
#[derive(Clone)]
pub struct Origin(Option<Known>);

#[derive(Clone)]
struct Known {
    scheme: Scheme,
    authority: Authority,
    port: Option<u16>,
}

impl Origin {
    /// Returns the origin of a URI. A URI without scheme or host has an empty origin, which covers no
    /// URI.
    pub fn of(uri: &Uri) -> Self {
        Self(uri.scheme().zip(uri.authority()).map(|(scheme, authority)| Known {
            scheme: scheme.clone(),
            authority: authority.clone(),
            port: port(uri),
        }))
    }

    /// Returns whether `uri` has this origin: the same scheme, host and port, where a missing port is
    /// the default port of the scheme.
    pub fn covers(&self, uri: &Uri) -> bool {
        let (Some(known), Some(authority)) = (&self.0, uri.authority()) else { return false };
        // Most authorities are identical, which is cheaper to check than host and port.
        uri.scheme() == Some(&known.scheme)
            && (authority.as_str() == known.authority.as_str()
                || (authority.host().eq_ignore_ascii_case(known.authority.host())
                    && port(uri) == known.port))
    }
}

/// Returns the explicit port of a URI, otherwise the default port of its scheme.
fn port(uri: &Uri) -> Option<u16> {
    uri.port_u16().or_else(|| match uri.scheme_str()? {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    })
}

/// Compares scheme, host and port. The empty origin of a relative URI equals no origin.
impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().zip(other.0.as_ref()).is_some_and(|(one, other)| {
            one.scheme == other.scheme
                && one.authority.host().eq_ignore_ascii_case(other.authority.host())
                && one.port == other.port
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(Known { scheme, authority, port }) => {
                write!(f, "{scheme}://{}", authority.host())?;
                port.map_or(Ok(()), |port| write!(f, ":{port}"))
            }
            None => f.write_str("none"),
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_missing_or_a_number_from_1_to_65535() {
        let is_valid = |authority: &str| has_valid_port(&authority.parse().unwrap());
        for valid in ["host", "host:1", "host:65535", "[::1]", "[::1]:80", "user:0@host"] {
            assert!(is_valid(valid), "{valid}");
        }
        for invalid in ["host:", "host:0", "host:65536", "host:x", "[::1]:0", "user:1@host:0"] {
            assert!(!is_valid(invalid), "{invalid}");
        }
    }

    #[test]
    fn other_notations_of_this_machine_may_be_loopback() {
        for host in [
            "localhost",
            "LocalHost.",
            "a.localhost",
            "127.0.0.1",
            "127.0.0.1.",
            "[::1]",
            "0.0.0.0",
            "[::]",
            "::",
            "[::ffff:0.0.0.0]",
            "[::ffff:127.0.0.1]",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.0x1",
            "0177.0.0.1",
            "0",
        ] {
            assert!(may_be_loopback(host), "{host}");
        }
        for host in
            ["", "10.0.0.1", "[2001:db8::1]", "s3.example", "localhost.example", "cafe", "x0"]
        {
            assert!(!may_be_loopback(host), "{host}");
        }
    }

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
    fn origins_are_equal_by_scheme_host_and_port() {
        let origin = |uri: &str| Origin::of(&uri.parse().unwrap());
        assert_eq!(origin("https://API.frame.io/a"), origin("https://api.frame.io:443/b"));
        for other in
            ["http://api.frame.io:443", "https://api.frame.io:1", "https://frame.io", "/v4"]
        {
            assert_ne!(origin("https://api.frame.io"), origin(other), "{other}");
        }
        assert_ne!(origin("/v4"), origin("/v4"), "a relative URI has no origin");
    }

    #[test]
    fn only_https_and_loopback_are_secure() {
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

    fn covers(origin: &str, uri: &str) -> bool {
        Origin::of(&origin.parse().unwrap()).covers(&uri.parse().unwrap())
    }

    #[test]
    fn an_origin_consists_of_scheme_host_and_port() {
        for (origin, same) in [
            ("https://api.frame.io", "https://api.frame.io/v4/me?a=b"),
            ("https://api.frame.io/prefix", "https://API.Frame.IO:443/"),
            ("https://api.frame.io:443", "HTTPS://api.frame.io/"),
            ("http://127.0.0.1:80", "http://127.0.0.1/"),
            ("http://[::1]:8080", "http://[::1]:8080/v4"),
            ("https://user:pass@api.frame.io", "https://api.frame.io/"),
        ] {
            assert!(covers(origin, same), "{origin} {same}");
        }
        for other in [
            "http://api.frame.io/",
            "http://api.frame.io:443/",
            "https://api.frame.io:8443/",
            "https://api.frame.io.evil.example/",
            "https://frame.io/",
            "https://evil.example/api.frame.io",
            "https://api.frame.io@evil.example/",
            "https://s3.amazonaws.com/part?X-Amz-Signature=abc",
            "/v4/me",
            "api.frame.io:443",
            "*",
        ] {
            assert!(!covers("https://api.frame.io", other), "{other}");
        }
        for none in ["/", "api.frame.io:443"] {
            assert!(!covers(none, "https://api.frame.io/") && !covers(none, none), "{none}");
        }
    }

    #[test]
    fn debug_omits_the_password() {
        let origin = Origin::of(&"https://me:canary@api.frame.io/x?canary".parse().unwrap());
        assert_eq!(format!("{origin:?}"), "https://api.frame.io:443");
    }
}
