//! A call that is dropped at any point leaks nothing.

use frameio_testing::script;

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use frameio::layers::{CallRecord, Phase, RateLimitLayer, Token, TokenProvider};
use frameio::users::ShowCurrentUser;
use frameio::{Body, BoxError, Client, Quota};
use futures_util::poll;
use http::{Request, Response};
use script::{response, user};
use tokio::sync::Semaphore;
use tokio::task::yield_now;
use tokio::time::{Instant, advance};
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::service_fn;
use tower::util::MapRequestLayer;

/// Request extension whose clones are counted.
#[derive(Clone)]
#[allow(dead_code, reason = "counted, not read")]
struct Probe(Arc<()>);

struct Slow;

impl TokenProvider for Slow {
    async fn token(&self) -> Result<Token, BoxError> {
        yield_now().await;
        Ok(Token::from("t"))
    }
}

/// Fails the first attempt of each call after three polls, and responds to the second.
async fn transport(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    for _ in 0..3 {
        yield_now().await;
    }
    let attempts = request.extensions().get::<CallRecord>().map_or(0, CallRecord::attempts);
    Ok(if attempts == 1 { response(503, "{}") } else { user() })
}

#[tokio::test(start_paused = true)]
async fn a_call_can_be_dropped_at_any_point() {
    const POLLS: usize = 60;
    let probe = Arc::new(());
    let permits = Arc::new(Semaphore::new(1));
    let record = Arc::new(Mutex::new(CallRecord::new()));
    let (mark, last) = (probe.clone(), record.clone());
    let client = Client::builder()
        .token_provider(Slow)
        .transport(service_fn(transport))
        // One call every ten seconds, after the first six.
        .rate_limit(RateLimitLayer::new().quota("users.show", Quota::per_minute(6)))
        .attempt_layer(GlobalConcurrencyLimitLayer::with_semaphore(permits.clone()))
        .call_layer(MapRequestLayer::new(move |mut request: Request<Body>| {
            request.extensions_mut().insert(Probe(mark.clone()));
            *last.lock().unwrap() = request.extensions().get::<CallRecord>().unwrap().clone();
            request
        }))
        .build()
        .unwrap();
    let idle = Arc::strong_count(&probe);
    for _ in 0..3 {
        client.send(ShowCurrentUser::new()).await.unwrap();
    }
    assert_eq!(Arc::strong_count(&probe), idle);

    let mut dropped_in = Vec::new();
    let mut finished = false;
    for polls in 0..POLLS {
        *record.lock().unwrap() = CallRecord::new();
        {
            let mut call = pin!(client.send(ShowCurrentUser::new()));
            finished = false;
            for _ in 0..polls {
                if poll!(call.as_mut()).is_ready() {
                    finished = true;
                    break;
                }
                advance(Duration::from_secs(1)).await;
            }
        }
        if !finished {
            dropped_in.push(record.lock().unwrap().phase());
        }
        assert_eq!(Arc::strong_count(&probe), idle, "a request leaked after {polls} polls");
        assert_eq!(permits.available_permits(), 1, "a permit leaked after {polls} polls");

        let start = Instant::now();
        assert_eq!(client.send(ShowCurrentUser::new()).await.unwrap().name, "Kim");
        // Two turns of this call, one of the dropped call, and the backoff.
        assert!(start.elapsed() < Duration::from_secs(40), "{polls}: {:?}", start.elapsed());
    }
    assert!(finished, "the last call was polled to its end");
    for phase in [Phase::Start, Phase::Quota, Phase::Auth, Phase::Response, Phase::Backoff] {
        assert!(dropped_in.contains(&phase), "no call was dropped in {phase}: {dropped_in:?}");
    }
}
