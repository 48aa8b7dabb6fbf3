//! Validation of redirect URIs.

use http::Uri;

use super::credential::Kind;
use frameio_core::is_loopback;

/// Validates the redirect URI of an app: `https`, `http` on the loopback, and for a native app a
/// custom scheme.
pub(super) fn check(uri: &str, kind: Kind) -> Result<(), &'static str> {
    if uri.contains('#') {
        return Err("it must not have a fragment");
    }
    let parsed: Uri = uri.parse().map_err(|_| "it is not a valid URI")?;
    let (Some(scheme), Some(authority)) = (parsed.scheme_str(), parsed.authority()) else {
        return Err("it is not absolute");
    };
    if authority.as_str().contains('@') {
        return Err("it must not have a user name");
    }
    match scheme {
        "https" => Ok(()),
        "http" if is_loopback(authority.host()) => Ok(()),
        "http" => Err("http:// is accepted for this machine only"),
        _ if kind == Kind::Native => Ok(()),
        _ => Err("only a native app can have a custom scheme"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_safe_redirect_uris_only() {
        for uri in ["https://a.example/cb?x=1", "http://localhost:1/cb", "http://[::1]/cb"] {
            for kind in [Kind::Web, Kind::SinglePage, Kind::Native] {
                assert_eq!(check(uri, kind), Ok(()), "{uri}");
            }
        }
        assert_eq!(check("adobe+0a1b://adobeid/app", Kind::Native), Ok(()));
        assert!(check("adobe+0a1b://adobeid/app", Kind::SinglePage).is_err());
        for uri in [
            "http://a.example/cb",
            "http://localhost.example/cb",
            "http://localhost@a.example/cb",
            "https://a.example/cb#part",
            "https://a b/",
            "/cb",
            "",
        ] {
            assert!(check(uri, Kind::Native).is_err(), "{uri}");
        }
    }
}
