//! Layers of tower and tower-http in both slots of the default stack: deadlines, dropped calls and
//! errors.

#![allow(clippy::future_not_send, reason = "the tests run on one thread")]

use std::task::{Context, Poll};
use std::time::Duration;

use crate::support::Strict;
use crate::support::script::{Script, Step, hang, respond, status};
use bytes::Bytes;
use frameio_core::{Body, BoxError, Call, Operation, Quota};
use frameio_tower::error::DeadlineExceeded;
use frameio_tower::{
    AuthLayer, CallRecord, DeadlineLayer, DefaultStack, FailureKind, HttpError, HttpFuture,
    HttpService, Phase, RateLimitLayer, RetryLayer, StaticToken, Transport,
};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use http_body::Body as HttpBody;
use tokio::time::Instant;
use tower::buffer::BufferLayer;
use tower::limit::{ConcurrencyLimitLayer, GlobalConcurrencyLimitLayer};
use tower::load_shed::LoadShedLayer;
use tower::timeout::TimeoutLayer;
use tower::{Layer, Service, ServiceBuilder, ServiceExt};
use tower_http::decompression::DecompressionLayer;
use tower_http::follow_redirect::FollowRedirectLayer;
use tower_http::map_response_body::MapResponseBodyLayer;
use tower_http::request_id::{MakeRequestUuid, SetRequestIdLayer};
use tower_http::sensitive_headers::SetSensitiveHeadersLayer;
use tower_http::set_header::SetRequestHeaderLayer;
use tower_http::trace::TraceLayer;

const SECOND: Duration = Duration::from_secs(1);

static SHOW: Operation =
    Operation::new("users.show", Method::GET, "/v4/me", Quota::per_minute(100));

#[derive(Clone, Copy, Debug, PartialEq)]
enum Slot {
    Call,
    Attempt,
}

/// Behaviour of a second call while the first one is in flight.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Second {
    /// Waits until the first call ends.
    Waits,
    /// Fails with this message.
    Fails(&'static str),
    /// Reaches the transport as well.
    Passes,
}

/// Returns a stack with `layer` in a slot and a quota of `calls` in ten seconds.
fn stack<L>(slot: Slot, layer: L, calls: u32, script: &Script) -> HttpService
where
    L: Layer<HttpService, Service: Transport> + Send + Sync + 'static,
{
    let quota = Quota::new(calls, 10 * SECOND).unwrap();
    let stack = DefaultStack::new("https://api.frame.io".parse().unwrap())
        .unwrap()
        .no_retry()
        .rate_limit(RateLimitLayer::new().quota(SHOW.id, quota));
    match slot {
        Slot::Call => stack.call_layer(layer),
        Slot::Attempt => stack.attempt_layer(layer),
    }
    .layer(script.clone())
}

fn request(deadline: Duration) -> (Request<Body>, CallRecord) {
    let mut request = Request::get("/v4/me").body(Body::empty()).unwrap();
    let record = CallRecord::new();
    request.extensions_mut().insert(Call::new(&SHOW));
    request.extensions_mut().insert(record.clone());
    request.extensions_mut().insert(frameio_tower::DeadlineAt(Instant::now() + deadline));
    (request, record)
}

fn deadline(error: &HttpError) -> DeadlineExceeded {
    *error.find::<DeadlineExceeded>().unwrap_or_else(|| panic!("{error}"))
}

async fn check<L>(name: &str, second: Second, layer: impl Fn() -> L)
where
    L: Layer<HttpService, Service: Transport> + Send + Sync + 'static,
{
    for slot in [Slot::Call, Slot::Attempt] {
        let name = format!("{name} in the slot {slot:?}");

        let script = Script::new([]);
        let response = stack(slot, layer(), 9, &script).oneshot(request(SECOND).0).await.unwrap();
        assert_eq!(response.status(), 200, "{name}");
        assert_eq!(script.seen().len(), 1, "{name}");

        hanging(&name, stack(slot, layer(), 9, &Script::new([hang()]))).await;
        contended(&name, slot, second, |script, calls| stack(slot, layer(), calls, script)).await;
    }
}

/// Checks that a call without a response was sent, and ends at its deadline.
async fn hanging(name: &str, stack: HttpService) {
    let start = Instant::now();
    let (request, record) = request(SECOND);
    let error = stack.oneshot(request).await.unwrap_err();
    assert_eq!(deadline(&error), DeadlineExceeded::new(SECOND, Phase::Response), "{name}");
    assert_eq!(error.to_string(), "deadline of 1s reached while waiting for the response");
    assert_eq!(start.elapsed(), SECOND, "{name}");
    assert!(record.may_have_been_sent(), "{name}");
}

