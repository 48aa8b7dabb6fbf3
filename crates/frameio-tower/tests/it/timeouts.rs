//! Attempt timeout and deadline, on the paused clock.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::support::Strict;
use crate::support::script::{Script, Step, fail, hang, status};
use bytes::Bytes;
use frameio_core::{Body, BoxError, CallLimits};
use frameio_tower::error::{AttemptTimeout, DeadlineExceeded, TransportError, TransportStage};
use frameio_tower::{
    Backoff, CallRecord, CollectLayer, DeadlineAt, DeadlineLayer, DefaultStack, Phase, RetryLayer,
    StandardPolicy, TimeoutLayer,
};
use http::{Request, Response};
use http_body::Frame;
use tokio::time::{Instant, sleep};
use tower::util::MapRequestLayer;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

/// Body that never ends.
struct Endless;

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Pending
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// Service that responds after a delay.
fn slow(
    after: Duration,
) -> impl Service<Request<()>, Response = Response<()>, Error = BoxError> + Clone {
    Strict::new(service_fn(move |_| async move {
        sleep(after).await;
        Ok(Response::new(()))
    }))
}

fn with(options: impl FnOnce(&mut CallLimits)) -> Request<()> {
    let mut request = Request::new(());
    options(request.extensions_mut().get_or_insert_default());
    request
}

#[tokio::test(start_paused = true)]
async fn an_attempt_ends_at_its_timeout() {
    let start = Instant::now();
    let layer = TimeoutLayer::new(3 * SECOND);
    let error = layer.layer(slow(4 * SECOND)).oneshot(Request::new(())).await.unwrap_err();
    assert_eq!(*error.downcast::<AttemptTimeout>().unwrap(), AttemptTimeout::new(3 * SECOND));
    assert_eq!(start.elapsed(), 3 * SECOND);

    layer.layer(slow(2 * SECOND)).oneshot(Request::new(())).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_request_overrides_the_timeout() {
    let request = || with(|options| options.timeout = Some(SECOND));
    for layer in [TimeoutLayer::new(60 * SECOND), TimeoutLayer::disabled()] {
        let error = layer.layer(slow(2 * SECOND)).oneshot(request()).await.unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&AttemptTimeout::new(SECOND)));
    }
    let long = with(|options| options.timeout = Some(Duration::MAX));
    TimeoutLayer::new(SECOND).layer(slow(2 * SECOND)).oneshot(long).await.unwrap();
    TimeoutLayer::disabled().layer(slow(9 * SECOND)).oneshot(Request::new(())).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_timeout_covers_the_body() {
    let transport = service_fn(async |_: Request<()>| {
        sleep(SECOND).await;
        Ok::<_, BoxError>(Response::new(Endless))
    });
    let stack = ServiceBuilder::new()
        .layer(TimeoutLayer::new(3 * SECOND))
        .layer(CollectLayer::new(1000))
        .service(transport);
    let start = Instant::now();
    let error = stack.oneshot(Request::new(())).await.unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&AttemptTimeout::new(3 * SECOND)));
    assert_eq!(start.elapsed(), 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_limit_counts_from_the_call_even_without_a_poll() {
    let mut service = TimeoutLayer::new(3 * SECOND).layer(slow(9 * SECOND));
    let start = Instant::now();
    let call = service.ready().await.unwrap().call(Request::new(()));
    sleep(2 * SECOND).await;
    call.await.unwrap_err();
    assert_eq!(start.elapsed(), 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_error_names_the_phase() {
    let minute = 60 * SECOND;
    for (steps, phase, sent) in [
        (vec![hang()], Phase::Response, false),
        (vec![refused().after(SECOND), hang()], Phase::Response, false),
        (vec![refused().after(SECOND)], Phase::Backoff, false),
        (vec![status(503).after(SECOND)], Phase::Backoff, true),
    ] {
        let wait = if phase == Phase::Backoff { minute } else { Duration::ZERO };
        // A retry layer that knows the deadline would not start to wait.
        let forget = MapRequestLayer::new(|mut request: Request<Body>| {
            request.extensions_mut().remove::<DeadlineAt>();
            request
        });
        let stack = ServiceBuilder::new()
            .layer(DeadlineLayer::new(2 * SECOND))
            .layer(forget)
            .layer(RetryLayer::new(StandardPolicy::default().backoff(always(wait))))
            .service(Strict::new(Script::new(steps)));
        let record = CallRecord::new();
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(record.clone());
        let start = Instant::now();
        let error = stack.oneshot(request).await.unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&DeadlineExceeded::new(2 * SECOND, phase)));
        assert_eq!(start.elapsed(), 2 * SECOND);
        // Without a sending marker, only a completed attempt counts.
        assert_eq!(record.may_have_been_sent(), sent, "{phase:?}");
        assert!(!record.tracks_sending());
    }

    let error = DeadlineLayer::new(SECOND).layer(slow(minute)).oneshot(Request::new(())).await;
    let error = error.unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&DeadlineExceeded::new(SECOND, Phase::Response)));
}

