//! Helpers for the axum routers of the endpoints outside of the API.

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request as AxumRequest;
use axum::response::{IntoResponse, Response as AxumResponse};
use axum::routing::{MethodFilter, MethodRouter};
use bytes::Bytes;
use frameio_core::Body;
use http::header::{ALLOW, HeaderValue};
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use tower_service::Service;

use crate::request_body::Broken;
use crate::response::{Failure, Reply};

/// Refuses all methods except for `methods`, which `router` handles. This includes `HEAD`, which axum
/// would otherwise handle like `GET`.
pub(crate) fn only(
    methods: &'static [Method],
    router: MethodRouter,
    refuse: fn(&'static [Method]) -> Response<Body>,
) -> MethodRouter {
    let refuse = move || async move {
        let mut response = refuse(methods);
        let allowed = HeaderValue::try_from(list(methods));
        response.headers_mut().extend(allowed.ok().map(|allowed| (ALLOW, allowed)));
        response
    };
    let router = router.fallback(refuse);
    if methods.contains(&Method::GET) { router.on(MethodFilter::HEAD, refuse) } else { router }
}

/// Formats methods as in the header `allow`.
pub(crate) fn list(methods: &[Method]) -> String {
    methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ")
}

/// Sends a request through a router, whose handlers extract `state` as an `Extension`.
///
/// The response body is collected, so that faults can change it.
pub(crate) async fn call<B, S>(router: &Router, state: S, request: Request<B>) -> Response<Body>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    S: Clone + Send + Sync + 'static,
{
    let mut request: AxumRequest =
        request.map(|body| axum::body::Body::new(body.map_err(|_| Broken)));
    request.extensions_mut().insert(state);
    let Ok(response) = router.clone().call(request).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, body.into())
}

impl IntoResponse for Reply {
    fn into_response(self) -> AxumResponse {
        Self::into_response(self).into_response()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> AxumResponse {
        Self::into_response(self).into_response()
    }
}
