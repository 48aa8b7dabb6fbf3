//! Slots in the default stack, which only sent requests spend.

use std::sync::Arc;

use frameio_tower::auth::{Token, TokenProvider};
use frameio_tower::error::{TransportError, TransportStage};
use frameio_tower::rate_limit::{RateLimitLayer, RateLimitMode};
use frameio_tower::{CallRecord, DefaultStack, HttpFuture, HttpService, Phase};
use http::Uri;
use tokio::sync::Semaphore;
use tokio::time::{advance, sleep};
use tokio_test::task::{Spawn, spawn};
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::util::MapFutureLayer;

use super::*;
use crate::support::script::fail;

/// One call in 100 s.
const ONE: Quota = match Quota::new(1, Duration::from_secs(100)) {
    Some(quota) => quota,
    None => panic!("not a quota"),
};

struct SlowToken;

impl TokenProvider for SlowToken {
    async fn token(&self) -> Result<Token, BoxError> {
        sleep(ms(1000)).await;
        Ok(Token::from("token"))
    }
}

struct Stack {
    layer: RateLimitLayer,
    permits: Arc<Semaphore>,
    service: HttpService,
}

impl Stack {
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let layer = RateLimitLayer::new().quota(SHOW.id, ONE);
        let permits = Arc::new(Semaphore::new(0));
        let limit = GlobalConcurrencyLimitLayer::with_semaphore(permits.clone());
        let stack = DefaultStack::new(Uri::from_static("https://api.frame.io")).unwrap();
        let stack = stack.rate_limit(layer.clone()).auth(SlowToken).attempt_layer(limit).no_retry();
        let service = stack.layer(Strict::new(Script::new(steps)));
        Self { layer, permits, service }
    }

    fn call(&self) -> (CallRecord, Spawn<impl Future<Output = Result<Response<Body>, BoxError>>>) {
        let record = CallRecord::new();
        let mut request = request(&SHOW);
        request.extensions_mut().insert(record.clone());
        let mut service = self.service.clone();
        (record, spawn(async move { Ok(service.call(request).await?) }))
    }

    /// Returns whether the quota has a free slot.
    async fn has_slot(&self) -> bool {
        let inner = tower::service_fn(async |_: Request<Body>| {
            Err::<Response<Body>, BoxError>("not sent".into())
        });
        let layer = self.layer.clone().mode(RateLimitMode::FailFast).spend_when_sent(true);
        let error = layer.layer(inner).call(request(&SHOW)).await.unwrap_err();
        find::<QuotaExhausted>(&*error).is_none()
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_in_any_phase_before_sending_returns_its_slot() {
    let stack = Stack::new([hang()]);
    // While it waits for the token.
    let (record, mut call) = stack.call();
    assert!(call.poll().is_pending());
    assert_eq!(record.phase(), Phase::Auth);
    // Another call behind it in the queue.
    let (queued_record, mut queued) = stack.call();
    assert!(queued.poll().is_pending());
    assert_eq!(queued_record.phase(), Phase::Quota);
    assert!(!stack.has_slot().await);
    drop(queued);
    drop(call);
    assert!(stack.has_slot().await, "while waiting for the token");

    // While an attempt layer waits for a permit.
    let (record, mut call) = stack.call();
    assert!(call.poll().is_pending());
    advance(ms(1000)).await;
    assert!(call.poll().is_pending());
    assert_eq!((record.phase(), record.may_have_been_sent()), (Phase::Attempt, false));
    assert!(!stack.has_slot().await);
    drop(call);
    assert!(stack.has_slot().await, "while waiting for a permit");

    // While it waits for the response.
    stack.permits.add_permits(1);
    let (record, mut call) = stack.call();
    assert!(call.poll().is_pending());
    advance(ms(1000)).await;
    assert!(call.poll().is_pending());
    assert_eq!((record.phase(), record.may_have_been_sent()), (Phase::Response, true));
    drop(call);
    assert!(!stack.has_slot().await, "the service counts it");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_not_sent_or_not_processed_returns_its_slot() {
    let refused = TransportError::new(TransportStage::Connect, "connection refused");
    let unprocessed = TransportError::new(TransportStage::NotProcessed, "refused stream");
    let reset = TransportError::new(TransportStage::Sent, "connection reset");
    for (error, sent) in [(refused, false), (unprocessed, false), (reset, true)] {
        let stack = Stack::new([fail(error)]);
        stack.permits.add_permits(1);
        let (record, call) = stack.call();
        call.await.unwrap_err();
        assert_eq!(record.may_have_been_sent(), sent);
        assert_eq!(stack.has_slot().await, !sent);
    }
}

/// An attempt layer calls the inner service, and polls its future a second later.
#[tokio::test(start_paused = true)]
async fn a_call_dropped_before_the_transport_is_polled_returns_its_slot() {
    let late = MapFutureLayer::new(|response: HttpFuture| async move {
        sleep(ms(1000)).await;
        response.await
    });
    let layer = RateLimitLayer::new().quota(SHOW.id, ONE);
    let stack = DefaultStack::new(Uri::from_static("https://api.frame.io")).unwrap();
    let stack = stack.rate_limit(layer.clone()).attempt_layer(late).no_retry();
    let service = stack.layer(Strict::new(Script::new([hang()])));
    let stack = Stack { layer, permits: Arc::new(Semaphore::new(0)), service };

    let (record, mut call) = stack.call();
    assert!(call.poll().is_pending());
    assert_eq!((record.phase(), record.may_have_been_sent()), (Phase::Attempt, false));
    drop(call);
    assert!(stack.has_slot().await);

    let (record, mut call) = stack.call();
    assert!(call.poll().is_pending());
    advance(ms(1000)).await;
    assert!(call.poll().is_pending());
    assert_eq!((record.phase(), record.may_have_been_sent()), (Phase::Response, true));
    drop(call);
    assert!(!stack.has_slot().await);
}

/// The same for a layer without a sending marker inside it.
#[tokio::test(start_paused = true)]
async fn without_a_marker_a_call_that_is_never_polled_returns_its_slot() {
    let layer = RateLimitLayer::new().quota(SHOW.id, ONE);
    let client = Client::new(&layer, []);
    let fast = Client::new(&layer.mode(RateLimitMode::FailFast), [hang()]);
    drop(fast.call(request(&SHOW)));
    let mut call = spawn(fast.call(request(&SHOW)));
    assert!(call.poll().is_pending());
    drop(call);
    assert_eq!(wait_of(fast.call(request(&SHOW)).await), ms(100_000));
    client.all(&SHOW, 1).await;
    assert_eq!(client.times(), [100_000]);
}
