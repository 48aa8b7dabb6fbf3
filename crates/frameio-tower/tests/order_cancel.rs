//! A call that is dropped, at whatever point, leaves nothing behind.

mod support;

use std::sync::Arc;
use std::time::Duration;

use frameio_core::{Body, BoxError};
use frameio_tower::error::{TransportError, TransportStage};
use frameio_tower::{
    Backoff, BaseUriLayer, CollectLayer, DeadlineLayer, HeadersLayer, RetryLayer, RetryPolicy,
    TimeoutLayer, TraceLayer,
};
use http::{HeaderMap, Request};
use support::Strict;
use support::script::{Script, fail, status};
use tokio::sync::Semaphore;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{Service, ServiceBuilder, ServiceExt};

const SECOND: Duration = Duration::from_secs(1);

/// A call that is refused, answered with an error, and answered, each after a while.
fn script() -> Script {
    let refused = TransportError::new(TransportStage::Connect, "refused");
    Script::new([fail(refused), status(503), status(200)].map(|step| step.after(SECOND)))
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_leaves_nothing_behind() {
    let permits = Arc::new(Semaphore::new(1));
    let probe = Arc::new(());
    let mut polls = 0;
    loop {
        let script = script();
        let mut stack = ServiceBuilder::new()
            .layer(BaseUriLayer::new("https://api.frame.io".parse().unwrap()).unwrap())
            .layer(HeadersLayer::new(HeaderMap::new()))
            .layer(DeadlineLayer::new(60 * SECOND))
            .layer(RetryLayer::new(
                RetryPolicy::default().backoff(Backoff::new(SECOND, SECOND).seed(1)),
            ))
            .layer(TraceLayer::new())
            .layer(TimeoutLayer::new(60 * SECOND))
            .layer(GlobalConcurrencyLimitLayer::with_semaphore(permits.clone()))
            .layer(CollectLayer::new(1000))
            .service(Strict::new(script.clone()));

        let mut request = Request::get("/v4/me").body(Body::empty()).unwrap();
        request.extensions_mut().insert(probe.clone());
        let mut call = tokio_test::task::spawn(stack.ready().await.unwrap().call(request));
        assert_eq!(permits.available_permits(), 0);
        let mut done = false;
        for _ in 0..polls {
            assert!(!done);
            done = call.poll().is_ready();
            tokio::time::advance(SECOND / 2).await;
        }
        drop(call);

        drop(script.seen());
        assert_eq!(Arc::strong_count(&probe), 1, "after {polls} polls");
        assert_eq!(permits.available_permits(), 1, "after {polls} polls");
        // Neither does it leave the stack in a state that is of no use to the next call.
        let request = Request::get("/v4/me").body(Body::empty()).unwrap();
        let response: Result<_, BoxError> = stack.oneshot(request).await;
        assert_eq!(response.unwrap().status(), 200);
        if done {
            break;
        }
        polls += 1;
    }
    assert!(polls > 6, "every wait was interrupted: {polls}");
}
