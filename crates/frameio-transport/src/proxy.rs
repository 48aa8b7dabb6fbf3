//! Which proxy a connection goes through.

use std::fmt;
use std::sync::Arc;

use frameio_core::is_loopback;
use frameio_tower::{BuildError, BuildErrorKind};
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

/// Which proxy connections go through.
///
/// `http://` proxies are asked for a tunnel (`CONNECT`), so they see neither token nor content;
/// `socks5://` and `socks5h://` are understood too. User and password may stand in the URL.
///
/// ```
/// use frameio::transport::Proxy;
///
/// let proxy = Proxy::url("http://user:secret@proxy.example:3128")?.no_proxy("intern.example");
/// assert!(!format!("{proxy:?}").contains("secret"));
/// # Ok::<_, frameio::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Proxy(Kind);

#[derive(Clone)]
enum Kind {
    None,
    /// Never for this machine itself, which a proxy could not reach.
    Env(Arc<Matcher>),
    Url {
        url: String,
        no_proxy: String,
        matcher: Arc<Matcher>,
    },
}

impl Proxy {
    /// No proxy, whatever the environment says.
    pub const fn none() -> Self {
        Self(Kind::None)
    }

    /// The proxy that `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY` name, but for what `NO_PROXY`
    /// excepts, as curl reads them. Loopback hosts are always reached directly.
    pub fn from_env() -> Self {
        Self(Kind::Env(Arc::new(Matcher::from_env())))
    }

    /// The proxy at `url`.
    ///
    /// # Errors
    /// When `url` is none of `http://`, `socks5://` and `socks5h://`.
    pub fn url(url: impl Into<String>) -> Result<Self, BuildError> {
        let url = url.into();
        let supported = ["http", "socks5", "socks5h"];
        let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
        let proxy = Self::matching(url.clone(), String::new());
        // The matcher takes only what it understands, and then stays empty.
        let known = match &proxy.0 {
            Kind::Url { matcher, .. } => {
                matcher.intercept(&Uri::from_static("https://api.frame.io")).is_some()
            }
            Kind::None | Kind::Env(_) => false,
        };
        if known && supported.contains(&scheme) {
            Ok(proxy)
        } else {
            let message = "the proxy is not an http://, socks5:// or socks5h:// URL";
            Err(BuildError::new(BuildErrorKind::Proxy, message))
        }
    }

    /// Excepts hosts, in the form of `NO_PROXY`: names, domains, addresses and networks, separated
    /// by commas. Without effect on the other kinds.
    #[must_use]
    pub fn no_proxy(self, hosts: impl Into<String>) -> Self {
        match self.0 {
            Kind::Url { url, .. } => Self::matching(url, hosts.into()),
            other => Self(other),
        }
    }

    fn matching(url: String, no_proxy: String) -> Self {
        let matcher = Matcher::builder().all(url.as_str()).no(no_proxy.as_str()).build();
        Self(Kind::Url { url, no_proxy, matcher: Arc::new(matcher) })
    }

    /// The proxy for a connection to `destination`.
    pub(super) fn intercept(&self, destination: &Uri) -> Option<Intercept> {
        match &self.0 {
            Kind::None => None,
            Kind::Env(_) if destination.host().is_some_and(is_loopback) => None,
            Kind::Env(matcher) | Kind::Url { matcher, .. } => matcher.intercept(destination),
        }
    }
}

impl fmt::Debug for Proxy {
    /// The kind, and the URL without user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::None => f.write_str("Proxy::none()"),
            Kind::Env(_) => f.write_str("Proxy::from_env()"),
            Kind::Url { url, no_proxy, .. } => {
                let host = url.rsplit_once('@').map_or_else(
                    || url.split_once("://").map_or(url.as_str(), |(_, host)| host),
                    |(_, host)| host,
                );
                write!(f, "Proxy::url({host:?}).no_proxy({no_proxy:?})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(proxy: &Proxy, destination: &'static str) -> Option<String> {
        proxy.intercept(&Uri::from_static(destination)).map(|proxy| proxy.uri().to_string())
    }

    #[test]
    fn a_url_is_used_but_for_what_is_excepted() {
        let proxy = Proxy::url("http://proxy.example:3128").unwrap().no_proxy(".intern,10.0.0.0/8");
        assert_eq!(
            through(&proxy, "https://api.frame.io").as_deref(),
            Some("http://proxy.example:3128/")
        );
        assert_eq!(through(&proxy, "https://sim.intern"), None);
        assert_eq!(through(&proxy, "https://10.1.2.3"), None);
        assert_eq!(through(&Proxy::none(), "https://api.frame.io"), None);
    }

    #[test]
    fn what_is_no_proxy_is_refused_at_once() {
        for wrong in ["", "proxy.example", "https://proxy.example", "ftp://x", "http://"] {
            let error = Proxy::url(wrong).unwrap_err();
            assert!(error.to_string().contains("socks5"), "{wrong}: {error}");
        }
        assert!(Proxy::url("socks5h://127.0.0.1:1080").is_ok());
    }
}
