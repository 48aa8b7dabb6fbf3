//! Headers of requests that a custom layer redirects to another origin.

use std::sync::Arc;

use frameio_core::{Body, Origin};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use tower::util::MapRequestLayer;

use crate::headers::is_public;

/// Removes from requests to other origins what the stack has added for the API: the token and default headers.
///
/// Two layers enclose the attempt layers. The outer one notes the token of a request, and the inner one removes
/// it again from a request that the attempt layers have redirected. A token that an attempt layer has set
/// itself is another value, and is kept.
pub(crate) struct RedirectGuard {
    origin: Origin,
    headers: Arc<HeaderMap>,
}

/// Token that a request had before the attempt layers, as a request extension.
#[derive(Clone)]
struct Signed(Option<HeaderValue>);

impl RedirectGuard {
    /// Creates the guard of the origin of `api`, whose requests get `headers`.
    pub(crate) fn new(api: &Uri, headers: HeaderMap) -> Self {
        Self { origin: Origin::of(api), headers: Arc::new(headers) }
    }

    /// Returns the layer around the attempt layers.
    pub(crate) fn outer(
        &self,
    ) -> MapRequestLayer<impl Fn(Request<Body>) -> Request<Body> + Clone + use<>> {
        let origin = self.origin.clone();
        MapRequestLayer::new(move |mut request: Request<Body>| {
            let token = request.headers().get(AUTHORIZATION);
            let signed = Signed(token.filter(|_| origin.covers(request.uri())).cloned());
            request.extensions_mut().insert(signed);
            request
        })
    }

    /// Returns the layer inside the attempt layers.
    pub(crate) fn inner(
        &self,
    ) -> MapRequestLayer<impl Fn(Request<Body>) -> Request<Body> + Clone + use<>> {
        let (origin, added) = (self.origin.clone(), self.headers.clone());
        MapRequestLayer::new(move |mut request: Request<Body>| {
            if !origin.covers(request.uri()) {
                let signed = request.extensions().get::<Signed>().cloned();
                let sent = request.headers_mut();
                remove_values(sent, &AUTHORIZATION, |value| match &signed {
                    Some(Signed(token)) => token.as_ref() == Some(value),
                    // A layer has built a new request, without extensions. All tokens of this SDK are
                    // marked as sensitive.
                    None => value.is_sensitive(),
                });
                for name in added.keys().filter(|name| !is_public(name)) {
                    remove_values(sent, name, |value| {
                        added.get_all(name).iter().any(|it| it == value)
                    });
                }
            }
            request
        })
    }
}

/// Removes the values of a header that match.
fn remove_values(
    headers: &mut HeaderMap,
    name: &HeaderName,
    matches: impl Fn(&HeaderValue) -> bool,
) {
    if headers.get_all(name).iter().any(&matches) {
        let kept: Vec<HeaderValue> =
            headers.get_all(name).iter().filter(|value| !matches(value)).cloned().collect();
        headers.remove(name);
        for value in kept {
            headers.append(name, value);
        }
    }
}