/// Polls a call until it makes no more progress without time passing.
async fn begin(call: HttpFuture) -> tokio_test::task::Spawn<HttpFuture> {
    let mut call = tokio_test::task::spawn(call);
    for _ in 0..4 {
        // A call that fails immediately cannot be dropped.
        if call.poll().is_ready() {
            break;
        }
        tokio::task::yield_now().await;
    }
    call
}

/// Checks a second call while the first one hangs.
async fn contended(
    name: &str,
    slot: Slot,
    second: Second,
    stack: impl Fn(&Script, u32) -> HttpService,
) {
    // Deadline of the first call.
    let script = Script::new([hang(), hang()]);
    let mut service = stack(&script, 9);
    let (first, _) = request(60 * SECOND);
    let holding = begin(service.call(first)).await;
    let start = Instant::now();
    let (waiting, record) = request(SECOND);
    let error = service.clone().oneshot(waiting).await.unwrap_err();
    let phase = match (second, slot) {
        (Second::Passes, _) => Phase::Response,
        (_, Slot::Call) => Phase::Start,
        (_, Slot::Attempt) => Phase::Attempt,
    };
    match second {
        Second::Waits | Second::Passes => {
            assert_eq!(deadline(&error), DeadlineExceeded::new(SECOND, phase), "{name}");
            assert_eq!(start.elapsed(), SECOND, "{name}");
        }
        Second::Fails(message) => {
            assert_eq!(error.to_string(), message, "{name}");
            assert_eq!(start.elapsed(), Duration::ZERO, "{name}");
        }
    }
    assert_eq!(record.may_have_been_sent(), second == Second::Passes, "{name}");
    drop(holding);

    // Drops the second call. If it was not sent, it returns its slot of the quota of two.
    let hanging = if second == Second::Passes { 2 } else { 1 };
    let script = Script::new((0..hanging).map(|_| hang()));
    let mut service = stack(&script, 3);
    let holding = begin(service.call(request(60 * SECOND).0)).await;
    let dropped = begin(service.call(request(60 * SECOND).0)).await;
    drop((dropped, holding));
    let start = Instant::now();
    let response = service.oneshot(request(60 * SECOND).0).await.unwrap();
    assert_eq!(response.status(), 200, "{name}");
    let waited = start.elapsed() > Duration::ZERO;
    assert_eq!(waited, second == Second::Passes, "{name}: {:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn layers_that_limit_concurrency_wait_within_the_deadline() {
    check("ConcurrencyLimit", Second::Waits, || ConcurrencyLimitLayer::new(1)).await;
    check("GlobalConcurrencyLimit", Second::Waits, || GlobalConcurrencyLimitLayer::new(1)).await;
}

#[tokio::test(start_paused = true)]
async fn load_shedding_around_a_limit_fails_immediately() {
    check("LoadShed", Second::Fails("service overloaded"), || {
        ServiceBuilder::new()
            .layer(LoadShedLayer::new())
            .layer(ConcurrencyLimitLayer::new(1))
            .into_inner()
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_buffer_sends_in_its_own_task() {
    // The worker polls calls only after it has sent them, so the second call passes too.
    check("Buffer", Second::Passes, || BufferLayer::<Request<Body>>::new(4)).await;
}

#[tokio::test(start_paused = true)]
async fn layers_that_change_messages_do_not_block_calls() {
    check("Timeout", Second::Passes, || TimeoutLayer::new(50 * SECOND)).await;
    check("Trace", Second::Passes, TraceLayer::new_for_http).await;
    check("SetRequestHeader", Second::Passes, || {
        SetRequestHeaderLayer::overriding(
            HeaderName::from_static("x-one"),
            HeaderValue::from_static("1"),
        )
    })
    .await;
    check("FollowRedirect", Second::Passes, FollowRedirectLayer::new).await;
    check("Decompression", Second::Passes, DecompressionLayer::new).await;
    check("RequestId", Second::Passes, || SetRequestIdLayer::x_request_id(MakeRequestUuid)).await;
    check("MapResponseBody", Second::Passes, || {
        MapResponseBodyLayer::new(|body: Body| Body::stream(Box::pin(body)))
    })
    .await;
    check("SensitiveHeaders", Second::Passes, || {
        SetSensitiveHeadersLayer::new([http::header::AUTHORIZATION])
    })
    .await;
}

/// Around an attempt, a timeout of tower is one of the attempt, which can be repeated.
#[tokio::test(start_paused = true)]
async fn a_timeout_of_tower_is_a_timeout() {
    for (slot, attempts) in [(Slot::Call, 1), (Slot::Attempt, 2)] {
        let script = Script::new([hang()]);
        let stack = DefaultStack::new("https://api.frame.io".parse().unwrap()).unwrap();
        let stack = match slot {
            Slot::Call => stack.call_layer(TimeoutLayer::new(SECOND)),
            Slot::Attempt => stack.attempt_layer(TimeoutLayer::new(SECOND)),
        };
        let (request, record) = request(60 * SECOND);
        let result = stack.layer(script.clone()).oneshot(request).await;
        assert_eq!(script.seen().len(), attempts, "{slot:?}");
        assert!(record.may_have_been_sent(), "{slot:?}");
        match slot {
            Slot::Call => {
                let error = result.unwrap_err();
                assert_eq!(error.to_string(), "request timed out");
                assert_eq!(FailureKind::of(&error), FailureKind::LayerTimeout);
            }
            Slot::Attempt => assert_eq!(result.unwrap().status(), 200),
        }
    }
}

fn redirect() -> Step {
    let response = Response::builder().status(302).header("location", "/v4/elsewhere");
    respond(response.body(Body::empty()).unwrap())
}

/// In the attempt slot, following a redirect is one attempt. In the call slot, each hop is a call,
/// which spends quota again.
#[tokio::test(start_paused = true)]
async fn redirects_are_followed_in_both_slots() {
    for (slot, attempts) in [(Slot::Attempt, 1), (Slot::Call, 2)] {
        let script = Script::new([redirect(), status(200)]);
        let stack = stack(slot, FollowRedirectLayer::new(), 9, &script);
        let (request, record) = request(SECOND);
        assert_eq!(stack.oneshot(request).await.unwrap().status(), 200);
        let seen = script.seen();
        let urls: Vec<_> = seen.iter().map(|seen| seen.parts.uri.path()).collect();
        assert_eq!(urls, ["/v4/me", "/v4/elsewhere"], "{slot:?}");
        assert_eq!(record.attempts(), attempts, "{slot:?}");
    }
}

/// The caller can read the body of a layer, regardless of its type.
#[tokio::test(start_paused = true)]
async fn layers_may_change_the_body_type() {
    fn assert_body<B: HttpBody<Data = Bytes>>(_: &B) {}
    let script = Script::new([respond(Response::new(Body::from("content")))]);
    let layer = MapResponseBodyLayer::new(|body: Body| Body::stream(Box::pin(body)));
    let response = stack(Slot::Call, layer, 9, &script).oneshot(request(SECOND).0).await.unwrap();
    assert_body(response.body());
    let body = http_body_util::BodyExt::collect(response.into_body()).await;
    assert_eq!(body.unwrap().to_bytes(), "content");
}

/// Service that cannot become ready.
#[derive(Clone)]
struct Broken;

impl Service<Request<Body>> for Broken {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = std::future::Ready<Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Err("out of order".into()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        unreachable!("never ready")
    }
}

/// `Strict` panics if a layer polls it again after the failure.
#[tokio::test(start_paused = true)]
async fn a_service_that_fails_to_become_ready_is_not_polled_again() {
    async fn fails<L>(layer: L)
    where
        L: Layer<Strict<Broken>>,
        L::Service: Service<Request<Body>, Response = Response<Body>, Error = BoxError>,
    {
        let (request, _) = request(SECOND);
        let error = layer.layer(Strict::new(Broken)).oneshot(request).await.unwrap_err();
        assert_eq!(error.to_string(), "out of order");
    }

    let quota = RateLimitLayer::new().quota(SHOW.id, Quota::new(1, 10 * SECOND).unwrap());
    fails(DeadlineLayer::new(SECOND)).await;
    fails(AuthLayer::new(StaticToken::new("t"), &"https://api.frame.io".parse().unwrap())).await;
    fails(RetryLayer::default()).await;
    // The second call gets the slot that the first one returned.
    fails(quota.clone()).await;
    fails(quota).await;
}
