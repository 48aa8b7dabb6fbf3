//! Consequences of the order of layers in the default stack.

use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::script::{Script, Seen, Step, hang, respond, status};
use crate::support::{Careless, Strict};
use frameio_core::{Attempts, Body, BoxError, Call, CallLimits, Operation, Quota};
use frameio_tower::auth::{Token, TokenProvider};
use frameio_tower::error::{AttemptTimeout, DeadlineExceeded, QuotaExhausted, find};
use frameio_tower::rate_limit::RateLimitLayer;
use frameio_tower::retry::AttemptOutcome;
use frameio_tower::{
    Backoff, CallRecord, DefaultStack, HttpError, HttpService, Phase, StandardPolicy,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};
use tower::layer::layer_fn;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{Layer, ServiceExt};

const SECOND: Duration = Duration::from_secs(1);

static SHOW: Operation =
    Operation::new("users.show", Method::GET, "/v4/me", Quota::per_minute(100));

/// Provider that returns a new token each time, and never completes after a number of tokens.
#[derive(Default)]
struct Tokens {
    given: AtomicU32,
    only: Option<u32>,
}

impl TokenProvider for Tokens {
    async fn token(&self) -> Result<Token, BoxError> {
        let number = self.given.fetch_add(1, Relaxed);
        if self.only.is_some_and(|only| number >= only) {
            pending::<()>().await;
        }
        Ok(Token::from(number.to_string()))
    }
}

/// Provider with a new token after a rejection.
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

struct Outcome {
    result: Result<Response<Body>, BoxError>,
    took: Duration,
    record: CallRecord,
    seen: Vec<Seen>,
}

impl Outcome {
    fn status(&self) -> u16 {
        self.result.as_ref().unwrap().status().as_u16()
    }

    fn error<T: std::error::Error + 'static>(&self) -> &T {
        find(&**self.result.as_ref().unwrap_err()).unwrap()
    }

    /// Returns the times at which attempts reached the transport, in seconds.
    fn times(&self) -> Vec<u64> {
        self.seen.iter().map(|seen| seen.at.as_secs()).collect()
    }

    fn tokens(&self) -> Vec<&str> {
        let headers = self.seen.iter().map(|seen| &seen.parts.headers["authorization"]);
        headers.map(|header| header.to_str().unwrap()).collect()
    }
}

/// Sends a call through the whole stack, with an attempt timeout of 5 s, a deadline of 60 s and a
/// quota of one call in 10 s.
async fn send(
    provider: impl TokenProvider,
    options: impl FnOnce(&mut CallLimits),
    steps: impl IntoIterator<Item = Step>,
) -> Outcome {
    let script = Script::new(steps);
    let mut headers = HeaderMap::new();
    headers.insert("user-agent", HeaderValue::from_static("test"));
    let stack = DefaultStack::new("https://api.frame.io".parse().unwrap())
        .unwrap()
        .deadline(60 * SECOND)
        .retry(StandardPolicy::default().backoff(Backoff::new(SECOND, SECOND)))
        .headers(headers)
        .rate_limit(RateLimitLayer::new().quota(SHOW.id, Quota::new(1, 10 * SECOND).unwrap()))
        .auth(provider)
        .timeout(5 * SECOND)
        .response_limit(1000)
        .layer(Strict::new(script.clone()));

    let record = CallRecord::new();
    let mut request = Request::get("/v4/me").body(Body::empty()).unwrap();
    request.extensions_mut().insert(Call::new(&SHOW));
    request.extensions_mut().insert(record.clone());
    options(request.extensions_mut().get_or_insert_default());
    let start = Instant::now();
    let result = stack.oneshot(request).await.map_err(HttpError::into_inner);
    Outcome { result, took: start.elapsed(), record, seen: script.seen() }
}

fn no_options(_: &mut CallLimits) {}

/// Returns a response whose body is truncated.
fn broken() -> Step {
    struct Broken;

    impl http_body::Body for Broken {
        type Data = bytes::Bytes;
        type Error = BoxError;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, BoxError>>> {
            std::task::Poll::Ready(Some(Err("reset".into())))
        }
    }

    respond(Response::new(Body::stream(Broken)))
}

