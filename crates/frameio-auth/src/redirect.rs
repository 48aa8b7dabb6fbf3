//! Where a browser may be sent back to.

use http::Uri;

use super::credential::Kind;
use frameio_core::is_loopback;

/// Checks the redirect URI of an app: `https`, `http` on the loopback, and for a native app a
/// scheme of its own.
pub(super) fn check(uri: &str, kind: Kind) -> Result<(), &'static str> {
    if uri.contains('#') {
        return Err("it has a fragment");
    }
    let parsed: Uri = uri.parse().map_err(|_| "it is no URI")?;
    let (Some(scheme), Some(authority)) = (parsed.scheme_str(), parsed.authority()) else {
        return Err("it is not absolute");
    };
    if authority.as_str().contains('@') {
        return Err("it has a user");
    }
    match scheme {
        "https" => Ok(()),
        "http" if is_loopback(authority.host()) => Ok(()),
        "http" => Err("it is plain http, which is taken only on the loopback"),
        _ if kind == Kind::Native => Ok(()),
        _ => Err("it has a scheme of its own, which only a native app may have"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_uris_are_redirected_to() {
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
