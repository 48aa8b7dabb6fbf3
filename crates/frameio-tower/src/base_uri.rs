//! Base URI of relative requests.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use frameio_core::has_valid_port;
use http::uri::{Authority, InvalidUri, PathAndQuery, Scheme};
use http::{Request, Uri};
use tower::{Layer, Service};

/// Resolves relative request URIs against a base URI.
///
/// Sets the scheme and authority of the base, and prepends its path, with or without a trailing
/// slash. A URI with an authority is left unchanged.
///
/// ```
/// use frameio_tower::BaseUriLayer;
/// use tower::{Layer, ServiceExt, service_fn};
///
/// # tokio_test::block_on(async {
/// let layer = BaseUriLayer::new("https://proxy.example/frameio/".parse()?)?;
/// let service = layer.layer(service_fn(async |request: http::Request<()>| {
///     Ok::<_, std::convert::Infallible>(request.uri().to_string())
/// }));
/// let sent_to = service.oneshot(http::Request::get("/v4/me").body(())?).await?;
/// assert_eq!(sent_to, "https://proxy.example/frameio/v4/me");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct BaseUriLayer {
    base: Arc<Base>,
}

#[derive(Debug)]
struct Base {
    scheme: Scheme,
    authority: Authority,
    /// Path without a trailing slash; usually empty.
    prefix: Box<str>,
}

impl BaseUriLayer {
    /// Creates a layer for a base URI.
    ///
    /// # Errors
    /// Fails if the scheme is not `http` or `https`, if there is no host, or if the URI has an impossible
    /// port, a path segment `.` or `..`, a query, which would be lost, or a user name or password, which
    /// could end up in logs.
    pub fn new(base: Uri) -> Result<Self, InvalidBaseUri> {
        let parts = base.into_parts();
        let scheme = parts
            .scheme
            .filter(|scheme| *scheme == Scheme::HTTPS || *scheme == Scheme::HTTP)
            .ok_or(InvalidBaseUri("it does not start with https:// or http://"))?;
        let authority = parts
            .authority
            .filter(|authority| !authority.host().is_empty())
            .ok_or(InvalidBaseUri("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(InvalidBaseUri("it has a user name or password"));
        }
        if !has_valid_port(&authority) {
            return Err(InvalidBaseUri("its port is not a number from 1 to 65535"));
        }
        let path = parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
        if path.query().is_some() {
            return Err(InvalidBaseUri("it has a query"));
        }
        if path.path().split('/').any(|segment| matches!(segment, "." | "..")) {
            return Err(InvalidBaseUri("its path has the segment '.' or '..'"));
        }
        let prefix = path.path().trim_end_matches('/').into();
        Ok(Self { base: Arc::new(Base { scheme, authority, prefix }) })
    }
}

/// Parses a base URI.
///
/// # Errors
/// Fails if the text is not a URI. The error names the fault.
///
/// ```
/// use frameio_tower::base_uri::parse;
///
/// let error = parse("https:///v4").unwrap_err();
/// assert_eq!(error.to_string(), "invalid base URI: it has no host");
/// ```
pub fn parse(text: &str) -> Result<Uri, InvalidBaseUri> {
    text.parse().map_err(|_: InvalidUri| {
        let after_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
        let fault = if after_scheme.is_empty() || after_scheme.starts_with(['/', '?', '#', ':']) {
            "it has no host"
        } else if text.contains(char::is_whitespace) {
            "it contains a blank"
        } else if !text.is_ascii() {
            "it contains a character that is not ASCII: use its percent-encoding, or for a host its Punycode"
        } else if text.contains(|c: char| "<>\\^`{|}\"".contains(c)) {
            "it contains a character that a URL cannot have"
        } else {
            "it is not a URL"
        };
        InvalidBaseUri(fault)
    })
}

impl Base {
    /// Returns the absolute form of `uri`, or `None` if it exceeds the maximum length of a [`Uri`],
    /// 64 kB. The request then keeps its relative URI, which no transport sends.
    fn resolve(&self, uri: &Uri) -> Option<Uri> {
        let path = uri.path_and_query();
        let path = if self.prefix.is_empty() {
            path.cloned().unwrap_or_else(|| PathAndQuery::from_static("/"))
        } else {
            let path = path.map_or("/", PathAndQuery::as_str);
            PathAndQuery::from_maybe_shared(format!("{}{path}", self.prefix)).ok()?
        };
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path);
        Uri::from_parts(parts).ok()
    }
}

impl<S> Layer<S> for BaseUriLayer {
    type Service = BaseUri<S>;