#[tokio::test(start_paused = true)]
async fn the_earliest_deadline_applies_and_inner_layers_see_it() {
    let told = service_fn(async |request: Request<()>| {
        let told = request.extensions().get::<DeadlineAt>().copied();
        Ok::<_, BoxError>(Response::new(told.map(|deadline| deadline.0)))
    });
    let start = Instant::now();
    let (limited, disabled) = (DeadlineLayer::new(10 * SECOND), DeadlineLayer::disabled());
    for (layer, own, outer, expected) in [
        (limited, None, None, Some(10)),
        (limited, Some(20), None, Some(20)),
        (limited, Some(5), Some(7), Some(5)),
        (limited, Some(5), Some(3), Some(3)),
        (limited, None, Some(7), Some(7)),
        (disabled, None, None, None),
        (disabled, Some(5), None, Some(5)),
        (disabled, None, Some(7), Some(7)),
    ] {
        let mut request = with(|options| options.deadline = own.map(Duration::from_secs));
        if let Some(outer) = outer {
            request.extensions_mut().insert(DeadlineAt(start + Duration::from_secs(outer)));
        }
        let told = layer.layer(told).oneshot(request).await.unwrap().into_body();
        assert_eq!(told, expected.map(|seconds| start + Duration::from_secs(seconds)));
    }

    let mut request = Request::new(());
    request.extensions_mut().insert(DeadlineAt(start + 3 * SECOND));
    let error = limited.layer(slow(60 * SECOND)).oneshot(request).await.unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&DeadlineExceeded::new(3 * SECOND, Phase::Response)));
}

