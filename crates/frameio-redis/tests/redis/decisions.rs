//! The script decides as the buckets in memory do.

use std::time::Duration;

use frameio_core::{Body, BoxError, Call, Operation, Quota};
use frameio_tower::RateLimitLayer;
use frameio_tower::error::{QuotaExhausted, find};
use frameio_tower::rate_limit::RateLimitMode;
use http::{Method, Request, Response};
use proptest::prelude::*;
use tower::{Layer, ServiceExt, service_fn};

use super::server::Server;

static MODEL: Operation = Operation::new("model", Method::GET, "/", Quota::per_second(1));

const SOURCE: &str = include_str!("../../src/quota.lua");

/// What the service answers to a call, after which some time passes.
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

/// Whether each call passes in memory, or how long it would have to wait.
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
                let mut answer = Response::builder().status(if step.refused { 429 } else { 200 });
                if let Some(remaining) = step.remaining {
                    answer = answer
                        .header("x-ratelimit-limit", quota.calls().get())
                        .header("x-ratelimit-remaining", remaining);
                }
                if let Some(seconds) = step.retry_after {
                    answer = answer.header("retry-after", seconds);
                }
                Ok::<_, BoxError>(answer.body(()).unwrap())
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

/// The same by the script, at times of our choice.
fn in_redis(server: &Server, quota: Quota, steps: &[Step]) -> Vec<Duration> {
    let clock = "redis.call('TIME')";
    assert_eq!(SOURCE.matches(clock).count(), 1, "the only clock of the script");
    let script = redis::Script::new(&SOURCE.replace(clock, "{KEYS[2], KEYS[3]}"));
    let client = redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_connection().unwrap();
    let _: () = redis::cmd("FLUSHALL").query(&mut connection).unwrap();

    let micros = |duration: Duration| i64::try_from(duration.as_micros()).unwrap();
    let start = 1_700_000_000;
    let mut now = Duration::ZERO;
    let (mut epoch, mut in_a_row, mut begun) = (0, 0, None);
    let mut waits = Vec::new();
    let mut ask = |now: Duration, epoch: i64, news: [i64; 4], longest: Option<i64>| {
        let [told, refused, retry_after, passed] = news;
        let mut invocation = script.key("bucket");
        invocation.key(start + now.as_secs()).key(now.subsec_micros());
        let quota = [i64::from(quota.calls().get()), micros(quota.window()), 2];
        let arguments = [0, -1, told, refused, retry_after, passed, epoch, 0, 0];
        for argument in quota.into_iter().chain(arguments).chain(longest) {
            invocation.arg(argument);
        }
        invocation.invoke::<Vec<i64>>(&mut connection).unwrap()
    };
    for step in steps {
        let answer = ask(now, epoch, [-1; 4], Some(0));
        epoch = answer[0];
        let wait = Duration::from_micros(u64::try_from(answer[8]).unwrap());
        waits.push(wait);
        if wait.is_zero() {
            let told = step.remaining.map_or(-1, |remaining| {
                let used = quota.calls().get().saturating_sub(remaining);
                micros(quota.interval() * used)
            });
            let retry_after =
                step.retry_after.map_or(-1, |s| i64::try_from(s).unwrap() * 1_000_000);
            let news = match step.refused {
                true => [told, 0, retry_after, -1],
                // Only what was sent after the pause began tells that it is over.
                false if begun.is_none_or(|begun| now > begun) => [told, -1, -1, epoch],
                false => [told, -1, -1, -1],
            };
            let answer = ask(now, epoch, news, None);
            if answer[6] > in_a_row {
                begun = Some(now);
            }
            (epoch, in_a_row) = (answer[0], answer[6]);
        }
        now += step.then;
    }
    waits
}

#[test]
fn they_are_those_of_the_buckets_in_memory() {
    let server = Server::start();
    let config = ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() };
    // Figures whose interval is a whole number of microseconds, which is what Redis counts in.
    let quotas = (1_u32..12, 1_u64..2_000_000).prop_map(|(calls, micros)| {
        Quota::new(calls, Duration::from_micros(micros) * calls).unwrap()
    });
    proptest!(config, |(quota in quotas, steps in steps())| {
        prop_assert_eq!(in_memory(quota, &steps), in_redis(&server, quota, &steps));
    });
}