    fn layer(&self, inner: S) -> BaseUri<S> {
        BaseUri { inner, base: self.base.clone() }
    }
}

/// Service of a [`BaseUriLayer`].
#[derive(Clone, Debug)]
pub struct BaseUri<S> {
    inner: S,
    base: Arc<Base>,
}

impl<S, B> Service<Request<B>> for BaseUri<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        if request.uri().authority().is_none()
            && let Some(uri) = self.base.resolve(request.uri())
        {
            *request.uri_mut() = uri;
        }
        self.inner.call(request)
    }
}

/// Reason why a URI is not a valid base URI.
///
/// The message does not contain the URI, which may contain a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidBaseUri(&'static str);

impl InvalidBaseUri {
    /// Returns the reason as a clause, such as `it has no host`.
    pub const fn reason(&self) -> &'static str {
        self.0
    }
}

impl fmt::Display for InvalidBaseUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid base URI: {}", self.0)
    }
}

impl StdError for InvalidBaseUri {}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(base: &str, uri: &str) -> String {
        let layer = BaseUriLayer::new(base.parse().unwrap()).unwrap();
        let mut request = Request::get(uri).body(()).unwrap();
        let mut service = layer.layer(tower::service_fn(|request: Request<()>| {
            std::future::ready(Ok::<_, std::convert::Infallible>(request))
        }));
        request = tokio_test::block_on(service.call(request)).unwrap();
        request.uri().to_string()
    }

    #[test]
    fn names_the_fault_of_a_text_that_is_not_a_uri() {
        for (text, fault) in [
            ("", "it has no host"),
            ("https://", "it has no host"),
            ("https:///x", "it has no host"),
            ("https://h/a b", "it contains a blank"),
            ("https://h/a<b", "it contains a character that a URL cannot have"),
            ("https://h:p@[/", "it is not a URL"),
        ] {
            assert_eq!(parse(text).map_err(|error| error.reason()), Err(fault), "{text}");
        }
        assert!(parse("https://b\u{fc}ro.example").unwrap_err().reason().contains("not ASCII"));
        assert_eq!(parse("https://h:1/x").unwrap(), "https://h:1/x");
    }

    #[test]
    fn relative_uris_are_resolved_against_the_base() {
        for (base, uri, expected) in [
            ("https://api.frame.io", "/v4/me", "https://api.frame.io/v4/me"),
            ("https://api.frame.io/", "/v4/me?a=%7C&b", "https://api.frame.io/v4/me?a=%7C&b"),
            ("http://[::1]:8080", "/", "http://[::1]:8080/"),
            ("https://p.example/frameio", "/v4/me", "https://p.example/frameio/v4/me"),
            ("https://p.example/a/b//", "/v4/a?b=c", "https://p.example/a/b/v4/a?b=c"),
            ("https://p.example/a", "/v4/x%2Fy", "https://p.example/a/v4/x%2Fy"),
        ] {
            assert_eq!(resolve(base, uri), expected);
        }
    }

    #[test]
    fn absolute_uris_are_unchanged() {
        let uri = "http://other.example:81/v4/me?a=b";
        assert_eq!(resolve("https://api.frame.io/prefix", uri), uri);
    }

    #[test]
    fn rejects_invalid_base_uris() {
        for (base, why) in [
            ("/v4", "it does not start with https:// or http://"),
            ("api.frame.io", "it does not start with https:// or http://"),
            ("ftp://api.frame.io", "it does not start with https:// or http://"),
            ("https://api.frame.io/?a=b", "it has a query"),
            ("https://api.frame.io:99999", "its port is not a number from 1 to 65535"),
            ("https://api.frame.io:0/", "its port is not a number from 1 to 65535"),
            ("https://api.frame.io:", "its port is not a number from 1 to 65535"),
            ("https://api.frame.io/../x", "its path has the segment '.' or '..'"),
            ("https://user:s3cret@api.frame.io/", "it has a user name or password"),
        ] {
            let error = BaseUriLayer::new(base.parse().unwrap()).unwrap_err();
            assert_eq!(error, InvalidBaseUri(why), "{base}");
            assert_eq!(error.to_string(), format!("invalid base URI: {why}"));
        }
    }

    #[test]
    fn a_uri_beyond_the_maximum_length_stays_relative() {
        let long = format!("/{}", "x".repeat(65_000));
        let prefix = "y".repeat(1_000);
        assert_eq!(resolve(&format!("https://p.example/{prefix}"), &long), long);
    }
}
