//! The script makes the same decisions as the buckets in memory.

use std::time::Duration;

use frameio_core::{Body, BoxError, Call, Operation, Quota};
use frameio_tower::RateLimitLayer;
use frameio_tower::error::{QuotaExhausted, find};
use frameio_tower::rate_limit::RateLimitMode;
use http::{Method, Request, Response};
use proptest::prelude::*;
use tower::{Layer, ServiceExt, service_fn};

use super::script::{Arguments, ScriptOnServer, first_slot, micros};
use super::server::Server;

static MODEL: Operation = Operation::new("model", Method::GET, "/", Quota::per_second(1));

/// Response of the service to a call, after which some time passes.
#[derive(Clone, Copy, Debug)]
struct Step {
    remaining: Option<u32>,
    refused: bool,
    retry_after: Option<u64>,
    then: Duration,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (
        prop_oneof![3 => Just(None), 1 => (0_u32..12).prop_map(Some)],
        prop::bool::weighted(0.1),
        prop_oneof![1 => Just(None), 1 => (0_u64..5).prop_map(Some)],
        prop_oneof![1 => Just(0), 3 => 0_u64..3_000],
    );
    let step = step.prop_map(|(remaining, refused, retry_after, millis)| Step {
        remaining,
        refused,
        retry_after,
        then: Duration::from_millis(millis),
    });
    prop::collection::vec(step, 1..60)
}

/// Returns the wait of each call in memory.
fn in_memory(quota: Quota, steps: &[Step]) -> Vec<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let layer = RateLimitLayer::new().mode(RateLimitMode::FailFast).quota("model", quota);
        let mut waits = Vec::new();
        for step in steps {
            let service = service_fn(move |_: Request<Body>| async move {
                let mut response = Response::builder().status(if step.refused { 429 } else { 200 });
                if let Some(remaining) = step.remaining {
                    response = response
                        .header("x-ratelimit-limit", quota.calls().get())
                        .header("x-ratelimit-remaining", remaining);
                }
                if let Some(seconds) = step.retry_after {
                    response = response.header("retry-after", seconds);
                }
                Ok::<_, BoxError>(response.body(()).unwrap())
            });
            let mut request = Request::new(Body::empty());
            request.extensions_mut().insert(Call::new(&MODEL));
            waits.push(match layer.layer(service).oneshot(request).await {
                Ok(_) => Duration::ZERO,
                Err(error) => find::<QuotaExhausted>(&*error).unwrap().wait,
            });
            tokio::time::advance(step.then).await;
        }
        waits
    })
}

/// Returns the wait of each call with the script.
fn in_redis(server: &Server, quota: Quota, steps: &[Step]) -> Vec<Duration> {
    let _: () = server.cli(&["FLUSHALL"]);
    let mut script = ScriptOnServer::new(server, "bucket");
    let plain = Arguments { origin: 2, ..Arguments::new(quota.calls().get(), quota.window()) };
    let mut now = Duration::from_secs(1_700_000_000);
    let (mut epoch, mut in_a_row, mut begun) = (0, 0, None);
    let mut waits = Vec::new();
    for step in steps {
        let response = script.run(now, Arguments { epoch, ..plain }, &[0]);
        epoch = response[0];
        let (wait, _) = first_slot(&response);
        waits.push(wait);
        if wait.is_zero() {
            let mut news = Arguments { epoch, ..plain };
            if let Some(remaining) = step.remaining {
                let used = quota.calls().get().saturating_sub(remaining);
                news.reported = micros(quota.interval() * used);
            }
            if step.refused {
                news.throttled_ago = 0;
                // `QuotaResponse` ignores a wait of less than a second, so it never reaches the script.
                let wait = step.retry_after.filter(|seconds| *seconds > 0);
                news.retry_after = wait.map_or(-1, |seconds| micros(Duration::from_secs(seconds)));
            } else if begun.is_none_or(|begun| now > begun) {
                // Only a call that was sent after the start of the pause shows that it is over.
                news.succeeded = epoch;
            }
            let response = script.run(now, news, &[]);
            if response[6] > in_a_row {
                begun = Some(now);
            }
            (epoch, in_a_row) = (response[0], response[6]);
        }
        now += step.then;
    }
    waits
}

#[test]
fn the_script_decides_as_the_buckets_in_memory_do() {
    let server = Server::start();
    let config = ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() };
    // Quotas whose interval is a whole number of microseconds, the unit in Redis.
    let quotas = (1_u32..12, 1_u64..2_000_000).prop_map(|(calls, micros)| {
        Quota::new(calls, Duration::from_micros(micros) * calls).unwrap()
    });
    proptest!(config, |(quota in quotas, steps in steps())| {
        prop_assert_eq!(in_memory(quota, &steps), in_redis(&server, quota, &steps));
    });
}
