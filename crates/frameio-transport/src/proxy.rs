//! Selection of the proxy of a connection.

use std::fmt;
use std::sync::Arc;

use frameio_core::{has_valid_port, is_loopback, trim_text};
use frameio_tower::{BuildError, BuildErrorKind};
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::Unsendable;

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
    Env(Arc<Environment>),
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
    ///
    /// Connections that would need the proxy of an unusable variable fail with an error that names it.
    pub fn from_env() -> Self {
        Self::from_variables(&|name| std::env::var(name).ok())
    }

    fn from_variables(variables: &dyn Fn(&str) -> Option<String>) -> Self {
        Self(Kind::Env(Arc::new(Environment::read(variables))))
    }

    /// Uses the proxy at `url`. Surrounding whitespace is ignored.
    ///
    /// # Errors
    ///
    /// Fails if `url` is not a valid `http://`, `socks5://` or `socks5h://` URL.
    pub fn url(url: impl Into<String>) -> Result<Self, BuildError> {
        let url = url.into();
        let (scheme, rest) = trim_text(&url).split_once("://").unwrap_or_default();
        let url = format!("{}://{rest}", scheme.to_ascii_lowercase());
        match fault(&url) {
            None => Ok(Self::matching(url, String::new())),
            Some(reason) => {
                let message = format!("invalid proxy URL: {reason}");
                Err(BuildError::new(BuildErrorKind::Proxy, message))
            }
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
        let proxy = self.intercept(destination).ok()??;
        let (uri, host) = (proxy.uri(), proxy.uri().host()?);
        let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}://{host}{port}", uri.scheme_str()?))
    }

    /// Returns the proxy for a connection to `destination`.
    pub(super) fn intercept(&self, destination: &Uri) -> Result<Option<Intercept>, Unsendable> {
        match &self.0 {
            Kind::None => Ok(None),
            Kind::Env(_) if destination.host().is_some_and(is_loopback) => Ok(None),
            Kind::Env(environment) => environment.intercept(destination),
            Kind::Url { matcher, .. } => Ok(matcher.intercept(destination)),
        }
    }
}

/// Proxies of the environment.
struct Environment {
    matcher: Matcher,
    /// Matches all destinations except for those of `NO_PROXY`.
    not_excluded: Matcher,
    /// Faults of the variables that select the proxy of `http` and `https` destinations.
    http: Option<Unsendable>,
    https: Option<Unsendable>,
}

impl Environment {
    fn read(variables: &dyn Fn(&str) -> Option<String>) -> Self {
        // In a CGI program, a header of the client sets HTTP_PROXY.
        let is_cgi = variables("REQUEST_METHOD").is_some();
        let variable = |upper: &'static str, lower: &'static str| {
            let found = [upper, lower].into_iter().find_map(|name| Some((name, variables(name)?)));
            let (name, value) = found.filter(|_| !is_cgi).unwrap_or((upper, String::new()));
            (name, trim_text(&value).to_owned())
        };
        let all = variable("ALL_PROXY", "all_proxy");
        let chosen = |upper, lower| match variable(upper, lower) {
            (_, value) if value.is_empty() => all.clone(),
            chosen => chosen,
        };
        let (http, https) =
            (chosen("HTTP_PROXY", "http_proxy"), chosen("HTTPS_PROXY", "https_proxy"));
        let (_, no_proxy) = variable("NO_PROXY", "no_proxy");
        let matcher = Matcher::builder().http(&*http.1).https(&*https.1).no(&*no_proxy);
        Self {
            matcher: matcher.build(),
            not_excluded: Matcher::builder().all("http://proxy.invalid").no(&*no_proxy).build(),
            http: unusable(&http),
            https: unusable(&https),
        }
    }

    fn intercept(&self, destination: &Uri) -> Result<Option<Intercept>, Unsendable> {
        let fault = match destination.scheme_str() {
            Some("http") => &self.http,
            _ => &self.https,
        };
        match fault {
            Some(fault) if self.not_excluded.intercept(destination).is_some() => Err(fault.clone()),
            _ => Ok(self.matcher.intercept(destination)),
        }
    }
}

