//! Retry layer around a scripted service, on the paused clock.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use crate::support::Strict;
use crate::support::script::{Script, Step, fail, respond, status};
use frameio_core::{Attempts, Body, BoxError, Call, CallLimits, Operation, Quota};
use frameio_tower::auth::{AuthLayer, Token, TokenProvider};
use frameio_tower::error::{
    AttemptTimeout, AuthError, ConnectTimeout, HttpError, QuotaExhausted, ResponseTooLarge,
    TransportError, TransportStage,
};
use frameio_tower::retry::{AttemptOutcome, RetryBudget};
use frameio_tower::{
    CallRecord, DeadlineAt, Phase, Retry, RetryLayer, RetryPolicy, StandardPolicy, Trace,
    TraceLayer,
};
use http::{HeaderValue, Method, Request, Response};
use tokio::time::Instant;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

static READ: Operation =
    Operation::new("files.show", Method::GET, "/v4/files/{file_id}", Quota::per_second(1));
static CREATE: Operation =
    Operation::new("files.create", Method::POST, "/v4/files", Quota::per_second(1));

/// Returns the layer around one that counts attempts.
fn layered(layer: &RetryLayer, script: &Script) -> Retry<Trace<Strict<Script>>> {
    layer.layer(TraceLayer::new().layer(Strict::new(script.clone())))
}

fn conservative() -> RetryLayer {
    RetryLayer::new(StandardPolicy::conservative())
}

fn patient() -> RetryLayer {
    RetryLayer::new(StandardPolicy::patient())
}

fn call(operation: &'static Operation) -> Request<Body> {
    let mut request = Request::builder()
        .method(operation.method.clone())
        .uri("https://api.frame.io/v4/files")
        .body(Body::from("{}"))
        .unwrap();
    request.extensions_mut().insert(Call::new(operation));
    request
}

/// Sends `request` with `policy` through `steps`. Returns the last status or error, and the times of
/// the attempts.
async fn send(
    layer: RetryLayer,
    request: Request<Body>,
    steps: impl IntoIterator<Item = Step>,
) -> (Result<u16, BoxError>, Vec<u128>) {
    let script = Script::new(steps);
    let result = layered(&layer, &script).oneshot(request).await;
    (result.map(|response| response.status().as_u16()), script.times())
}

async fn attempts(
    layer: RetryLayer,
    request: Request<Body>,
    steps: impl IntoIterator<Item = Step>,
) -> usize {
    send(layer, request, steps).await.1.len()
}

