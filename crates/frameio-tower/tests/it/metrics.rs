//! Metrics of calls and attempts through the default stack.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::script::{Script, Step, hang, status};
use frameio_core::{Body, BoxError, Call, Operation, Quota};
use frameio_tower::metrics::{AttemptMetrics, CallMetrics, Metrics, Outcome};
use frameio_tower::rate_limit::{QuotaBucket, QuotaResponse, QuotaStore, Reservation};
use frameio_tower::retry::{AttemptOutcome, RetryPolicy};
use frameio_tower::{
    Backoff, DefaultStack, HttpService, MetricsLayer, RateLimitLayer, RetryLayer, StandardPolicy,
    TraceLayer,
};
use http::{Method, Request, StatusCode};
use tower::{Layer, Service, ServiceBuilder, ServiceExt};

const SECOND: Duration = Duration::from_secs(1);

static SHOW: Operation =
    Operation::new("users.show", Method::GET, "/v4/me", Quota::per_minute(100));

/// Reported metrics as text, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn push(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Metrics for Log {
    fn call_started(&self) {
        self.push("call".to_owned());
    }

    fn call_finished(&self, call: &CallMetrics) {
        let CallMetrics { operation, outcome, duration, quota_wait, attempts, .. } = call;
        let id = operation.map_or("none", |operation| operation.id);
        let (duration, wait) = (duration.as_secs(), quota_wait.as_secs());
        self.push(format!("{id} {outcome} in {duration} s, {attempts} attempts, waited {wait} s"));
    }

    fn attempt_finished(&self, attempt: &AttemptMetrics) {
        let AttemptMetrics { method, url_template, outcome, duration, .. } = attempt;
        let template = url_template.unwrap_or("none");
        self.push(format!("{method} {template} {outcome} in {} s", duration.as_secs()));
    }
}

fn stack(log: &Log, steps: impl IntoIterator<Item = Step>) -> HttpService {
    let backoff = Backoff::new(Duration::ZERO, Duration::ZERO);
    DefaultStack::new("https://api.frame.io".parse().unwrap())
        .unwrap()
        .retry(StandardPolicy::default().backoff(backoff))
        .rate_limit(RateLimitLayer::new().quota(SHOW.id, Quota::new(1, 10 * SECOND).unwrap()))
        .metrics(log.clone())
        .layer(Script::new(steps))
}

fn request(call: bool) -> Request<Body> {
    let mut request = Request::get("/v4/me?secret=1").body(Body::empty()).unwrap();
    if call {
        request.extensions_mut().insert(Call::new(&SHOW));
    }
    request
}

#[tokio::test(start_paused = true)]
async fn each_attempt_and_the_call_are_reported() {
    let log = Log::default();
    let stack = stack(&log, [status(503).after(2 * SECOND), status(200).after(SECOND)]);
    stack.oneshot(request(true)).await.unwrap();
    assert_eq!(
        log.take(),
        [
            "call",
            "GET /v4/me 503 in 2 s",
            "GET /v4/me 200 in 1 s",
            "users.show 200 in 11 s, 2 attempts, waited 8 s",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn failures_have_a_name_and_plain_requests_no_template() {
    let log = Log::default();
    let stack = stack(&log, [hang(), hang(), hang()]);
    stack.oneshot(request(false)).await.unwrap_err();
    let timeout = "GET none timeout in 60 s";
    let call = "none timeout in 180 s, 3 attempts, waited 0 s";
    assert_eq!(log.take(), ["call", timeout, timeout, timeout, call]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_is_reported_once() {
    let log = Log::default();
    let mut stack = stack(&log, [hang()]);
    let mut call = tokio_test::task::spawn(stack.call(request(true)));
    tokio_test::assert_pending!(call.poll());
    tokio::time::advance(SECOND).await;
    drop(call);
    assert_eq!(
        log.take(),
        [
            "call",
            "GET /v4/me cancelled in 1 s",
            "users.show cancelled in 1 s, 1 attempts, waited 0 s",
        ]
    );
}

/// The same object can be given to the stack, to a layer, and to a test.
#[tokio::test(start_paused = true)]
async fn an_arc_can_be_used_in_place_of_each_implementation() {
    /// Retries nothing.
    struct Never;

    impl RetryPolicy for Never {
        fn retry(&self, _: &AttemptOutcome<'_>) -> Option<Duration> {
            None
        }
    }

    let log = Arc::new(Log::default());
    let metrics: Arc<dyn Metrics> = log.clone();
    let policy: Arc<dyn RetryPolicy> = Arc::new(Never);
    let stack = DefaultStack::new("https://api.frame.io".parse().unwrap())
        .unwrap()
        .retry(policy.clone())
        .rate_limit(RateLimitLayer::new().store(Arc::new(Refusing)))
        .metrics(metrics.clone())
        .layer(Script::new([status(503)]));
    stack.clone().oneshot(request(false)).await.unwrap();
    assert_eq!(
        log.take(),
        ["call", "GET none 503 in 0 s", "none 503 in 0 s, 1 attempts, waited 0 s"]
    );
    let error = stack.oneshot(request(true)).await.unwrap_err();
    assert_eq!(error.to_string(), "the quota store is unavailable: no slots");

    let layers = (TraceLayer::new().metrics(metrics.clone()), MetricsLayer::new(metrics));
    let stack =
        ServiceBuilder::new().layer(layers.1).layer(RetryLayer::new(policy)).layer(layers.0);
    log.take();
    stack.service(Script::new([status(503)])).oneshot(request(false)).await.unwrap();
    assert_eq!(log.take().len(), 3);
}

/// Store without slots.
struct Refusing;

impl QuotaStore for Refusing {
    async fn reserve(&self, _: &QuotaBucket, _: Option<Duration>) -> Result<Reservation, BoxError> {
        Err("no slots".into())
    }

    fn release(&self, _: &QuotaBucket, _: Reservation) {}

    fn record_response(&self, _: &QuotaBucket, _: QuotaResponse) {}
}

#[test]
fn an_implementation_can_be_tested_alone() {
    let log = Log::default();
    let mut call = CallMetrics::new(Outcome::Cancelled, 2 * SECOND);
    call.operation = Some(&SHOW);
    log.call_finished(&call);
    let outcome = Outcome::Response(StatusCode::OK);
    log.attempt_finished(&AttemptMetrics::new(Method::GET, outcome, SECOND));
    assert_eq!(
        log.take(),
        ["users.show cancelled in 2 s, 1 attempts, waited 0 s", "GET none 200 in 1 s"]
    );
}
