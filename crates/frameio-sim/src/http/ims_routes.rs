//! Routes of Adobe IMS, under `/ims/`.

use std::sync::{Arc, LazyLock};

use axum::routing::{MethodFilter, MethodRouter};
use axum::{Extension, Router};
use frameio_core::Body;
use http::header::{CACHE_CONTROL, HeaderValue};
use http::request::Parts;
use http::{Request, Response};
use tower_http::set_header::SetResponseHeaderLayer;

use super::base_url;
use crate::ims::{self, Endpoint};
use crate::request_body::Content;
use crate::routing;
use crate::shared::{Shared, World};

static ROUTER: LazyLock<Router> = LazyLock::new(|| {
    let routes = Endpoint::ALL.into_iter();
    let router = routes.fold(Router::new(), |router, it| router.route(it.path(), route(it)));
    let no_store = HeaderValue::from_static("no-store");
    router
        .fallback(async || ims::unknown_route())
        .layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, no_store))
});

fn route(endpoint: Endpoint) -> MethodRouter {
    let handle = move |shared: Extension<Arc<Shared>>, body: Extension<Content>, parts: Parts| async move {
        let World { ims, state, tokens, demo, .. } = &mut *shared.lock();
        let account = demo.account_id.as_str();
        let mut context = ims::Context { ims, state, tokens, account };
        let now = shared.env.clock.now();
        ims::respond(&mut context, endpoint, &parts, base_url(&parts), now, &body)
    };
    let methods = endpoint.methods();
    let filters = methods.iter().cloned().filter_map(|it| MethodFilter::try_from(it).ok());
    let router = filters.fold(MethodRouter::new(), |router, filter| router.on(filter, handle));
    routing::only(methods, router, |_| ims::method_not_allowed())
}

/// Responds to a request, whose body the pipeline has read for the record.
pub(super) async fn respond(shared: &Arc<Shared>, parts: &Parts, body: Content) -> Response<Body> {
    let mut request = Request::from_parts(parts.clone(), Body::empty());
    request.extensions_mut().insert(body);
    routing::call(&ROUTER, shared.clone(), request).await
}
