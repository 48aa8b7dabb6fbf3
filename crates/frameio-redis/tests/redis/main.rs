//! Against a real redis-server, which each test starts on a port of its own.

#![allow(clippy::unwrap_used, reason = "the helpers are tests too")]

mod cluster;
mod decisions;
mod fleet;
mod sentinel;
mod server;
mod sharing;
mod tls;
mod tokens;
mod unavailable;

use std::future::{Future, ready};
use std::pin::Pin;
use std::time::Duration;

use frameio_core::{Body, BoxError, Call, Operation, Quota};
use frameio_redis::{Redis, RedisQuotas};
use frameio_tower::rate_limit::RateLimitMode;
use frameio_tower::{HttpError, QuotaExhausted, RateLimitLayer};
use http::{Method, Request, Response};
use tokio::time::Instant;
use tower::{Layer, ServiceExt, service_fn};

/// Nine at once, and then one each second.
static SHOW: Operation = Operation::new(
    "files.show",
    Method::GET,
    "/",
    match Quota::new(10, Duration::from_secs(10)) {
        Some(quota) => quota,
        None => panic!("no quota"),
    },
);

const SECRET: &str = "a secret of the tests";

/// Nothing is taken in advance, so that each slot is where a test looks for it.
fn quotas(redis: &Redis) -> RedisQuotas {
    RedisQuotas::new(redis, SECRET).ahead(1)
}

fn layer(redis: &Redis) -> RateLimitLayer {
    RateLimitLayer::new().credential("someone").store(quotas(redis))
}

fn fail_fast(redis: &Redis) -> RateLimitLayer {
    layer(redis).mode(RateLimitMode::FailFast)
}

fn ok() -> Response<()> {
    Response::new(())
}

type Answered = Pin<Box<dyn Future<Output = Result<Response<()>, HttpError>> + Send>>;

/// One call through a layer, which the service answers so.
fn call(
    layer: &RateLimitLayer,
    answer: impl Fn() -> Response<()> + Clone + Send + 'static,
) -> Answered {
    let service = service_fn(move |_: Request<Body>| ready(Ok::<_, BoxError>(answer())));
    let mut request = Request::new(Body::empty());
    request.extensions_mut().insert(Call::new(&SHOW).account("acme"));
    Box::pin(layer.layer(service).map_err(HttpError::new).oneshot(request))
}

/// How many calls pass at once, and how long the next would have to wait.
async fn room(layer: &RateLimitLayer) -> (u32, Duration) {
    for passed in 0..100 {
        if let Err(error) = call(layer, ok).await {
            let exhausted = error.find::<QuotaExhausted>();
            return (passed, exhausted.unwrap_or_else(|| panic!("{error:?}")).wait);
        }
    }
    panic!("there is no end to it");
}

/// Looks again until it is so; for what happens in the background.
async fn eventually(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !so().await {
        assert!(start.elapsed() < Duration::from_secs(20), "not in 20 s: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
