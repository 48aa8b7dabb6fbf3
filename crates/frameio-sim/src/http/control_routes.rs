//! Routes under `/_sim`, behind the origin check.

use std::pin::pin;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::Request as AxumRequest;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response as AxumResponse};
use bytes::Bytes;
use frameio_core::Body;
use http::header::{CACHE_CONTROL, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::{Request, Response};
use tower_http::set_header::SetResponseHeaderLayer;

use super::origin_check;
use crate::control;
use crate::request_body::drain;
use crate::routing;
use crate::shared::Shared;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

static ROUTER: LazyLock<Router> = LazyLock::new(|| {
    let header =
        |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    control::router()
        .layer(middleware::from_fn(check_origin))
        .layer(header(CACHE_CONTROL, "no-store"))
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(RESOURCE_POLICY, "same-origin"))
});

async fn check_origin(request: AxumRequest, next: Next) -> AxumResponse {
    let (parts, body) = request.into_parts();
    match origin_check::check_control(&parts) {
        Ok(()) => next.run(AxumRequest::from_parts(parts, body)).await,
        Err(failure) => {
            drain(&parts.headers, pin!(body)).await;
            failure.into_response().into_response()
        }
    }
}

/// Returns whether a path is under `/_sim`.
pub(super) fn has(path: &str) -> bool {
    path.strip_prefix("/_sim").is_some_and(|path| path.is_empty() || path.starts_with('/'))
}

pub(super) async fn respond<B>(shared: &Arc<Shared>, request: Request<B>) -> Response<Body>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
{
    routing::call(&ROUTER, shared.clone(), request).await
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use tower::ServiceExt;

    use super::super::origin_check::Origin;
    use super::*;
    use crate::Sim;

    #[tokio::test]
    async fn other_machines_cannot_control_the_simulator() {
        let sim = Sim::new();
        let status_of = async |path: &str| {
            let mut request = Request::get(path).body(Body::empty()).unwrap();
            request.extensions_mut().insert(Origin { on_loopback: false, is_remote: true });
            sim.clone().oneshot(request).await.unwrap().status()
        };
        assert_eq!(status_of("/_sim/demo").await, StatusCode::FORBIDDEN);
        assert_eq!(status_of("/_sim/nothing").await, StatusCode::FORBIDDEN);
        assert_eq!(
            status_of("/v4/me").await,
            StatusCode::UNAUTHORIZED,
            "the API accepts other machines"
        );
    }
}
