//! Default headers.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use frameio_core::Origin;
use http::header::{ACCEPT, ACCEPT_ENCODING, Entry, USER_AGENT};
use http::{HeaderMap, HeaderName, Request, Uri};
use tower::{Layer, Service};

/// Adds headers to each request, unless the request has a header of the same name.
///
/// [`only_for`](Self::only_for) keeps headers that may be secret, such as the key of a gateway, from other
/// origins.
///
/// ```
/// use frameio_tower::HeadersLayer;
/// use http::header::{HeaderMap, HeaderValue, USER_AGENT};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(USER_AGENT, HeaderValue::from_static("my-app/1.0"));
/// let layer = HeadersLayer::new(headers);
/// ```
#[derive(Clone)]
pub struct HeadersLayer {
    headers: Arc<HeaderMap>,
    foreign: Option<Arc<Foreign>>,
}

/// Headers of requests to other origins.
struct Foreign {
    /// Origin that receives all headers.
    origin: Origin,
    headers: HeaderMap,
}

/// Returns whether a header contains nothing about the user, so that every origin may receive it.
pub(crate) fn is_public(name: &HeaderName) -> bool {
    [ACCEPT, ACCEPT_ENCODING, USER_AGENT].contains(name)
}

impl HeadersLayer {
    /// Creates a layer that adds `headers`, including all values of a repeated name.
    pub fn new(headers: HeaderMap) -> Self {
        Self { headers: Arc::new(headers), foreign: None }
    }

    /// Adds only `accept`, `accept-encoding` and `user-agent` to requests to another origin than that of
    /// `uri`.
    #[must_use]
    pub fn only_for(mut self, uri: &Uri) -> Self {
        let public = self.headers.iter().filter(|(name, _)| is_public(name));
        let headers: HeaderMap =
            public.map(|(name, value)| (name.clone(), value.clone())).collect();
        // Without other headers, no request has to be checked.
        let differs = headers.len() < self.headers.len();
        self.foreign = differs.then(|| Arc::new(Foreign { origin: Origin::of(uri), headers }));
        self
    }
}

/// Shows names without values, which may be secret.
impl fmt::Debug for HeadersLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().collect();
        f.debug_struct("HeadersLayer").field("headers", &names).finish()
    }
}

impl<S> Layer<S> for HeadersLayer {
    type Service = Headers<S>;

    fn layer(&self, inner: S) -> Headers<S> {
        Headers { inner, layer: self.clone() }
    }
}

/// Service of a [`HeadersLayer`].
#[derive(Clone)]
pub struct Headers<S> {
    inner: S,
    layer: HeadersLayer,
}

impl<S: fmt::Debug> fmt::Debug for Headers<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inner, layer } = self;
        f.debug_struct("Headers").field("inner", inner).field("layer", layer).finish()
    }
}

impl<S, B> Service<Request<B>> for Headers<S>
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
        let foreign = self.layer.foreign.as_ref();
        let headers = match foreign.filter(|foreign| !foreign.origin.covers(request.uri())) {
            Some(foreign) => &foreign.headers,
            None => &*self.layer.headers,
        };
        if request.headers().is_empty() {
            // Reserves capacity for the headers that are added further in: token, its kind, host. A
            // clone of the map would have to grow.
            *request.headers_mut() = HeaderMap::with_capacity(headers.len() + 3);
            for (name, value) in headers {
                request.headers_mut().append(name, value.clone());
            }
            return self.inner.call(request);
        }
        // The map iterates over all values of a name before the next name.
        let mut added: Option<&HeaderName> = None;
        for (name, value) in headers {
            match request.headers_mut().entry(name) {
                Entry::Vacant(entry) => {
                    entry.insert(value.clone());
                    added = Some(name);
                }
                Entry::Occupied(mut entry) if added == Some(name) => entry.append(value.clone()),
                Entry::Occupied(_) => {}
            }
        }
        self.inner.call(request)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_public_headers_are_added_for_other_origins() {
        let mut headers = HeaderMap::new();
        for name in ["accept", "accept-encoding", "user-agent", "x-api-key"] {
            headers.insert(name, HeaderValue::from_static("1"));
        }
        let api = Uri::from_static("https://api.frame.io");
        let mut service = HeadersLayer::new(headers.clone()).only_for(&api).layer(
            tower::service_fn(|request: Request<()>| {
                std::future::ready(Ok::<_, std::convert::Infallible>(request.headers().len()))
            }),
        );
        for (uri, expected) in [
            ("https://api.frame.io/v4/me", 4),
            ("https://API.frame.io:443/v4/me", 4),
            ("https://other.example/v4/me", 3),
            ("http://api.frame.io/v4/me", 3),
            ("/v4/me", 3),
        ] {
            let request = Request::get(uri).body(()).unwrap();
            assert_eq!(tokio_test::block_on(service.call(request)).unwrap(), expected, "{uri}");
        }
        headers.remove("x-api-key");
        assert!(HeadersLayer::new(headers).only_for(&api).foreign.is_none());
    }

    #[test]
    fn request_headers_take_precedence_and_all_values_are_sent() {
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("application/json"));
        for value in ["1", "2", "3"] {
            headers.append("x-many", HeaderValue::from_static(value));
            headers.append("x-own", HeaderValue::from_static(value));
        }
        let mut service =
            HeadersLayer::new(headers).layer(tower::service_fn(|request: Request<()>| {
                std::future::ready(Ok::<_, std::convert::Infallible>(request))
            }));
        let request = Request::get("/").header("x-own", "mine").body(()).unwrap();
        let sent = tokio_test::block_on(service.call(request)).unwrap();
        let all = |name| {
            let values = sent.headers().get_all(name).iter();
            values.map(|value| value.to_str().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(all("accept"), ["application/json"]);
        assert_eq!(all("x-many"), ["1", "2", "3"]);
        assert_eq!(all("x-own"), ["mine"]);
    }
}
