//! Policies of `tower::retry` in the default stack.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use crate::support::Strict;
use crate::support::capture::Capture;
use crate::support::script::{Script, Step, fail, status};
use frameio_core::{Attempts, Body, BoxError};
use frameio_tower::retry::RetryLayer;
use frameio_tower::trace::names;
use frameio_tower::{
    CallRecord, DefaultStack, Token, TokenProvider, TransportError, TransportStage,
};
use http::{Request, Response};
use tokio::time::{Instant, Sleep, sleep};
use tower::retry::Policy;
use tower::{Layer, Service, ServiceExt};

/// Retries a 503 a number of times, after a second each, and copies no extensions.
#[derive(Clone)]
struct Limited(u32);

impl<B> Policy<Request<Body>, Response<B>, BoxError> for Limited {
    type Future = Sleep;

    fn retry(
        &mut self,
        _: &mut Request<Body>,
        result: &mut Result<Response<B>, BoxError>,
    ) -> Option<Sleep> {
        if !result.as_ref().is_ok_and(|response| response.status() == 503) {
            return None;
        }
        self.0 = self.0.checked_sub(1)?;
        Some(sleep(Duration::from_secs(1)))
    }

    fn clone_request(&mut self, request: &Request<Body>) -> Option<Request<Body>> {
        copy(request)
    }
}

/// Copies a request without its extensions.
fn copy(request: &Request<Body>) -> Option<Request<Body>> {
    let mut copy = Request::new(request.body().try_clone()?);
    *copy.uri_mut() = request.uri().clone();
    Some(copy)
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

fn stack() -> DefaultStack {
    let stack = DefaultStack::new("https://api.frame.io".parse().unwrap()).unwrap();
    stack.auth(Rotating::default())
}

/// Sends a request. Returns its status, the record of the call and the numbers of the attempts.
async fn send(
    stack: DefaultStack,
    steps: impl IntoIterator<Item = Step>,
) -> (u16, CallRecord, Vec<Option<u32>>) {
    let script = Script::new(steps);
    let record = CallRecord::new();
    let mut request = Request::get("/v4/me").body(Body::empty()).unwrap();
    request.extensions_mut().insert(record.clone());
    let response = stack.layer(script.clone()).oneshot(request).await.unwrap();
    let seen = script.seen();
    let numbers = seen.iter().map(|seen| seen.parts.extensions.get().map(|it: &Attempts| it.0));
    (response.status().as_u16(), record, numbers.collect())
}

#[tokio::test(start_paused = true)]
async fn the_policy_decides_and_attempts_are_counted() {
    let layer = || stack().retry_layer(RetryLayer::from_tower(Limited(2)));
    let start = Instant::now();
    let (code, record, numbers) = send(layer(), [status(503), status(503)]).await;
    assert_eq!((code, record.attempts()), (200, 3));
    assert_eq!(numbers, [None, Some(2), Some(3)]);
    assert_eq!(start.elapsed(), Duration::from_secs(2));
    assert!(record.may_have_been_sent());

    let (code, record, _) = send(layer(), (0..9).map(|_| status(503))).await;
    assert_eq!((code, record.attempts()), (503, 3));
    let (code, record, _) = send(layer(), [status(500)]).await;
    assert_eq!((code, record.attempts()), (500, 1));
}

/// Retries lost connections, which it recognizes by their type.
#[derive(Clone)]
struct Lost;

impl<B> Policy<Request<Body>, Response<B>, BoxError> for Lost {
    type Future = std::future::Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<Body>,
        result: &mut Result<Response<B>, BoxError>,
    ) -> Option<Self::Future> {
        let lost = result.as_ref().is_err_and(|error| error.is::<TransportError>());
        lost.then(|| std::future::ready(()))
    }

    fn clone_request(&mut self, request: &Request<Body>) -> Option<Request<Body>> {
        copy(request)
    }
}

#[tokio::test(start_paused = true)]
async fn the_policy_can_downcast_the_error_of_an_attempt() {
    let layer = stack().retry_layer(RetryLayer::from_tower(Lost));
    let lost = fail(TransportError::new(TransportStage::Sent, "reset"));
    let (code, record, _) = send(layer, [lost]).await;
    assert_eq!((code, record.attempts()), (200, 2));
}

#[tokio::test(start_paused = true)]
async fn works_alone_and_respects_readiness() {
    let script = Script::new([status(503)]);
    let mut service = RetryLayer::from_tower(Limited(1)).layer(Strict::new(script.clone()));
    let mut clone = service.ready().await.unwrap().clone();
    let request = || Request::new(Body::empty());
    assert_eq!(service.call(request()).await.unwrap().status(), 200);
    assert_eq!(clone.ready().await.unwrap().call(request()).await.unwrap().status(), 200);
    assert_eq!(script.seen().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn resends_with_a_refreshed_token_without_the_policy() {
    let layer = || stack().retry_layer(RetryLayer::from_tower(Limited(0)));
    let (code, record, _) = send(layer(), [status(401)]).await;
    assert_eq!((code, record.attempts(), record.token_refreshes()), (200, 2, 1));
    let (code, record, _) = send(layer(), [status(401), status(401)]).await;
    assert_eq!((code, record.attempts(), record.token_refreshes()), (401, 2, 1));
}

#[tokio::test(start_paused = true)]
async fn without_retry_nothing_is_resent() {
    let (code, record, _) = send(stack().no_retry(), [status(401)]).await;
    assert_eq!((code, record.attempts(), record.token_refreshes()), (401, 1, 0));
    let (code, record, _) = send(stack().no_retry(), [status(503)]).await;
    assert_eq!((code, record.attempts()), (503, 1));
}

#[tokio::test(start_paused = true)]
async fn each_retry_emits_an_event() {
    let (capture, _guard) = Capture::start(|metadata| metadata.name() == names::RETRY_SCHEDULED);
    let lost = || fail(TransportError::new(TransportStage::Sent, "reset"));
    send(stack().retry_layer(RetryLayer::from_tower(Limited(2))), [status(503), status(503)]).await;
    send(stack().retry_layer(RetryLayer::from_tower(Lost)), [lost()]).await;
    send(stack().retry_layer(RetryLayer::from_tower(Limited(0))), [status(401)]).await;
    send(stack().retry_layer(RetryLayer::from_tower(Limited(1)).policy_emits()), [status(503)])
        .await;
    let expected = [
        ["attempt=2", "delay_ms=1000", "message=retry.scheduled", "reason=503"],
        ["attempt=3", "delay_ms=1000", "message=retry.scheduled", "reason=503"],
        ["attempt=2", "delay_ms=0", "message=retry.scheduled", "reason=connection_lost"],
        ["attempt=2", "delay_ms=0", "message=retry.scheduled", "reason=401"],
    ];
    let events: Vec<_> = capture.events().iter().map(|event| event.fields()).collect();
    assert_eq!(events, expected);
}