fn with_retry_after(code: u16, retry_after: &str) -> Step {
    let response = Response::builder().status(code).header("retry-after", retry_after);
    respond(response.body(Body::empty()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn documented_statuses_are_retried_twice() {
    for code in [408, 429, 500, 501, 502, 503, 504, 599] {
        for operation in [&READ, &CREATE] {
            let steps = || [status(code), status(code), status(code), status(200)];
            let (result, times) = send(RetryLayer::default(), call(operation), steps()).await;
            assert_eq!((result.unwrap(), times.len()), (code, 3), "{code}");
        }
    }
    for code in [200, 204, 301, 400, 401, 403, 404, 409, 422] {
        let (result, times) = send(RetryLayer::default(), call(&READ), [status(code)]).await;
        assert_eq!((result.unwrap(), times.len()), (code, 1), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_conservative_policy_retries_a_post_only_if_it_was_not_sent() {
    for (step, default, careful) in [
        (status as fn(u16) -> Step, 3, 1),
        (|_| fail(TransportError::new(TransportStage::Sent, "reset")), 1, 1),
        (|_| fail(TransportError::new(TransportStage::Body, "reset")), 1, 1),
        (|_| fail(AttemptTimeout::new(Duration::from_secs(1))), 1, 1),
        (|_| fail(TransportError::new(TransportStage::Connect, "refused")), 3, 3),
        (|_| fail(TransportError::new(TransportStage::NotSent, "closed")), 3, 3),
        (|_| fail(TransportError::new(TransportStage::NotProcessed, "refused")), 3, 3),
        (|_| fail(ConnectTimeout::new(Duration::from_secs(1))), 3, 3),
        (|_| status(429), 3, 3),
    ] {
        let steps = || [step(503), step(503), step(503)];
        assert_eq!(attempts(RetryLayer::default(), call(&CREATE), steps()).await, default);
        assert_eq!(attempts(conservative(), call(&CREATE), steps()).await, careful);
        assert_eq!(attempts(conservative(), call(&READ), steps()).await, 3);
    }
}

#[tokio::test(start_paused = true)]
async fn permanent_failures_are_not_retried() {
    let errors: [BoxError; 5] = [
        QuotaExhausted::new(Duration::from_secs(1)).into(),
        AuthError::new(TransportError::new(TransportStage::Connect, "refused")).into(),
        ResponseTooLarge::new(1).into(),
        "error of a middleware".into(),
        HttpError::new(ResponseTooLarge::new(1)).into(),
    ];
    for error in errors {
        let shown = error.to_string();
        let (result, times) = send(RetryLayer::default(), call(&READ), [fail(error)]).await;
        assert_eq!((result.unwrap_err().to_string(), times.len()), (shown, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn errors_inside_an_http_error_are_classified() {
    let refused = HttpError::new(TransportError::new(TransportStage::Connect, "refused"));
    assert_eq!(attempts(RetryLayer::default(), call(&CREATE), [fail(refused)]).await, 2);

    // A stack can be retried itself.
    let script = Script::new([status(503)]);
    let inner = Strict::new(script.clone()).map_err(HttpError::new);
    let retry = RetryLayer::default().layer(inner);
    assert_eq!(retry.oneshot(call(&READ)).await.unwrap().status(), 200);
}

#[tokio::test(start_paused = true)]
async fn call_options_override_the_layer() {
    let with = |operation, set: fn(&mut CallLimits)| {
        let mut request = call(operation);
        set(request.extensions_mut().get_or_insert_default());
        request
    };
    let errors = || (0..9).map(|_| status(500));
    let resets = || (0..9).map(|_| fail(TransportError::new(TransportStage::Sent, "reset")));
    let policy = RetryLayer::default;

    let none = with(&READ, |options| options.max_retries = Some(0));
    assert_eq!(attempts(policy(), none, errors()).await, 1);
    let many = with(&READ, |options| options.max_retries = Some(5));
    assert_eq!(attempts(policy().max_retries(1), many, errors()).await, 6);
    assert_eq!(attempts(policy().max_retries(1), call(&READ), errors()).await, 2);

    let harmless = with(&CREATE, |options| options.idempotent = Some(true));
    assert_eq!(attempts(policy(), harmless, resets()).await, 3);
    let harmful = with(&READ, |options| options.idempotent = Some(false));
    assert_eq!(attempts(policy(), harmful, resets()).await, 1);
}

#[tokio::test(start_paused = true)]
async fn the_method_decides_for_plain_requests() {
    for (method, expected) in [("GET", 3), ("PUT", 3), ("DELETE", 3), ("POST", 1), ("PATCH", 1)] {
        let request = Request::builder().method(method).body(Body::empty()).unwrap();
        let reset = || fail(TransportError::new(TransportStage::Sent, "reset"));
        let steps = [reset(), reset(), reset()];
        assert_eq!(attempts(RetryLayer::default(), request, steps).await, expected, "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_differ_only_in_their_number() {
    #[derive(Clone, Debug, PartialEq)]
    struct Mark(&'static str);

    let bodies: [fn() -> Body; 3] = [
        Body::empty,
        || Body::from("bytes"),
        || Body::factory(Some(4), || http_body_util::Full::new("made".into())),
    ];
    for (body, expected) in bodies.into_iter().zip(["", "bytes", "made"]) {
        let script = Script::new([status(503), fail(ConnectTimeout::new(Duration::ZERO))]);
        let mut request = Request::builder()
            .method("PUT")
            .uri("https://api.frame.io/v4/files?a=b%7C")
            .version(http::Version::HTTP_2)
            .header("x-one", "1")
            .header("x-many", "1")
            .header("x-many", "2")
            .body(body())
            .unwrap();
        let options = request.extensions_mut().get_or_insert_default::<CallLimits>();
        options.max_retries = Some(2);
        request.extensions_mut().insert(Call::new(&READ).account("acc"));
        request.extensions_mut().insert(Mark("kept"));
        let expected_headers = request.headers().clone();

        layered(&RetryLayer::default(), &script).oneshot(request).await.unwrap();
        let seen = script.seen();
        assert_eq!(seen.len(), 3);
        for (number, seen) in (1..).zip(&seen) {
            let parts = &seen.parts;
            assert_eq!(parts.method, "PUT");
            assert_eq!(parts.uri, "https://api.frame.io/v4/files?a=b%7C");
            assert_eq!(parts.version, http::Version::HTTP_2);
            assert_eq!(parts.headers, expected_headers);
            assert_eq!(seen.body, expected);
            let extensions = &parts.extensions;
            let marker = (number > 1).then_some(Attempts(number));
            assert_eq!(extensions.get(), marker.as_ref());
            assert_eq!(extensions.get(), Some(&Mark("kept")));
            assert_eq!(extensions.get::<CallLimits>().unwrap().max_retries, Some(2));
            let call = extensions.get::<Call>().unwrap();
            assert_eq!((call.operation.id, call.account.as_deref()), (READ.id, Some("acc")));
            assert_eq!(
                extensions.get::<CallRecord>().unwrap().attempts(),
                3,
                "shared by all attempts"
            );
            let known = 4 + usize::from(number > 1);
            assert_eq!(extensions.len(), known, "no other extensions: {extensions:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_cannot_be_cloned_is_not_retried() {
    let body = Body::stream(http_body_util::Full::new(bytes::Bytes::from("once")));
    let request = Request::new(body);
    let record = CallRecord::new();
    let script = Script::new([status(503)]);
    let mut request = request;
    request.extensions_mut().insert(record.clone());
    let response = layered(&RetryLayer::default(), &script).oneshot(request).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(script.seen()[0].body, "once");
    assert_eq!((record.attempts(), record.may_have_been_sent()), (1, true));
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_followed_up_to_a_minute() {
    let (_, times) = send(
        RetryLayer::default(),
        call(&READ),
        [with_retry_after(429, "7"), with_retry_after(503, "3")],
    )
    .await;
    assert_eq!(times, [0, 7_000, 10_000]);
    let (_, times) = send(patient(), call(&READ), [with_retry_after(503, "60")]).await;
    assert_eq!(times, [0, 60_000]);

    // Beyond a minute, the response is returned at once.
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3600));
    for later in ["3600", &date, "99999999999999999999999"] {
        let step = with_retry_after(429, later);
        let (result, times) = send(RetryLayer::default(), call(&READ), [step]).await;
        assert_eq!((result.unwrap(), times), (429, vec![0]), "{later}");
    }
    // Less than a second counts as missing.
    let passed = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH);
    for soon in ["0", &passed] {
        let (_, times) =
            send(RetryLayer::default(), call(&READ), [with_retry_after(429, soon)]).await;
        assert!((1000..=2000).contains(&times[1]), "{soon}: {times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn delays_double_from_one_second_or_the_minimum() {
    for _ in 0..20 {
        let policy = RetryLayer::default().max_retries(4);
        let (_, times) = send(policy, call(&READ), (0..9).map(|_| status(429))).await;
        let waits = times.windows(2).map(|two| two[1] - two[0]);
        for (wait, least) in waits.zip([1_000, 2_000, 4_000, 8_000]) {
            assert!((least..=least * 3 / 2 + 1).contains(&wait), "{times:?}");
        }
        let (_, times) = send(patient(), call(&READ), [status(500), status(500)]).await;
        assert!((30_000..=45_001).contains(&times[1]), "{times:?}");
        assert_eq!(times[2] - times[1], 60_000);
    }
}

#[tokio::test(start_paused = true)]
async fn does_not_retry_after_the_deadline() {
    for (seconds, expected) in [(9, 503), (10, 503), (11, 200)] {
        let start = Instant::now();
        let mut request = call(&READ);
        request.extensions_mut().insert(DeadlineAt(start + Duration::from_secs(seconds)));
        let (result, _) = send(RetryLayer::default(), request, [with_retry_after(503, "10")]).await;
        assert_eq!(result.unwrap(), expected);
        assert_eq!(start.elapsed().as_secs(), if expected == 200 { 10 } else { 0 });
    }
}

/// A resend without delay needs no timer, and so no runtime.
#[test]
fn a_resend_without_delay_uses_no_timer() {
    let once = |outcome: &AttemptOutcome<'_>| (outcome.attempt == 1).then_some(Duration::ZERO);
    let inner =
        service_fn(async |_: Request<Body>| Ok::<_, BoxError>(Response::new(Body::empty())));
    let record = CallRecord::new();
    let mut request = call(&READ);
    request.extensions_mut().insert(record.clone());
    let mut service = RetryLayer::new(once).layer(TraceLayer::new().layer(inner));
    let mut call = tokio_test::task::spawn(service.call(request));
    tokio_test::assert_ready_ok!(call.poll());
    assert_eq!((record.attempts(), record.phase()), (2, Phase::Attempt));
}

#[tokio::test(start_paused = true)]
async fn the_record_describes_the_call() {
    let script =
        Script::new([fail(ConnectTimeout::new(Duration::ZERO)), with_retry_after(503, "5")]);
    let mut service = layered(&RetryLayer::default(), &script);
    let record = CallRecord::new();
    let mut request = call(&CREATE);
    request.extensions_mut().insert(record.clone());
    assert_eq!((record.phase(), record.attempts()), (Phase::Start, 0));

    let mut call = tokio_test::task::spawn(service.ready().await.unwrap().call(request));
    tokio_test::assert_pending!(call.poll());
    assert_eq!((record.attempts(), record.phase()), (1, Phase::Backoff));
    assert!(!record.may_have_been_sent(), "it did not connect");
    tokio::time::advance(Duration::from_secs(1)).await;
    tokio_test::assert_pending!(call.poll());
    assert_eq!((record.attempts(), record.phase()), (2, Phase::Backoff));
    assert!(record.may_have_been_sent());
    tokio::time::advance(Duration::from_secs(5)).await;
    tokio_test::assert_ready_ok!(call.poll());
    assert_eq!((record.attempts(), record.phase()), (3, Phase::Attempt));
}

/// Provider with a new token after each rejection.
#[derive(Default)]
struct Rotating(AtomicU32);

impl TokenProvider for Rotating {
    async fn token(&self) -> Result<Token, BoxError> {
        Ok(Token::from(self.0.load(Relaxed).to_string()))
    }

    async fn rejected(&self, _: &Token) -> Result<(), BoxError> {
        self.0.fetch_add(1, Relaxed);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_refreshed_token_allows_one_more_attempt() {
    let send = async |layer: RetryLayer, steps: &[u16]| {
        let script = Script::new(steps.iter().copied().map(status));
        let stack = ServiceBuilder::new()
            .layer(layer)
            .layer(AuthLayer::new(Rotating::default(), &"https://api.frame.io".parse().unwrap()))
            .service(Strict::new(script.clone()));
        let result = stack.oneshot(call(&CREATE)).await.unwrap().status().as_u16();
        let seen = script.seen();
        let tokens = seen.iter().map(|seen| seen.parts.headers["authorization"].clone());
        (result, tokens.collect::<Vec<_>>())
    };
    // In addition to retries and budget, and only once.
    let none = || RetryLayer::default().max_retries(0).budget(RetryBudget::new(0, 0.0));
    let tokens = ["Bearer 0", "Bearer 1"];
    assert_eq!(send(none(), &[401]).await, (200, tokens.map(HeaderValue::from_static).into()));
    assert_eq!(send(none(), &[401, 401]).await, (401, tokens.map(HeaderValue::from_static).into()));
    // It does not count as a retry.
    let (result, tokens) = send(RetryLayer::default(), &[500, 401, 500, 401]).await;
    assert_eq!((result, tokens.len()), (401, 4));
    // It is made without delay.
    let start = Instant::now();
    send(none(), &[401]).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_shared_budget_is_spent_by_failures_but_not_by_429() {
    let layer = no_wait().budget(RetryBudget::new(1, 0.0));
    let errors = || Script::new((0..99).map(|_| status(500)));
    let mut total = 0;
    for _ in 0..20 {
        // One per second, for the ten seconds of the budget.
        let mut request = call(&READ);
        request.extensions_mut().get_or_insert_default::<CallLimits>().idempotent = Some(true);
        let script = errors();
        let service = layered(&layer, &script);
        service.oneshot(request).await.unwrap();
        total += script.times().len() - 1;
    }
    assert_eq!(total, 10);

    let script = Script::new([status(429), status(429)]);
    let response = layered(&layer, &script).oneshot(call(&READ)).await.unwrap();
    assert_eq!(response.status(), 200, "a retry after a 429 is free");

    let script = errors();
    layered(&layer.budget(None), &script).oneshot(call(&READ)).await.unwrap();
    assert_eq!(script.times().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn successful_calls_add_to_the_budget() {
    let layer = no_wait().budget(RetryBudget::new(0, 0.5));
    let retried = async |layer: &RetryLayer| {
        send(layer.clone(), call(&READ), [status(500)]).await.0.unwrap() == 200
    };
    assert!(!retried(&layer).await);
    for code in [200, 404] {
        send(layer.clone(), call(&READ), [status(code)]).await.0.unwrap();
    }
    assert!(retried(&layer).await);
    assert!(!retried(&layer).await);
}

fn no_wait() -> RetryLayer {
    let backoff = frameio_tower::Backoff::new(Duration::ZERO, Duration::ZERO);
    RetryLayer::new(StandardPolicy::default().backoff(backoff))
}

#[tokio::test(start_paused = true)]
async fn a_custom_policy_extends_a_preset() {
    /// Retries a 409, and never a 503.
    struct Conflicts(StandardPolicy);

    impl RetryPolicy for Conflicts {
        fn retry(&self, outcome: &AttemptOutcome<'_>) -> Option<Duration> {
            match outcome.status().map(|status| status.as_u16()) {
                Some(409) => Some(Duration::from_secs(5)),
                Some(503) => None,
                _ => self.0.retry(outcome),
            }
        }
    }

    let layer = || RetryLayer::new(Conflicts(StandardPolicy::default()));
    let (result, times) =
        send(layer(), call(&CREATE), [status(409), with_retry_after(429, "2")]).await;
    assert_eq!((result.unwrap(), times), (200, vec![0, 5_000, 7_000]));
    assert_eq!(attempts(layer(), call(&READ), [status(503)]).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_policy_sees_the_whole_outcome() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = seen.clone();
    let layer = RetryLayer::new(move |outcome: &AttemptOutcome<'_>| {
        log.lock().unwrap().push((
            outcome.operation.unwrap().id,
            outcome.status().map(|status| status.as_u16()),
            outcome.failure_kind().map(|failure| failure.name()),
            outcome.retry_after(),
            (outcome.may_have_been_sent, outcome.idempotent),
            (outcome.attempt, outcome.elapsed().as_secs()),
        ));
        (outcome.attempt < 3).then_some(Duration::from_secs(4))
    });
    let refused = fail(TransportError::new(TransportStage::Connect, "refused"));
    let (result, _) = send(layer, call(&CREATE), [refused, with_retry_after(503, "9")]).await;
    assert_eq!(result.unwrap(), 200);
    let nine = Some(Duration::from_secs(9));
    assert_eq!(
        *seen.lock().unwrap(),
        [
            (CREATE.id, None, Some("connect"), None, (false, false), (1, 0)),
            (CREATE.id, Some(503), None, nine, (true, false), (2, 4)),
            (CREATE.id, Some(200), None, None, (true, false), (3, 8)),
        ]
    );
}
