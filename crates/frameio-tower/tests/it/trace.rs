//! Spans and events, as a subscriber sees them.

use std::time::Duration;

use crate::support::Strict;
use crate::support::capture::{Capture, Seen};
use crate::support::script::{Script, Step, fail, respond, status};
use frameio_core::{Attempts, Body, BoxError, Call, Operation, Quota};
use frameio_tower::error::{AttemptTimeout, TransportError, TransportStage};
use frameio_tower::trace::names;
use frameio_tower::{CallRecord, CallSpan, RetryLayer, TraceLayer};
use http::{Method, Request, Response, StatusCode, Version};
use tokio::time::sleep;
use tower::{Layer, Service, ServiceBuilder, ServiceExt};
use tracing::{Instrument, Level};

static SHOW: Operation =
    Operation::new("files.show", Method::GET, "/v4/files/{file_id}", Quota::per_second(1));

const SECRET: &str = "s3cret";

fn call() -> Request<Body> {
    let mut request = Request::get(format!("https://api.frame.io/v4/files/1?token={SECRET}"))
        .header("authorization", format!("Bearer {SECRET}"))
        .body(Body::from(SECRET))
        .unwrap();
    request.extensions_mut().insert(Call::new(&SHOW));
    request
}

/// Returns the span of one attempt that takes `step`.
async fn attempt(request: Request<Body>, step: Step) -> Seen {
    let (capture, _listening) = Capture::start(|_| true);
    let service = TraceLayer::new().layer(Strict::new(Script::new([step])));
    let _result = service.oneshot(request).await;
    let [span] = <[_; 1]>::try_from(capture.spans()).expect("one span");
    assert!(span.closed);
    assert!(!format!("{span:?} {:?}", capture.events()).contains(SECRET));
    span
}

