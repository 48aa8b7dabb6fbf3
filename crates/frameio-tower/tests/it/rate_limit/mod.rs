//! Rate limit: waits of calls, and changes by responses.

mod arrivals;
mod buckets;
mod learn;
mod model;
mod modes;
mod pause;
mod queue;
mod sending;
mod store;
mod unenforced;

use std::time::Duration;

use crate::support::Strict;
use crate::support::script::{Script, Step, hang, respond};
use frameio_core::{Body, BoxError, Call, Operation, Quota};
use frameio_tower::error::{QuotaExhausted, find};
use frameio_tower::rate_limit::{RateLimit, RateLimitFuture, RateLimitLayer};
use http::{Method, Request, Response};
use tokio::task::JoinHandle;
use tower::{Layer, Service};

/// Allows nine calls at once, because one slot stays free, and then one per 100 ms.
static SHOW: Operation = Operation::new("files.show", Method::GET, "/", Quota::per_second(10));

/// Second operation with the same quota.
static LIST: Operation = Operation::new("files.list", Method::GET, "/", Quota::per_second(10));

/// Allows nine calls at once, and then one per second.
static SLOW: Operation = Operation::new(
    "files.slow",
    Method::GET,
    "/",
    match Quota::new(10, Duration::from_secs(10)) {
        Some(quota) => quota,
        None => panic!("not a quota"),
    },
);

type Inner = Strict<Script>;
type CallResult = Result<Response<Body>, BoxError>;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Client of a layer around a script.
#[derive(Clone)]
struct Client {
    service: RateLimit<Inner>,
    script: Script,
}

impl Client {
    fn new(layer: &RateLimitLayer, steps: impl IntoIterator<Item = Step>) -> Self {
        // The service documents no quota headers for 204, so such a response reveals nothing.
        let script = Script::new(steps).then(204);
        Self { service: layer.layer(Strict::new(script.clone())), script }
    }

    fn call(&self, request: Request<Body>) -> RateLimitFuture<Inner, Body> {
        self.service.clone().call(request)
    }

    /// Spawns a call.
    fn spawn(&self, operation: &'static Operation) -> JoinHandle<CallResult> {
        tokio::spawn(self.call(request(operation)))
    }

    /// Sends concurrent calls and waits for their responses.
    async fn all(&self, operation: &'static Operation, calls: usize) {
        let calls: Vec<_> = (0..calls).map(|_| self.spawn(operation)).collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    }

    /// Returns the arrival times of the requests, in milliseconds since the script was created.
    fn times(&self) -> Vec<u128> {
        self.script.times()
    }
}

fn request(operation: &'static Operation) -> Request<Body> {
    request_of(Call::new(operation))
}

fn request_of(call: Call) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    request.extensions_mut().insert(call);
    request
}

/// A response with the quota headers.
fn with_quota(limit: u32, remaining: u32, window: Duration) -> Step {
    let response = Response::builder()
        .header("x-ratelimit-limit", limit)
        .header("x-ratelimit-remaining", remaining)
        .header("x-ratelimit-window", window.as_millis().to_string());
    respond(response.body(Body::empty()).unwrap())
}

fn wait_of(response: CallResult) -> Duration {
    find::<QuotaExhausted>(&*response.unwrap_err()).unwrap().wait
}
