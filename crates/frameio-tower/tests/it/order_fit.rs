//! Layers of tower and tower-http around and between the layers of this crate.

use std::time::Duration;

use crate::support::Strict;
use crate::support::script::{Script, status};
use frameio_core::{Body, BoxError, Call, Operation, Quota};
use frameio_tower::{
    Auth, AuthLayer, BaseUri, BaseUriLayer, Collect, CollectLayer, Deadline, DeadlineLayer,
    Headers, HeadersLayer, Metrics, MetricsLayer, RateLimit, RateLimitLayer, Retry, RetryLayer,
    Sending, SendingLayer, StaticToken, Timeout, TimeoutLayer, Trace, TraceLayer,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use static_assertions::assert_impl_all;
use tower::limit::{ConcurrencyLimit, ConcurrencyLimitLayer};
use tower::load_shed::LoadShedLayer;
use tower::util::{BoxCloneSyncService, MapRequestLayer};
use tower::{Layer, Service, ServiceBuilder, ServiceExt};

assert_impl_all!(Auth<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(BaseUri<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(Collect<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(Deadline<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(Headers<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(RateLimit<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(Retry<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(Sending<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(Timeout<()>: Clone, std::fmt::Debug, Send, Sync);
assert_impl_all!(Trace<()>: Clone, std::fmt::Debug, Send, Sync);

const BASE: &str = "https://api.frame.io";

static SHOW: Operation =
    Operation::new("users.show", Method::GET, "/v4/me", Quota::per_minute(100));

fn mark(name: &'static str) -> impl Fn(Request<Body>) -> Request<Body> + Clone {
    move |mut request| {
        request.headers_mut().append("x-mark", HeaderValue::from_static(name));
        request
    }
}

#[tokio::test(start_paused = true)]
async fn layers_of_tower_work_outside_and_inside() {
    let script = Script::new([]);
    let stack = ServiceBuilder::new()
        .layer(LoadShedLayer::new())
        .layer(ConcurrencyLimitLayer::new(4))
        .layer(tower::timeout::TimeoutLayer::new(Duration::from_secs(1)))
        .layer(MapRequestLayer::new(mark("call")))
        .layer(BaseUriLayer::new(BASE.parse().unwrap()).unwrap())
        .layer(HeadersLayer::new(HeaderMap::new()))
        .layer(DeadlineLayer::new(Duration::from_secs(1)))
        .layer(RetryLayer::default())
        .layer(RateLimitLayer::new())
        .layer(AuthLayer::new(StaticToken::new("token"), &BASE.parse().unwrap()))
        .layer(TraceLayer::new())
        .layer(TimeoutLayer::new(Duration::from_secs(1)))
        .layer(LoadShedLayer::new())
        .layer(ConcurrencyLimitLayer::new(4))
        .layer(tower::timeout::TimeoutLayer::new(Duration::from_secs(1)))
        .layer(MapRequestLayer::new(mark("attempt")))
        .layer(CollectLayer::new(1000))
        .service(script.clone());
    // Boxed and spawned, which requires `Send`.
    let boxed = BoxCloneSyncService::<_, _, BoxError>::new(stack);
    let request = Request::get("/v4/me").body(Body::empty()).unwrap();
    let response = tokio::spawn(async move { boxed.oneshot(request).await.map(|r| r.status()) });
    assert_eq!(response.await.unwrap().unwrap(), 200);

    let seen = script.seen();
    let marks: Vec<_> = seen[0].parts.headers.get_all("x-mark").iter().collect();
    assert_eq!(marks, ["call", "attempt"]);
}

/// Calls a layer and its clone repeatedly, without other layers, around a service that panics if it
/// is not ready.
async fn call<L>(layer: L)
where
    L: Layer<Strict<Script>>,
    L::Service: Service<Request<Body>, Response = Response<Body>, Error = BoxError> + Clone,
{
    let request = || Request::get(BASE).body(Body::empty()).unwrap();
    let script = Script::new([]);
    let mut service = layer.layer(Strict::new(script.clone()));
    for _ in 0..2 {
        let response = service.ready().await.unwrap().call(request()).await.unwrap();
        assert_eq!(response.status(), 200);
    }
    let mut ready = service.ready().await.unwrap().clone();
    ready.ready().await.unwrap().call(request()).await.unwrap();
    assert_eq!(script.seen().len(), 3);
}

struct NoMetrics;

impl Metrics for NoMetrics {}

#[tokio::test(start_paused = true)]
async fn each_layer_works_alone_and_respects_readiness() {
    let second = Duration::from_secs(1);
    call(AuthLayer::new(StaticToken::new("token"), &BASE.parse().unwrap())).await;
    call(BaseUriLayer::new(BASE.parse().unwrap()).unwrap()).await;
    call(CollectLayer::new(1)).await;
    call(DeadlineLayer::new(second)).await;
    call(HeadersLayer::new(HeaderMap::new())).await;
    call(MetricsLayer::new(NoMetrics)).await;
    call(RateLimitLayer::new()).await;
    call(RetryLayer::default()).await;
    call(TimeoutLayer::new(second)).await;
    call(SendingLayer::new()).await;
    call(TraceLayer::new()).await;
}

/// Sends two calls through a layer around a concurrency limit of one. The second call gets the permit
/// of the first.
async fn call_twice<L>(layer: L)
where
    L: Layer<ConcurrencyLimit<Script>>,
    L::Service: Service<Request<Body>, Response = Response<Body>, Error = BoxError>,
{
    let request = || {
        let mut request = Request::get(BASE).body(Body::empty()).unwrap();
        request.extensions_mut().insert(Call::new(&SHOW));
        request
    };
    let second = Duration::from_secs(1);
    let script = Script::new([status(200).after(second), status(200)]);
    let mut service = layer.layer(ConcurrencyLimit::new(script.clone(), 1));
    let first = service.ready().await.unwrap().call(request());
    let waiting = service.ready().await.unwrap().call(request());
    let both = async { tokio::join!(first, waiting) };
    let (first, waiting) = tokio::time::timeout(60 * second, both).await.unwrap();
    assert_eq!(
        (first.unwrap().status(), waiting.unwrap().status()),
        (StatusCode::OK, StatusCode::OK)
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_for_a_permit_gets_it() {
    call_twice(AuthLayer::new(StaticToken::new("token"), &BASE.parse().unwrap())).await;
    call_twice(RateLimitLayer::new()).await;
    call_twice(DeadlineLayer::new(Duration::from_secs(600))).await;
}
