//! Selection of the proxy of a connection.

use std::fmt;
use std::sync::Arc;

use frameio_core::{has_valid_port, is_loopback, trim_text};
use frameio_tower::{BuildError, BuildErrorKind};
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

/// Proxy that connections go through.
///
/// Supported are `http://` proxies, which forward a tunnel (`CONNECT`) and so cannot read the content
/// of TLS connections, and `socks5://` and `socks5h://` proxies. The URL may contain a user name and a
/// password.
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
    /// Loopback hosts are excepted, because a proxy cannot reach them.
    Env(Arc<Matcher>),
    Url {
        url: String,
        no_proxy: String,
        matcher: Arc<Matcher>,
    },
}

impl Proxy {
    /// Connects directly and ignores the environment.
    pub const fn none() -> Self {
        Self(Kind::None)
    }

    /// Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` like curl. Connections to
    /// loopback hosts are always direct.
    pub fn from_env() -> Self {
        Self(Kind::Env(Arc::new(Matcher::from_env())))
    }

    /// Uses the proxy at `url`. Surrounding whitespace is ignored.
    ///
    /// # Errors
    ///
    /// Fails if `url` is not a valid `http://`, `socks5://` or `socks5h://` URL.
    pub fn url(url: impl Into<String>) -> Result<Self, BuildError> {
        let url = url.into();
        let supported = ["http", "socks5", "socks5h"];
        let (scheme, rest) = trim_text(&url).split_once("://").unwrap_or_default();
        let scheme = scheme.to_ascii_lowercase();
        let url = format!("{scheme}://{rest}");
        let port = url.parse::<Uri>().ok().and_then(|uri| uri.authority().map(has_valid_port));
        if port == Some(false) {
            let message = "invalid proxy URL: the port is not a number from 1 to 65535";
            return Err(BuildError::new(BuildErrorKind::Proxy, message));
        }
        let proxy = Self::matching(url, String::new());
        // The matcher ignores URLs that it cannot parse, and is then empty.
        let known = match &proxy.0 {
            Kind::Url { matcher, .. } => {
                matcher.intercept(&Uri::from_static("https://api.frame.io")).is_some()
            }
            Kind::None | Kind::Env(_) => false,
        };
        if known && supported.contains(&&*scheme) {
            Ok(proxy)
        } else {
            let message = "invalid proxy URL: expected http://, socks5:// or socks5h:// and a host";
            Err(BuildError::new(BuildErrorKind::Proxy, message))
        }
    }

    /// Connects directly to these hosts, given like `NO_PROXY` as comma-separated names, domains,
    /// addresses and networks.
    ///
    /// Has no effect on [`none`](Self::none) and [`from_env`](Self::from_env).
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

    /// Returns the proxy of connections to `destination`, as `scheme://host:port` without a password,
    /// or `None` if they are direct.
    pub fn address_for(&self, destination: &Uri) -> Option<String> {
        let proxy = self.intercept(destination)?;
        let (uri, host) = (proxy.uri(), proxy.uri().host()?);
        let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}://{host}{port}", uri.scheme_str()?))
    }

    /// Returns the proxy for a connection to `destination`.
    pub(super) fn intercept(&self, destination: &Uri) -> Option<Intercept> {
        match &self.0 {
            Kind::None => None,
            Kind::Env(_) if destination.host().is_some_and(is_loopback) => None,
            Kind::Env(matcher) | Kind::Url { matcher, .. } => matcher.intercept(destination),
        }
    }
}

impl fmt::Debug for Proxy {
    /// Omits user name and password.
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
    fn uses_the_proxy_except_for_excluded_hosts() {
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
    fn the_address_of_a_proxy_has_no_password() {
        let proxy = Proxy::url("http://user:secret@proxy.example:3128").unwrap();
        let address = |proxy: &Proxy| proxy.address_for(&Uri::from_static("https://api.frame.io"));
        assert_eq!(address(&proxy).as_deref(), Some("http://proxy.example:3128"));
        assert_eq!(address(&Proxy::none()), None);
    }

    #[test]
    fn refuses_an_invalid_proxy_url() {
        for wrong in ["", "proxy.example", "https://proxy.example", "ftp://x", "http://"] {
            let error = Proxy::url(wrong).unwrap_err();
            assert!(error.to_string().contains("socks5"), "{wrong}: {error}");
        }
        assert!(Proxy::url("socks5h://127.0.0.1:1080").is_ok());
    }
}
