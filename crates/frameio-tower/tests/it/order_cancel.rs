//! Calls that are dropped at any point.

use std::sync::Arc;
use std::time::Duration;

use crate::support::Strict;
use crate::support::script::{Script, fail, status};
use frameio_core::{Body, BoxError, Call, Operation, Quota};
use frameio_tower::auth::{Token, TokenProvider};
use frameio_tower::error::{TransportError, TransportStage};
use frameio_tower::rate_limit::RateLimitLayer;
use frameio_tower::{Backoff, CallRecord, DefaultStack, Phase, StandardPolicy};
use http::{Method, Request};
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{Layer, Service, ServiceExt};

const SECOND: Duration = Duration::from_secs(1);

static SHOW: Operation = Operation::new("me.show", Method::GET, "/v4/me", Quota::per_minute(30));

/// Provider that takes some time.
struct SlowToken;

impl TokenProvider for SlowToken {
    async fn token(&self) -> Result<Token, BoxError> {
        sleep(SECOND).await;
        Ok(Token::from("token"))
    }
}

fn request() -> Request<Body> {
    let mut request = Request::get("/v4/me").body(Body::empty()).unwrap();
    request.extensions_mut().insert(Call::new(&SHOW));
    request
}

/// Responds with a 429, an error and a success, each after some time.
fn script() -> Script {
    let refused = TransportError::new(TransportStage::Connect, "refused");
    Script::new([fail(refused), status(503), status(200)].map(|step| step.after(SECOND)))
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_releases_everything_it_held() {
    let permits = Arc::new(Semaphore::new(1));
    let probe = Arc::new(());
    let mut polls = 0;
    let mut waits = [0; 6];
    loop {
        let script = script();
        let mut stack = DefaultStack::new("https://api.frame.io".parse().unwrap())
            .unwrap()
            .deadline(60 * SECOND)
            .retry(StandardPolicy::default().backoff(Backoff::new(SECOND, SECOND).seed(1)))
            .rate_limit(RateLimitLayer::new().quota(SHOW.id, Quota::new(1, 10 * SECOND).unwrap()))
            .auth(SlowToken)
            .attempt_layer(GlobalConcurrencyLimitLayer::with_semaphore(permits.clone()))
            .layer(Strict::new(script.clone()));

        let mut probed = request();
        probed.extensions_mut().insert(probe.clone());
        let record = CallRecord::new();
        probed.extensions_mut().insert(record.clone());
        let mut call = tokio_test::task::spawn(stack.ready().await.unwrap().call(probed));
        let mut done = false;
        for _ in 0..polls {
            assert!(!done);
            done = call.poll().is_ready();
            if matches!(record.phase(), Phase::Quota | Phase::Auth | Phase::Backoff) {
                assert_eq!(permits.available_permits(), 1, "{:?} holds no permit", record.phase());
                waits[record.phase() as usize] += 1;
            }
            tokio::time::advance(SECOND / 2).await;
        }
        drop(call);

        drop(script.seen());
        assert_eq!(Arc::strong_count(&probe), 1, "after {polls} polls");
        assert_eq!(permits.available_permits(), 1, "after {polls} polls");
        // The next call works.
        assert_eq!(stack.oneshot(request()).await.unwrap().status(), 200);
        if done {
            break;
        }
        polls += 1;
    }
    for phase in [Phase::Quota, Phase::Auth, Phase::Backoff] {
        assert!(waits[phase as usize] > 0, "{phase:?} was never interrupted");
    }
}
