//! Validation and matching of redirect URIs.

use frameio_core::is_loopback;
use http::Uri;

/// Registered redirect URI.
#[derive(Clone, Debug)]
pub(super) struct Redirect(String);

impl Redirect {
    /// Accepts `https`, `http` on the loopback interface, and custom schemes for a native app.
    pub(super) fn new(uri: String, native: bool) -> Result<Self, &'static str> {
        let Some(parsed) = parse(&uri) else {
            return Err("must be an absolute URI without a fragment");
        };
        match parsed.scheme_str() {
            Some("https") => Ok(Self(uri)),
            Some("http") if parsed.host().is_some_and(is_loopback) => Ok(Self(uri)),
            Some("http") => Err("is plain http, which is allowed only on the loopback interface"),
            _ if native => Ok(Self(uri)),
            _ => Err("has a custom scheme, which is allowed only for native apps"),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether `requested` matches; on the loopback interface the app chooses the port at run time.
    pub(super) fn matches(&self, requested: &str) -> bool {
        let same = |known: Uri, requested: Uri| {
            known.scheme_str() == Some("http")
                && requested.scheme_str() == Some("http")
                && known.host() == requested.host()
                && known.path_and_query() == requested.path_and_query()
        };
        self.0 == requested
            || parse(&self.0)
                .zip(parse(requested))
                .is_some_and(|(known, requested)| same(known, requested))
    }
}

/// Parses an absolute URI without user and fragment.
fn parse(uri: &str) -> Option<Uri> {
    if uri.contains('#') {
        return None;
    }
    let parsed: Uri = uri.parse().ok()?;
    let authority = parsed.authority()?;
    (parsed.scheme().is_some() && !authority.as_str().contains('@')).then_some(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_uris_can_be_registered() {
        let new = |uri: &str, native| Redirect::new(uri.to_owned(), native).is_ok();
        for uri in ["https://a.example/cb?x=1", "http://localhost:1/cb", "http://[::1]/cb"] {
            assert!(new(uri, false) && new(uri, true), "{uri}");
        }
        assert!(new("adobe+0a1b://adobeid/app", true));
        assert!(!new("adobe+0a1b://adobeid/app", false));
        for uri in [
            "http://a.example/cb",
            "http://localhost.example/cb",
            "http://localhost@a.example/cb",
            "https://a.example/cb#part",
            "/cb",
            "",
            "https://a b/",
        ] {
            assert!(!new(uri, false) && !new(uri, true), "{uri}");
        }
    }

    #[test]
    fn the_port_must_match_except_on_the_loopback_interface() {
        let redirect = |uri: &str| Redirect::new(uri.to_owned(), false).unwrap();
        let local = redirect("http://127.0.0.1/cb");
        assert!(local.matches("http://127.0.0.1:4711/cb"));
        for other in [
            "http://127.0.0.1:4711/other",
            "http://localhost/cb",
            "https://127.0.0.1/cb",
            "http://u@127.0.0.1/cb",
            "http://127.0.0.1/cb?x=1",
            "http://127.0.0.1/cb#part",
        ] {
            assert!(!local.matches(other), "{other}");
        }
        let remote = redirect("https://a.example/cb");
        assert!(remote.matches("https://a.example/cb"));
        assert!(!remote.matches("https://a.example:8443/cb"));
    }
}
