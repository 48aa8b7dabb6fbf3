//! Layers from elsewhere fit around and between these, unchanged.

mod support;

use std::time::Duration;

use frameio_core::{Body, BoxError};
use frameio_tower::{
    BaseUri, BaseUriLayer, Collect, CollectLayer, Deadline, DeadlineLayer, Headers, HeadersLayer,
    Retry, RetryLayer, Timeout, TimeoutLayer, Trace, TraceLayer,
};
use http::{HeaderMap, HeaderValue, Request};
use static_assertions::assert_impl_all;
use support::script::Script;
use tower::limit::ConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;
use tower::util::{BoxCloneSyncService, MapRequestLayer};
use tower::{ServiceBuilder, ServiceExt};

assert_impl_all!(BaseUri<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(Collect<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(Deadline<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(Headers<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(Retry<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(Timeout<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(Trace<()>: Clone, std::fmt::Debug, Send, Sync);

fn mark(name: &'static str) -> impl Fn(Request<Body>) -> Request<Body> + Clone {
    move |mut request| {
        request.headers_mut().append("x-mark", HeaderValue::from_static(name));
        request
    }
}

#[tokio::test(start_paused = true)]
async fn layers_of_tower_fit_around_and_inside() {
    let script = Script::new([]);
    let stack = ServiceBuilder::new()
        .layer(LoadShedLayer::new())
        .layer(ConcurrencyLimitLayer::new(4))
        .layer(tower::timeout::TimeoutLayer::new(Duration::from_secs(1)))
        .layer(MapRequestLayer::new(mark("call")))
        .layer(BaseUriLayer::new("https://api.frame.io".parse().unwrap()).unwrap())
        .layer(HeadersLayer::new(HeaderMap::new()))
        .layer(DeadlineLayer::new(Duration::from_secs(1)))
        .layer(RetryLayer::default())
        .layer(TraceLayer::new())
        .layer(TimeoutLayer::new(Duration::from_secs(1)))
        .layer(LoadShedLayer::new())
        .layer(ConcurrencyLimitLayer::new(4))
        .layer(tower::timeout::TimeoutLayer::new(Duration::from_secs(1)))
        .layer(MapRequestLayer::new(mark("attempt")))
        .layer(CollectLayer::new(1000))
        .service(script.clone());
    // In one box, and on a task of its own: all of it is `Send`.
    let boxed = BoxCloneSyncService::<_, _, BoxError>::new(stack);
    let request = Request::get("/v4/me").body(Body::empty()).unwrap();
    let response = tokio::spawn(async move { boxed.oneshot(request).await.map(|r| r.status()) });
    assert_eq!(response.await.unwrap().unwrap(), 200);

    let seen = script.seen();
    let marks: Vec<_> = seen[0].parts.headers.get_all("x-mark").iter().collect();
    assert_eq!(marks, ["call", "attempt"]);
}