#[tokio::test(start_paused = true)]
async fn every_attempt_spends_quota_and_gets_its_own_token() {
    let outcome = send(Tokens::default(), no_options, [status(503), status(502)]).await;
    assert_eq!(outcome.status(), 200);
    // Ten seconds apart because of the quota; the backoff is at most one second.
    assert_eq!(outcome.times(), [0, 10, 20]);
    assert_eq!(outcome.tokens(), ["Bearer 0", "Bearer 1", "Bearer 2"]);
    assert!(outcome.record.quota_wait() >= 18 * SECOND);
    assert!(outcome.record.quota_wait() <= 20 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn headers_of_the_call_are_sent_with_each_attempt() {
    let outcome = send(Tokens::default(), no_options, [status(503)]).await;
    for (seen, number) in outcome.seen.iter().zip(1..) {
        assert_eq!(seen.parts.uri, "https://api.frame.io/v4/me");
        assert_eq!(seen.parts.headers["user-agent"], "test");
        let names = seen.parts.headers.keys().map(|name| name.as_str());
        let sent = names.filter(|name| *name != "accept-encoding").count();
        assert_eq!(sent, 2);
        let marker = (number > 1).then_some(Attempts(number));
        assert_eq!(seen.parts.extensions.get(), marker.as_ref());
    }
}

#[tokio::test(start_paused = true)]
async fn the_timeout_applies_to_each_attempt_without_its_waits() {
    // The first attempt hangs. The second waits for the quota for longer than the attempt timeout.
    let outcome = send(Tokens::default(), no_options, [hang()]).await;
    assert_eq!((outcome.status(), outcome.times()), (200, vec![0, 10]));

    let no_retries = |options: &mut CallLimits| options.max_retries = Some(0);
    let outcome = send(Tokens::default(), no_retries, [hang()]).await;
    assert_eq!(*outcome.error::<AttemptTimeout>(), AttemptTimeout::new(5 * SECOND));
    assert!(outcome.record.may_have_been_sent());
}

/// The sending marker decides for each attempt, whatever happened to the attempts before.
#[tokio::test(start_paused = true)]
async fn the_policy_learns_which_attempts_were_sent() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let sent = log.clone();
    let policy = move |outcome: &AttemptOutcome<'_>| {
        sent.lock().unwrap().push(outcome.may_have_been_sent);
        (outcome.attempt < 3).then_some(SECOND)
    };
    let permits = Arc::new(Semaphore::new(1));
    let stack = DefaultStack::new("https://api.frame.io".parse().unwrap())
        .unwrap()
        .retry(policy)
        .timeout(SECOND)
        .attempt_layer(GlobalConcurrencyLimitLayer::with_semaphore(permits.clone()))
        // Moves the wait for the permit into the attempt.
        .attempt_layer(layer_fn(Careless::<HttpService>))
        .layer(Script::new([status(503)]));
    let call = tokio::spawn(stack.oneshot(Request::get("/v4/me").body(Body::empty()).unwrap()));
    // The second attempt starts after 1 s, and times out while it waits for a permit.
    sleep(SECOND / 2).await;
    let permit = permits.acquire().await.unwrap();
    sleep(2 * SECOND).await;
    drop(permit);
    assert_eq!(call.await.unwrap().unwrap().status(), 200);
    assert_eq!(*log.lock().unwrap(), [true, false, true]);
}

#[tokio::test(start_paused = true)]
async fn a_truncated_body_is_retried() {
    let outcome = send(Tokens::default(), no_options, [broken()]).await;
    assert_eq!((outcome.status(), outcome.seen.len()), (200, 2));
}

#[tokio::test(start_paused = true)]
async fn a_resend_with_a_refreshed_token_spends_quota() {
    let no_retries = |options: &mut CallLimits| options.max_retries = Some(0);
    let outcome = send(Rotating::default(), no_retries, [status(401)]).await;
    assert_eq!((outcome.status(), outcome.times()), (200, vec![0, 10]));
    assert_eq!(outcome.tokens(), ["Bearer 0", "Bearer 1"]);
    assert_eq!(outcome.record.attempts(), 2);

    let outcome = send(Rotating::default(), no_options, [status(401), status(401)]).await;
    assert_eq!((outcome.status(), outcome.seen.len()), (401, 2));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_covers_the_attempts_and_the_token() {
    let three = |options: &mut CallLimits| options.deadline = Some(3 * SECOND);
    let outcome = send(Tokens::default(), three, [hang()]).await;
    let expected = DeadlineExceeded::new(3 * SECOND, Phase::Response);
    assert_eq!((outcome.error(), outcome.took), (&expected, 3 * SECOND));
    assert!(outcome.record.may_have_been_sent());

    let never = Tokens { only: Some(0), ..Tokens::default() };
    let outcome = send(never, three, []).await;
    let expected = DeadlineExceeded::new(3 * SECOND, Phase::Auth);
    assert_eq!((outcome.error(), outcome.took), (&expected, 3 * SECOND));
    assert!(!outcome.record.may_have_been_sent());
    assert_eq!(outcome.record.attempts(), 0);

    // The deadline counts from the start of the call, not of the attempt.
    let twelve = |options: &mut CallLimits| options.deadline = Some(12 * SECOND);
    let outcome = send(Tokens::default(), twelve, [status(503), hang()]).await;
    let expected = DeadlineExceeded::new(12 * SECOND, Phase::Response);
    assert_eq!((outcome.error(), outcome.took), (&expected, 12 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn fails_immediately_if_a_wait_would_exceed_the_deadline() {
    // The wait for the quota, which the error contains.
    let five = |options: &mut CallLimits| options.deadline = Some(5 * SECOND);
    let outcome = send(Tokens::default(), five, [status(503)]).await;
    let wait = outcome.error::<QuotaExhausted>().wait;
    assert!(wait > 8 * SECOND && wait <= 10 * SECOND, "{wait:?}");
    assert!(outcome.took <= SECOND);
    assert_eq!(outcome.record.attempts(), 1, "the second attempt did not start");
    // The delay before a retry.
    let unavailable =
        Response::builder().status(503).header("retry-after", "6").body(Body::empty());
    let outcome = send(Tokens::default(), five, [respond(unavailable.unwrap())]).await;
    assert_eq!((outcome.status(), outcome.took), (503, Duration::ZERO));
}