#[tokio::test(start_paused = true)]
async fn a_layer_without_a_limit_leaves_the_request_unchanged() {
    let inner = service_fn(async |request: Request<()>| {
        Ok::<_, BoxError>(Response::new(request.extensions().len()))
    });
    let service = DeadlineLayer::disabled().layer(inner);
    assert_eq!(service.oneshot(Request::new(())).await.unwrap().into_body(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stack_without_a_deadline_tracks_sending() {
    let stack = DefaultStack::new("https://api.frame.io".parse().unwrap()).unwrap();
    let stack = stack.deadline(None).layer(Script::new([]));
    let record = CallRecord::new();
    let mut request = Request::get("/v4/me").body(Body::empty()).unwrap();
    request.extensions_mut().insert(record.clone());
    stack.oneshot(request).await.unwrap();
    assert!(record.tracks_sending() && record.may_have_been_sent());
}

#[tokio::test(start_paused = true)]
async fn the_deadline_bounds_the_readiness_of_the_inner_service() {
    let limited = tower::limit::ConcurrencyLimitLayer::new(1);
    let mut service = DeadlineLayer::new(SECOND).layer(limited.layer(slow(60 * SECOND)));
    let start = Instant::now();
    let long = with(|options| options.deadline = Some(60 * SECOND));
    let mut holding = tokio_test::task::spawn(service.call(long));
    tokio_test::assert_pending!(holding.poll());
    let error = service.oneshot(Request::new(())).await.unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&DeadlineExceeded::new(SECOND, Phase::Response)));
    assert_eq!(start.elapsed(), SECOND);
    drop(holding);
}

#[tokio::test(start_paused = true)]
async fn a_call_after_its_deadline_is_not_sent() {
    let script = Script::new([]);
    let service = DeadlineLayer::new(SECOND).layer(script.clone());
    let start = Instant::now();
    sleep(SECOND).await;
    for (own, outer) in
        [(Some(Duration::ZERO), None), (None, Some(start)), (None, Some(start + SECOND))]
    {
        let mut request = Request::new(Body::empty());
        let extensions = request.extensions_mut();
        extensions.get_or_insert_default::<CallLimits>().deadline = own;
        outer.map(|outer| extensions.insert(DeadlineAt(outer)));
        let record = extensions.get_or_insert_default::<CallRecord>().clone();
        let error = service.clone().oneshot(request).await.unwrap_err();
        assert_eq!(error.downcast_ref::<DeadlineExceeded>().unwrap().after, Duration::ZERO);
        assert!(!record.may_have_been_sent());
    }
    assert_eq!((script.seen().len(), start.elapsed()), (0, SECOND));
}

/// A blocked runtime polls the call only after both its wait and its deadline have ended.
#[tokio::test(start_paused = true)]
async fn a_call_whose_deadline_passes_while_it_waits_is_not_sent() {
    let script = Script::new([status(503)]);
    let mut service = DefaultStack::new("https://api.frame.io".parse().unwrap())
        .unwrap()
        .deadline(2 * SECOND)
        .retry(StandardPolicy::default().backoff(always(SECOND)))
        .layer(script.clone());
    let record = CallRecord::new();
    let mut request = Request::get("/v4/me").body(Body::empty()).unwrap();
    request.extensions_mut().insert(record.clone());
    let mut call = tokio_test::task::spawn(service.call(request));
    for _ in 0..4 {
        tokio_test::assert_pending!(call.poll());
        tokio::task::yield_now().await;
    }
    assert_eq!((script.seen().len(), record.phase()), (1, Phase::Backoff));
    tokio::time::advance(3 * SECOND).await;
    let error = tokio_test::assert_ready_err!(call.poll());
    assert_eq!(
        *error.find::<DeadlineExceeded>().unwrap(),
        DeadlineExceeded::new(2 * SECOND, Phase::Backoff)
    );
    assert_eq!(script.seen().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_limit_beyond_the_clock_is_ignored() {
    let request = with(|options| options.deadline = Some(Duration::MAX));
    DeadlineLayer::new(SECOND).layer(slow(60 * SECOND)).oneshot(request).await.unwrap();
    let request = Request::new(());
    DeadlineLayer::disabled().layer(slow(60 * SECOND)).oneshot(request).await.unwrap();
}

/// A future that completes immediately needs no timer, and so no runtime.
#[test]
fn a_ready_future_uses_no_timer() {
    let mut service = ServiceBuilder::new()
        .layer(DeadlineLayer::new(SECOND))
        .layer(TimeoutLayer::new(SECOND))
        .service(service_fn(async |_: Request<()>| Ok::<_, BoxError>(Response::new(()))));
    let mut call = tokio_test::task::spawn(service.call(Request::new(())));
    tokio_test::assert_ready_ok!(call.poll());
}

fn refused() -> Step {
    fail(TransportError::new(TransportStage::Connect, "refused"))
}

/// Returns a backoff with a constant delay, apart from jitter.
fn always(wait: Duration) -> Backoff {
    Backoff::new(wait, wait).seed(1)
}
