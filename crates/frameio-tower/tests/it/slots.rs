//! Custom layers in the slots of the default stack: bodies that they return, and readiness that they
//! depend on.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::support::Careless;
use crate::support::script::{Script, hang, status};
use bytes::Bytes;
use frameio_core::{Attempts, Body, BoxError, CallLimits};
use frameio_tower::error::{AttemptTimeout, DeadlineExceeded, ResponseTooLarge, TransportError};
use frameio_tower::{
    Backoff, CallRecord, DefaultStack, HttpError, HttpService, Phase, StandardPolicy, Transport,
};
use http::{Request, Response};
use http_body::Frame;
use tokio::time::Instant;
use tower::layer::layer_fn;
use tower::limit::ConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;
use tower::{Layer, ServiceBuilder, ServiceExt};
use tower_http::map_response_body::MapResponseBodyLayer;
use tower_http::trace::TraceLayer;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Slot {
    Call,
    Attempt,
}

const SLOTS: [Slot; 2] = [Slot::Call, Slot::Attempt];

/// Body that custom layers return.
#[derive(Clone, Copy)]
enum Odd {
    Endless,
    Large,
    Broken,
}

impl http_body::Body for Odd {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match *self {
            Self::Endless => Poll::Pending,
            // Ends only because of the limit.
            Self::Large => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; 400]))))),
            Self::Broken => Poll::Ready(Some(Err("checksum mismatch".into()))),
        }
    }
}

fn stack() -> DefaultStack {
    DefaultStack::new("https://api.frame.io".parse().unwrap())
        .unwrap()
        .deadline(20 * SECOND)
        .timeout(5 * SECOND)
        .response_limit(1000)
        .retry(StandardPolicy::default().backoff(Backoff::new(Duration::ZERO, Duration::ZERO)))
}

fn add<L>(stack: DefaultStack, slot: Slot, layer: L) -> DefaultStack
where
    L: Layer<HttpService, Service: Transport> + Send + Sync + 'static,
{
    match slot {
        Slot::Call => stack.call_layer(layer),
        Slot::Attempt => stack.attempt_layer(layer),
    }
}

/// Sends a request. Returns its result and its record.
async fn send(stack: &HttpService) -> (Result<Response<Body>, HttpError>, CallRecord) {
    send_within(stack, None).await
}

/// Sends a request with a deadline.
async fn send_within(
    stack: &HttpService,
    deadline: Option<Duration>,
) -> (Result<Response<Body>, HttpError>, CallRecord) {
    let record = CallRecord::new();
    let mut request = Request::get("/v4/me").body(Body::empty()).unwrap();
    request.extensions_mut().insert(record.clone());
    request.extensions_mut().get_or_insert_default::<CallLimits>().deadline = deadline;
    (stack.clone().oneshot(request).await, record)
}