/// Returns the fault of the variable with this name and value.
fn unusable((name, value): &(&'static str, String)) -> Option<Unsendable> {
    // As for curl, the scheme is optional. The connector reports an https:// proxy.
    let url = match value.split_once("://") {
        Some(("https", rest)) => format!("http://{rest}"),
        Some(_) => value.clone(),
        None => format!("http://{value}"),
    };
    let reason = fault(&url).filter(|_| !value.is_empty())?;
    Some(Unsendable(format!("the environment variable {name} is not a proxy URL: {reason}").into()))
}

/// Returns why a URL is not that of a proxy.
fn fault(url: &str) -> Option<&'static str> {
    let port = url.parse::<Uri>().ok().and_then(|uri| uri.authority().map(has_valid_port));
    if port == Some(false) {
        return Some("the port is not a number from 1 to 65535");
    }
    let is_supported = url
        .split_once("://")
        .is_some_and(|(scheme, _)| ["http", "socks5", "socks5h"].contains(&scheme));
    // The matcher ignores URLs that it cannot parse, and is then empty.
    let matcher = Matcher::builder().all(url).build();
    let is_known = matcher.intercept(&Uri::from_static("https://api.frame.io")).is_some();
    (!is_supported || !is_known).then_some("expected http://, socks5:// or socks5h:// and a host")
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
        let proxy = proxy.intercept(&Uri::from_static(destination)).ok().flatten();
        proxy.map(|proxy| proxy.uri().to_string())
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
    fn an_unusable_variable_fails_the_connections_that_need_it() {
        let environment = |variables: &'static [(&str, &str)]| {
            Proxy::from_variables(&|name| {
                let found = variables.iter().find(|(variable, _)| *variable == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let fault = |proxy: &Proxy, destination| {
            proxy.intercept(&Uri::from_static(destination)).err().map(|fault| fault.to_string())
        };
        let proxy = environment(&[("HTTPS_PROXY", "garbage url"), ("NO_PROXY", "intern.example")]);
        let message = "the environment variable HTTPS_PROXY is not a proxy URL: expected http://, \
                       socks5:// or socks5h:// and a host";
        assert_eq!(fault(&proxy, "https://api.frame.io").as_deref(), Some(message));
        for direct in ["https://a.intern.example", "https://127.0.0.1", "http://api.frame.io"] {
            assert_eq!((fault(&proxy, direct), through(&proxy, direct)), (None, None), "{direct}");
        }
        let proxy = environment(&[("http_proxy", "http://h:1"), ("all_proxy", "http://h:99999")]);
        let message = "the environment variable all_proxy is not a proxy URL: the port is not a number \
                       from 1 to 65535";
        assert_eq!(fault(&proxy, "https://api.frame.io").as_deref(), Some(message));
        assert_eq!(through(&proxy, "http://api.frame.io").as_deref(), Some("http://h:1/"));

        for (value, expected) in [
            (" http://h:1\n", Some("http://h:1/")),
            ("h:1", Some("http://h:1/")),
            ("user:secret@h:1", Some("http://h:1/")),
            ("socks5h://h:1", Some("socks5h://h:1/")),
            // The connector refuses it.
            ("https://h:1", Some("https://h:1/")),
            ("", None),
        ] {
            let proxy =
                Proxy::from_variables(&|name| (name == "ALL_PROXY").then(|| value.to_owned()));
            assert_eq!(fault(&proxy, "https://api.frame.io"), None, "{value}");
            assert_eq!(through(&proxy, "https://api.frame.io").as_deref(), expected, "{value}");
        }
        let cgi = environment(&[("REQUEST_METHOD", "GET"), ("HTTPS_PROXY", "garbage url")]);
        assert_eq!(fault(&cgi, "https://api.frame.io"), None);
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
