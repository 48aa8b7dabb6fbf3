//! Whom the token may be shown.

use std::fmt;

use http::Uri;
use http::uri::{Authority, Scheme};

/// Scheme, host and port of the API.
pub(super) struct Origin(Option<Known>);

struct Known {
    scheme: Scheme,
    authority: Authority,
    port: Option<u16>,
}

impl Origin {
    /// The origin of a URI; one without scheme or host has none, and covers nothing.
    pub(super) fn of(uri: &Uri) -> Self {
        Self(uri.scheme().zip(uri.authority()).map(|(scheme, authority)| Known {
            scheme: scheme.clone(),
            authority: authority.clone(),
            port: port(uri),
        }))
    }

    /// Whether `uri` is on this origin: the same scheme, host and effective port.
    pub(super) fn covers(&self, uri: &Uri) -> bool {
        let (Some(known), Some(authority)) = (&self.0, uri.authority()) else { return false };
        // Most are the same to the letter; the others may still name the same host and port.
        uri.scheme() == Some(&known.scheme)
            && (authority.as_str() == known.authority.as_str()
                || (authority.host().eq_ignore_ascii_case(known.authority.host())
                    && port(uri) == known.port))
    }
}

/// The port that a connection would be made to, where that is known.
fn port(uri: &Uri) -> Option<u16> {
    uri.port_u16().or_else(|| match uri.scheme_str()? {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    })
}

/// Without the name and password that a URI may have.
impl fmt::Debug for Origin {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(origin: &str, uri: &str) -> bool {
        Origin::of(&origin.parse().unwrap()).covers(&uri.parse().unwrap())
    }

    #[test]
    fn scheme_host_and_port_count() {
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
    fn debug_leaves_the_password_out() {
        let origin = Origin::of(&"https://me:canary@api.frame.io/x?canary".parse().unwrap());
        assert_eq!(format!("{origin:?}"), "https://api.frame.io:443");
    }
}