/// Sends a request through a layer that returns `body`. Returns its error, its number of attempts and
/// its duration.
async fn send_with(slot: Slot, body: Odd) -> (HttpError, usize, Duration) {
    let script = Script::new([]);
    let layer = MapResponseBodyLayer::new(move |_: Body| body);
    let start = Instant::now();
    let (result, _) = send(&add(stack(), slot, layer).layer(script.clone())).await;
    (result.unwrap_err(), script.seen().len(), start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn time_limits_cover_the_body_of_a_layer() {
    let (error, attempts, took) = send_with(Slot::Call, Odd::Endless).await;
    let deadline = error.find::<DeadlineExceeded>().unwrap();
    assert_eq!(*deadline, DeadlineExceeded::new(20 * SECOND, Phase::Response));
    assert_eq!((attempts, took), (1, 20 * SECOND));

    let (error, attempts, took) = send_with(Slot::Attempt, Odd::Endless).await;
    assert_eq!(error.find(), Some(&AttemptTimeout::new(5 * SECOND)));
    assert_eq!((attempts, took), (3, 15 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn the_size_limit_covers_the_body_of_a_layer() {
    for slot in SLOTS {
        let (error, attempts, _) = send_with(slot, Odd::Large).await;
        assert_eq!(error.find::<ResponseTooLarge>().unwrap().limit, 1000, "{slot:?}");
        assert_eq!(attempts, 1, "{slot:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn retry_covers_the_body_of_an_attempt_layer() {
    for (slot, expected) in [(Slot::Call, 1), (Slot::Attempt, 3)] {
        let (error, attempts, _) = send_with(slot, Odd::Broken).await;
        assert!(error.find::<TransportError>().is_some(), "{slot:?}: {error}");
        assert_eq!(attempts, expected, "{slot:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_covers_the_body_of_a_custom_retry_layer() {
    let layer = MapResponseBodyLayer::new(|_: Body| Odd::Endless);
    let (result, _) = send(&stack().retry_layer(layer).layer(Script::new([]))).await;
    assert!(result.unwrap_err().find::<DeadlineExceeded>().is_some());
}

/// Policy of tower that retries a 503.
#[derive(Clone)]
struct Unavailable;

impl<E> tower::retry::Policy<Request<Body>, Response<Body>, E> for Unavailable {
    type Future = std::future::Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<Body>,
        result: &mut Result<Response<Body>, E>,
    ) -> Option<Self::Future> {
        let unavailable = result.as_ref().is_ok_and(|response| response.status() == 503);
        unavailable.then(|| std::future::ready(()))
    }

    fn clone_request(&mut self, request: &Request<Body>) -> Option<Request<Body>> {
        let mut copy = Request::get(request.uri()).body(Body::empty()).unwrap();
        *copy.extensions_mut() = request.extensions().clone();
        Some(copy)
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_of_a_retry_layer_of_tower_are_counted() {
    let script = Script::new([status(503), status(503)]);
    let stack = stack().retry_layer(tower::retry::RetryLayer::new(Unavailable));
    let (result, record) = send(&stack.layer(script.clone())).await;
    assert_eq!((result.unwrap().status().as_u16(), record.attempts()), (200, 3));
    let seen = script.seen();
    let numbers: Vec<_> = seen.iter().map(|seen| seen.parts.extensions.get::<Attempts>()).collect();
    assert_eq!(numbers, [None, Some(&Attempts(2)), Some(&Attempts(3))]);
}

/// Sends a second call while a first one is in flight. Returns its error and the time until then.
async fn shed(stack: DefaultStack) -> (HttpError, Duration) {
    let script = Script::new([hang()]);
    let service = stack.no_retry().timeout(None).layer(script.clone());
    let first = tokio::spawn({
        let service = service.clone();
        async move { send(&service).await.0 }
    });
    while script.times().is_empty() {
        tokio::task::yield_now().await;
    }
    let start = Instant::now();
    let (result, record) = send_within(&service, Some(3 * SECOND)).await;
    assert!(!record.may_have_been_sent());
    first.abort();
    (result.unwrap_err(), start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn load_is_shed_around_a_limit_that_was_added_separately() {
    for slot in SLOTS {
        let limited = add(stack(), slot, ConcurrencyLimitLayer::new(1));
        let (error, took) = shed(add(limited, slot, LoadShedLayer::new())).await;
        assert_eq!((error.to_string().as_str(), took), ("service overloaded", Duration::ZERO));

        let one = ServiceBuilder::new()
            .layer(LoadShedLayer::new())
            .layer(ConcurrencyLimitLayer::new(1))
            .into_inner();
        let (error, took) = shed(add(stack(), slot, one)).await;
        assert_eq!((error.to_string().as_str(), took), ("service overloaded", Duration::ZERO));

        // Readiness also passes layers in between.
        let limited = add(stack(), slot, ConcurrencyLimitLayer::new(1));
        let traced = add(limited, slot, TraceLayer::new_for_http());
        let (error, took) = shed(add(traced, slot, LoadShedLayer::new())).await;
        assert_eq!((error.to_string().as_str(), took), ("service overloaded", Duration::ZERO));
    }
}

/// The order matters: a load-shedding layer inside a limit does not see it.
#[tokio::test(start_paused = true)]
async fn a_limit_around_load_shedding_waits() {
    for slot in SLOTS {
        let shedding = add(stack(), slot, LoadShedLayer::new());
        let (error, took) = shed(add(shedding, slot, ConcurrencyLimitLayer::new(1))).await;
        assert!(error.find::<DeadlineExceeded>().is_some(), "{slot:?}: {error}");
        assert_eq!(took, 3 * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn a_layer_that_ignores_readiness_waits_in_the_call() {
    for slot in SLOTS {
        let limited = add(stack(), slot, ConcurrencyLimitLayer::new(1));
        let careless = add(limited, slot, layer_fn(Careless::<HttpService>));
        let service = careless.layer(Script::new([status(200).after(SECOND)]));
        let start = Instant::now();
        let both = tokio::join!(send(&service), send(&service));
        assert!(both.0.0.is_ok() && both.1.0.is_ok(), "{slot:?}");
        assert_eq!(start.elapsed(), SECOND, "one after the other");
    }
}

/// The wait for a permit of an attempt layer is not part of the attempt.
#[tokio::test(start_paused = true)]
async fn the_attempt_timeout_starts_after_the_wait_for_a_permit() {
    let stack = stack().attempt_layer(ConcurrencyLimitLayer::new(1));
    let service = stack.layer(Script::new([0, 1].map(|_| status(200).after(4 * SECOND))));
    let start = Instant::now();
    let both = tokio::join!(send(&service), send(&service));
    assert!(both.0.0.is_ok() && both.1.0.is_ok());
    assert_eq!((both.0.1.attempts(), both.1.1.attempts()), (1, 1));
    assert_eq!(start.elapsed(), 8 * SECOND);
}
