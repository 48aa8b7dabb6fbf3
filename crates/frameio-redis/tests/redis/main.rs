//! Tests on a real redis-server. Each test starts its own, on a free port.

#![allow(clippy::unwrap_used, reason = "the helpers are tests too")]

mod clock;
mod cluster;
mod decisions;
mod fleet;
mod foreign_values;
mod load;
mod queue;
mod script;
mod sentinel;
mod server;
mod sharing;
mod simulation;
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
use http::{Method, Request, Response, StatusCode};
use tokio::time::Instant;
use tower::{Layer, ServiceExt, service_fn};

/// Nine calls at once, and then one each second.
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

/// Creates quotas that take no slots in advance, so that tests know where each slot is.
fn quotas(redis: &Redis) -> RedisQuotas {
    RedisQuotas::new(redis, SECRET).slots_ahead(1)
}

fn layer(redis: &Redis) -> RateLimitLayer {
    RateLimitLayer::new().credential("someone").store(quotas(redis))
}

fn fail_fast(redis: &Redis) -> RateLimitLayer {
    layer(redis).mode(RateLimitMode::FailFast)
}

/// A response that reveals nothing about the quota: the service documents no headers for 204.
fn ok() -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

type CallFuture = Pin<Box<dyn Future<Output = Result<Response<()>, HttpError>> + Send>>;

/// Sends one call through a layer to a service with this response.
fn call(
    layer: &RateLimitLayer,
    response: impl Fn() -> Response<()> + Clone + Send + 'static,
) -> CallFuture {
    call_in("acme", layer, response)
}

/// Like [`call`], in an account.
fn call_in(
    account: &str,
    layer: &RateLimitLayer,
    response: impl Fn() -> Response<()> + Clone + Send + 'static,
) -> CallFuture {
    let service = service_fn(move |_: Request<Body>| ready(Ok::<_, BoxError>(response())));
    let mut request = Request::new(Body::empty());
    request.extensions_mut().insert(Call::new(&SHOW).account(account));
    Box::pin(layer.layer(service).map_err(HttpError::new).oneshot(request))
}

/// Returns how many calls pass at once, and how long the next one would have to wait.
async fn room(layer: &RateLimitLayer) -> (u32, Duration) {
    for passed in 0..100 {
        if let Err(error) = call(layer, ok).await {
            let exhausted = error.find::<QuotaExhausted>();
            return (passed, exhausted.unwrap_or_else(|| panic!("{error:?}")).wait);
        }
    }
    panic!("all 100 calls passed");
}

/// Waits until a condition is true, for work in the background.
async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < Duration::from_secs(20), "not in 20 s: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