#[tokio::test(start_paused = true)]
async fn an_attempt_has_the_span_of_an_http_client() {
    let response = Response::builder().version(Version::HTTP_2).body(Body::empty()).unwrap();
    let span = attempt(call(), respond(response)).await;
    assert_eq!((span.name, span.target), ("frameio.http", "frameio::http"));
    assert_eq!((span.level, span.parent), (Level::DEBUG, None));
    assert_eq!(
        span.fields(),
        [
            "http.request.method=GET",
            "http.response.status_code=200",
            "network.protocol.version=2",
            "otel.kind=client",
            "otel.name=GET /v4/files/{file_id}",
            "server.address=api.frame.io",
            "server.port=443",
            "url.template=/v4/files/{file_id}",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_plain_request_is_named_after_its_method() {
    let request = Request::put("http://localhost:8080/any/path?a=b").body(Body::empty()).unwrap();
    let span = attempt(request, status(204)).await;
    assert_eq!(
        span.fields(),
        [
            "http.request.method=PUT",
            "http.response.status_code=204",
            "network.protocol.version=1.1",
            "otel.kind=client",
            "otel.name=PUT",
            "server.address=localhost",
            "server.port=8080",
        ]
    );
    let span = attempt(Request::new(Body::empty()), status(200)).await;
    assert_eq!(span.fields.get(names::SERVER_ADDRESS), None);
    assert_eq!(span.fields.get(names::SERVER_PORT), None);
}

/// Returns the value of a field of the span of an attempt.
async fn field(request: Request<Body>, response: Response<Body>, name: &str) -> Option<String> {
    attempt(request, respond(response)).await.fields.remove(name)
}

#[tokio::test(start_paused = true)]
async fn the_port_of_the_scheme_is_recorded_if_the_uri_has_none() {
    for (uri, port) in [
        ("http://localhost/", Some("80")),
        ("https://localhost/", Some("443")),
        ("http://localhost:443/", Some("443")),
        ("ftp://localhost/", None),
        ("/", None),
    ] {
        let request = Request::get(uri).body(Body::empty()).unwrap();
        let recorded = field(request, Response::new(Body::empty()), names::SERVER_PORT).await;
        assert_eq!(recorded.as_deref(), port, "{uri}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_http_version_of_the_response_is_recorded() {
    for (version, name) in [
        (Version::HTTP_09, None),
        (Version::HTTP_10, Some("1.0")),
        (Version::HTTP_11, Some("1.1")),
        (Version::HTTP_2, Some("2")),
        (Version::HTTP_3, Some("3")),
    ] {
        let response = Response::builder().version(version).body(Body::empty()).unwrap();
        let recorded = field(call(), response, names::NETWORK_PROTOCOL_VERSION).await;
        assert_eq!(recorded.as_deref(), name, "{version:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_resends_have_a_resend_count() {
    for (attempts, count) in [(0, None), (1, None), (2, Some("1")), (5, Some("4"))] {
        let mut request = call();
        request.extensions_mut().insert(Attempts(attempts));
        let response = Response::new(Body::empty());
        let recorded = field(request, response, names::HTTP_REQUEST_RESEND_COUNT).await;
        assert_eq!(recorded.as_deref(), count, "{attempts}");
    }
}

#[tokio::test(start_paused = true)]
async fn failures_have_few_error_types() {
    let lost = || TransportError::new(TransportStage::Sent, SECRET);
    for (step, error_type, code) in [
        (status(404), "404", Some("404")),
        (status(503), "503", Some("503")),
        (fail(lost()), "connection_lost", None),
        (fail(AttemptTimeout::new(Duration::ZERO)), "timeout", None),
        (fail(SECRET), "_OTHER", None),
    ] {
        let span = attempt(call(), step).await;
        let field = |name| span.fields.get(name).map(String::as_str);
        assert_eq!(field(names::ERROR_TYPE), Some(error_type));
        assert_eq!(field(names::OTEL_STATUS_CODE), Some("ERROR"));
        assert_eq!(field(names::HTTP_RESPONSE_STATUS_CODE), code);
    }
    let span = attempt(call(), status(304)).await;
    assert_eq!(span.fields.get(names::OTEL_STATUS_CODE), None);
    assert_eq!(span.fields.get(names::ERROR_TYPE), None);
}

#[tokio::test(start_paused = true)]
async fn the_layer_determines_the_level() {
    for level in [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE] {
        let (capture, _listening) = Capture::start(|_| true);
        let layer = TraceLayer::new().level(level);
        layer.layer(Script::new([])).oneshot(call()).await.unwrap();
        assert_eq!(capture.spans()[0].level, level);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_contains_its_attempts_and_retries() {
    let (capture, _listening) = Capture::start(|_| true);
    let script = Script::new([
        status(503),
        fail(TransportError::new(TransportStage::Connect, "refused")),
        status(200).after(Duration::from_secs(1)),
    ]);
    let stack = ServiceBuilder::new()
        .layer(RetryLayer::default())
        .layer(TraceLayer::new())
        .service(Strict::new(script));
    let record = CallRecord::new();
    let mut request = call();
    request.extensions_mut().insert(record.clone());

    let span = CallSpan::new(Some(&SHOW));
    let response = stack.oneshot(request).instrument(span.span().clone()).await.unwrap();
    assert!(!capture.spans()[0].closed);
    span.finish(&record, Ok(response.status()));
    drop(span);

    let spans = capture.spans();
    assert_eq!(spans.len(), 4);
    assert!(spans.iter().all(|span| span.closed && !span.entered));
    let call = &spans[0];
    assert_eq!((call.name, call.target), ("frameio.call", "frameio::call"));
    assert_eq!((call.level, call.parent), (Level::INFO, None));
    assert_eq!(
        call.fields(),
        [
            "frameio.attempts=3",
            "frameio.quota_wait_ms=0",
            "otel.kind=internal",
            "otel.name=files.show",
            "rpc.method=files.show",
            "rpc.system.name=frameio",
        ]
    );
    for (span, resend) in spans[1..].iter().zip([None, Some("1"), Some("2")]) {
        assert_eq!((span.name, span.parent), ("frameio.http", Some("frameio.call")));
        let count = span.fields.get(names::HTTP_REQUEST_RESEND_COUNT);
        assert_eq!(count.map(String::as_str), resend);
    }

    let events = capture.events();
    assert_eq!(events.len(), 2);
    for (event, (attempt, reason)) in events.iter().zip([("2", "503"), ("3", "connect")]) {
        assert_eq!((event.name, event.target), ("retry.scheduled", "frameio::retry"));
        assert_eq!((event.level, event.parent), (Level::DEBUG, Some("frameio.call")));
        assert_eq!(event.fields["message"], "retry.scheduled");
        assert_eq!((&*event.fields["attempt"], &*event.fields["reason"]), (attempt, reason));
        assert!(event.fields["delay_ms"].parse::<u64>().unwrap() <= 2000);
        assert_eq!(event.fields.len(), 4);
    }
}

#[test]
fn a_failed_call_is_recorded_as_an_error() {
    let (capture, _listening) = Capture::start(|_| true);
    CallSpan::new(Some(&SHOW)).finish(&CallRecord::new(), Ok(StatusCode::NOT_FOUND));
    CallSpan::new(Some(&SHOW)).finish(&CallRecord::new(), Err("timeout"));
    for (span, error_type) in capture.spans().iter().zip(["404", "timeout"]) {
        assert_eq!(span.fields[names::ERROR_TYPE], error_type);
        assert_eq!(span.fields[names::OTEL_STATUS_CODE], "ERROR");
        assert_eq!(span.fields[names::ATTEMPTS], "0");
        assert!(span.closed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_span_is_entered_on_poll_and_closes_when_its_attempt_is_dropped() {
    let (capture, _listening) = Capture::start(|_| true);
    let inner = tower::service_fn(async |_: Request<Body>| {
        tracing::info!("before");
        sleep(Duration::from_secs(1)).await;
        tracing::info!("after");
        std::future::pending::<Result<Response<Body>, BoxError>>().await
    });
    let mut service = TraceLayer::new().layer(inner);
    let mut attempt = tokio_test::task::spawn(service.call(call()));
    tokio_test::assert_pending!(attempt.poll());
    tokio::time::advance(Duration::from_secs(2)).await;
    tokio_test::assert_pending!(attempt.poll());
    tracing::info!("outside");

    let parents: Vec<_> = capture.events().iter().map(|event| event.parent).collect();
    assert_eq!(parents, [Some("frameio.http"), Some("frameio.http"), None]);
    let [span] = <[_; 1]>::try_from(capture.spans()).unwrap();
    assert!(!span.entered && !span.closed);
    drop(attempt);
    let [span] = <[_; 1]>::try_from(capture.spans()).unwrap();
    assert!(span.closed);
    assert_eq!(span.fields[names::ERROR_TYPE], names::CANCELLED);
    assert_eq!(span.fields[names::OTEL_STATUS_CODE], "ERROR");
}

#[tokio::test(start_paused = true)]
async fn a_span_closes_on_completion_even_if_the_future_is_kept() {
    let (capture, _listening) = Capture::start(|_| true);
    let mut service = TraceLayer::new().layer(Script::new([status(200)]));
    let mut attempt = tokio_test::task::spawn(service.call(call()));
    tokio_test::assert_ready_ok!(attempt.poll());
    assert!(capture.spans()[0].closed);
}

#[tokio::test(start_paused = true)]
async fn emits_nothing_without_a_subscriber() {
    let (capture, _listening) = Capture::start(|metadata| *metadata.level() < Level::INFO);
    let stack = ServiceBuilder::new()
        .layer(RetryLayer::default())
        .layer(TraceLayer::new())
        .service(Script::new([status(503)]));
    let span = CallSpan::new(Some(&SHOW));
    assert!(span.span().is_disabled());
    let response = stack.oneshot(call()).instrument(span.span().clone()).await.unwrap();
    span.finish(&CallRecord::new(), Ok(response.status()));
    assert!(capture.spans().is_empty() && capture.events().is_empty());
}
