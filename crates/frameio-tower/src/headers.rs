//! Default headers.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::Entry;
use http::{HeaderMap, HeaderName, Request};
use tower::{Layer, Service};

/// Adds headers to each request, unless the request has a header of the same name.
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
}

impl HeadersLayer {
    /// Creates a layer that adds `headers`, including all values of a repeated name.
    pub fn new(headers: HeaderMap) -> Self {
        Self { headers: Arc::new(headers) }
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
        Headers { inner, headers: self.headers.clone() }
    }
}

/// Service of a [`HeadersLayer`].
#[derive(Clone)]
pub struct Headers<S> {
    inner: S,
    headers: Arc<HeaderMap>,
}

impl<S: fmt::Debug> fmt::Debug for Headers<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().collect();
        f.debug_struct("Headers").field("inner", &self.inner).field("headers", &names).finish()
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
        if request.headers().is_empty() {
            // Reserves capacity for the headers that are added further in: token, its kind, host. A
            // clone of the map would have to grow.
            *request.headers_mut() = HeaderMap::with_capacity(self.headers.len() + 3);
            for (name, value) in &*self.headers {
                request.headers_mut().append(name, value.clone());
            }
            return self.inner.call(request);
        }
        // The map iterates over all values of a name before the next name.
        let mut added: Option<&HeaderName> = None;
        for (name, value) in &*self.headers {
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
