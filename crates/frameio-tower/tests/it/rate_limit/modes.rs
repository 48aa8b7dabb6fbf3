//! Modes, deadlines, records and events.

use frameio_tower::rate_limit::{RateLimitLayer, RateLimitMode, TARGET};
use frameio_tower::{CallRecord, DeadlineAt, Phase};
use tokio::time::{Instant, advance};
use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready};
use tower::ServiceBuilder;
use tower::limit::ConcurrencyLimitLayer;

use super::*;
use crate::support::capture::Capture;
use crate::support::script::status;

fn before(deadline: Duration) -> Request<Body> {
    let mut request = request(&SHOW);
    request.extensions_mut().insert(DeadlineAt(Instant::now() + deadline));
    request
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_fails_immediately() {
    let client = Client::new(&RateLimitLayer::new(), []);
    client.all(&SHOW, 9).await;
    let mut late = spawn(client.call(before(ms(99))));
    assert_eq!(wait_of(assert_ready!(late.poll())), ms(100));
    client.call(before(ms(100))).await.unwrap();
    assert_eq!(client.times()[9..], [100]);
}

#[tokio::test(start_paused = true)]
async fn calls_ahead_count_for_the_deadline() {
    let client = Client::new(&RateLimitLayer::new(), []);
    client.all(&SHOW, 9).await;
    let ahead: Vec<_> = (0..3).map(|_| client.spawn(&SHOW)).collect();
    advance(ms(20)).await;
    let mut late = spawn(client.call(before(ms(379))));
    assert_eq!(wait_of(assert_ready!(late.poll())), ms(380));
    client.call(before(ms(380))).await.unwrap();
    assert!(ahead.iter().all(tokio::task::JoinHandle::is_finished));
    assert_eq!(client.times()[9..], [100, 200, 300, 400]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_becomes_too_long_ends_before_its_deadline() {
    let refused = Response::builder().status(429).header("retry-after", "5").body(Body::empty());
    let steps = (0..8).map(|_| status(204)).chain([respond(refused.unwrap()).after(ms(50))]);
    let client = Client::new(&RateLimitLayer::new(), steps);
    let calls: Vec<_> = (0..9).map(|_| client.spawn(&SHOW)).collect();
    tokio::task::yield_now().await;
    let start = Instant::now();
    // Detected at the expected turn; the pause ends at 5050 ms.
    assert_eq!(wait_of(client.call(before(ms(500))).await), ms(4950));
    assert_eq!(start.elapsed(), ms(100));
    for call in calls {
        call.await.unwrap().unwrap();
    }
    // It has left the queue.
    client.all(&SHOW, 1).await;
    assert_eq!(client.times()[9..], [5050]);
}

#[tokio::test(start_paused = true)]
async fn fail_fast_fails_immediately() {
    let client = Client::new(&RateLimitLayer::new().mode(RateLimitMode::FailFast), []);
    client.all(&SHOW, 9).await;
    let mut refused = spawn(client.call(request(&SHOW)));
    assert_eq!(wait_of(assert_ready!(refused.poll())), ms(100));
    advance(ms(100)).await;
    client.call(request(&SHOW)).await.unwrap();
    assert_eq!(client.times().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn observe_never_waits_and_keeps_the_buckets() {
    let (capture, _guard) = Capture::start(|metadata| metadata.target() == TARGET);
    let layer = RateLimitLayer::new();
    let steps = (0..30).map(|n| if n == 29 { with_quota(7, 6, ms(1000)) } else { status(204) });
    let client = Client::new(&layer.clone().mode(RateLimitMode::Observe), steps);
    client.all(&SHOW, 30).await;
    assert_eq!((client.times(), layer.buckets()), (vec![0; 30], 1));
    // The last response reports another quota; 21 calls would have waited.
    let events = capture.events();
    let count = |name| events.iter().filter(|event| event.name == name).count();
    assert_eq!(
        (count("rate_limit.corrected"), count("rate_limit.wait"), events.len()),
        (1, 21, 22)
    );
}

#[tokio::test(start_paused = true)]
async fn off_does_not_limit_calls_and_keeps_no_buckets() {
    let layer = RateLimitLayer::new().mode(RateLimitMode::Off);
    let client = Client::new(&layer, (0..30).map(|_| status(429)));
    client.all(&SHOW, 30).await;
    assert_eq!((client.times(), layer.buckets()), (vec![0; 30], 0));
}

#[tokio::test(start_paused = true)]
async fn a_request_without_an_operation_passes() {
    let layer = RateLimitLayer::new();
    let client = Client::new(&layer, (0..30).map(|_| status(429)));
    for _ in 0..30 {
        client.call(Request::new(Body::empty())).await.unwrap();
    }
    assert_eq!((client.times(), layer.buckets()), (vec![0; 30], 0));
}

#[tokio::test(start_paused = true)]
async fn a_waiting_call_holds_no_permit_of_the_inner_service() {
    let script = Script::new([]).then(204);
    let mut service = ServiceBuilder::new()
        .layer(RateLimitLayer::new())
        .layer(ConcurrencyLimitLayer::new(1))
        .service(Strict::new(script.clone()));
    for _ in 0..9 {
        service.call(request(&SHOW)).await.unwrap();
    }
    let mut waiting = spawn(service.call(request(&SHOW)));
    assert_pending!(waiting.poll());
    for _ in 0..5 {
        service.call(request(&LIST)).await.unwrap();
    }
    assert_eq!(script.times(), [0; 14]);
    waiting.await.unwrap();
    assert_eq!(script.times()[14..], [100]);
}

#[tokio::test(start_paused = true)]
async fn the_record_contains_the_wait_however_it_ends() {
    let client = Client::new(&RateLimitLayer::new(), []);
    client.all(&SHOW, 9).await;
    let begin = || {
        let record = CallRecord::new();
        let mut request = request(&SHOW);
        request.extensions_mut().insert(record.clone());
        (record, spawn(client.call(request)))
    };
    let (record, mut served) = begin();
    let (dropped_record, mut dropped) = begin();
    assert_pending!(served.poll());
    assert_pending!(dropped.poll());
    assert_eq!((record.phase(), record.quota_wait()), (Phase::Quota, Duration::ZERO));
    served.await.unwrap();
    assert_eq!((record.phase(), record.quota_wait()), (Phase::Attempt, ms(100)));
    advance(ms(50)).await;
    drop(dropped);
    assert_eq!(dropped_record.quota_wait(), ms(150));
    assert_eq!(dropped_record.phase(), Phase::Quota);
}

#[tokio::test(start_paused = true)]
async fn waits_corrections_and_pauses_emit_events() {
    let (capture, _guard) = Capture::start(|metadata| metadata.target() == TARGET);
    let refused = Response::builder().status(429).header("retry-after", "2").body(Body::empty());
    let steps = [with_quota(2, 1, ms(1000)), with_quota(2, 1, ms(1000)), respond(refused.unwrap())];
    let client = Client::new(&RateLimitLayer::new(), steps);
    for _ in 0..3 {
        client.call(request(&SHOW)).await.unwrap();
    }
    let client = Client::new(&RateLimitLayer::new(), [with_quota(10, 4, ms(10_000))]);
    client.call(request(&SLOW)).await.unwrap();

    let events = capture.events();
    let seen: Vec<_> = events
        .iter()
        .map(|event| {
            let fields = event.fields().into_iter().filter(|field| !field.starts_with("message"));
            (event.name, event.level.as_str(), fields.collect::<Vec<_>>().join(" "))
        })
        .collect();
    let expected = [
        ("rate_limit.corrected", "DEBUG", "operation=files.show quota=2 per 1s"),
        ("rate_limit.wait", "DEBUG", "operation=files.show wait_ms=500"),
        ("rate_limit.wait", "DEBUG", "operation=files.show wait_ms=500"),
        ("rate_limit.paused", "WARN", "operation=files.show wait_ms=2000"),
        ("rate_limit.corrected", "DEBUG", "operation=files.slow spent_elsewhere=5"),
    ];
    assert_eq!(seen, expected.map(|(name, level, fields)| (name, level, fields.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_inner_service_is_returned_and_changes_nothing() {
    let steps = (0..9).map(|_| crate::support::script::fail("reset"));
    let client = Client::new(&RateLimitLayer::new(), steps);
    for _ in 0..9 {
        assert_eq!(client.call(request(&SHOW)).await.unwrap_err().to_string(), "reset");
    }
    client.all(&SHOW, 1).await;
    assert_eq!(client.times()[9..], [100]);
}
