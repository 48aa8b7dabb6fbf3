//! Behaviour against a model of the service, which counts calls as they arrive.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use frameio_tower::rate_limit::RateLimitLayer;
use proptest::prelude::*;
use tokio::time::{Instant, sleep};
use tower::service_fn;

use super::arrivals::run;
use super::*;

/// Leaky bucket that reports its level.
#[derive(Clone)]
struct Model {
    quota: Quota,
    /// Whether the responses have quota headers.
    headers: bool,
    empty_at: Arc<Mutex<Instant>>,
    refused: Arc<AtomicU32>,
}

impl Model {
    fn new(quota: Quota) -> Self {
        let empty_at = Arc::new(Mutex::new(Instant::now()));
        Self { quota, headers: true, empty_at, refused: Arc::default() }
    }

    /// Counts a call. Returns the number of remaining calls, or `None` if the bucket is full.
    fn count(&self) -> Option<u128> {
        let now = Instant::now();
        let mut empty_at = self.empty_at.lock().unwrap();
        let filled = (*empty_at).max(now) + self.quota.interval();
        let room = self.quota.window().checked_sub(filled - now)?;
        *empty_at = filled;
        Some(room.as_nanos() / self.quota.interval().as_nanos())
    }

    fn respond(&self) -> Response<()> {
        let left = self.count();
        self.refused.fetch_add(u32::from(left.is_none()), Relaxed);
        let response = Response::builder().status(if left.is_some() { 200 } else { 429 });
        if !self.headers {
            return response.body(()).unwrap();
        }
        response
            .header("x-ratelimit-limit", self.quota.calls().get())
            .header("x-ratelimit-remaining", left.unwrap_or(0).to_string())
            .header("x-ratelimit-window", self.quota.window().as_millis().to_string())
            .body(())
            .unwrap()
    }

    /// Sends calls, `at_a_time` of them concurrently, and repeats each until it is not refused.
    /// Returns the total time. Requests and responses take the travel times of `ways`, in turn.
    async fn calls(&self, calls: u32, at_a_time: u32, ways: &[Duration]) -> Duration {
        let start = Instant::now();
        let (model, ways, used) =
            (self.clone(), Arc::<[_]>::from(ways), Arc::new(AtomicU32::new(0)));
        let service = RateLimitLayer::new().layer(service_fn(move |_: Request<Body>| {
            let (model, ways, used) = (model.clone(), ways.clone(), used.clone());
            async move {
                let way = || ways[used.fetch_add(1, Relaxed) as usize % ways.len()];
                sleep(way()).await;
                let response = model.respond();
                sleep(way()).await;
                Ok::<_, BoxError>(response)
            }
        }));
        let operation: &'static Operation =
            Box::leak(Box::new(Operation::new("model", Method::GET, "/", self.quota)));
        let left = Arc::new(AtomicU32::new(calls));
        let workers: Vec<_> = (0..at_a_time)
            .map(|_| {
                let (mut service, left) = (service.clone(), left.clone());
                tokio::spawn(async move {
                    while left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok() {
                        while service.call(request(operation)).await.unwrap().status() == 429 {}
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.unwrap();
        }
        start.elapsed()
    }
}

/// Up to 20 calls in a window of 0.1 to 10 s, but not two: with one of two
/// slots kept free, jitter of an interval looks like a call of another program.
fn quotas() -> impl Strategy<Value = Quota> {
    (prop_oneof![1 => Just(1), 9 => 3_u32..20], 100_u64..10_000)
        .prop_map(|(calls, window)| Quota::new(calls, ms(window)).unwrap())
}

proptest! {
    #[test]
    fn one_program_uses_its_quota_fully_without_refusals(
        quota in quotas(),
        way in (0_u64..500).prop_map(ms),
        jitter in prop::collection::vec(0.0..1.0, 20),
        at_a_time in 1_u32..40,
    ) {
        // Travel times differ by at most one interval, which the free slot absorbs.
        let interval = if quota.calls().get() > 1 { quota.interval() } else { Duration::ZERO };
        let ways: Vec<_> = jitter.iter().map(|jitter| way + interval.mul_f64(*jitter)).collect();
        let (refused, took) = run(async {
            let model = Model::new(quota);
            let took = model.calls(100, at_a_time, &ways).await;
            (model.refused.load(Relaxed), took)
        });
        prop_assert_eq!(refused, 0);

        let paced = quota.interval() * (100 - quota.calls().get());
        let workers = (way + interval) * 2 * (100 / at_a_time + 1);
        // The free slot, the rounding of the headers, and the resolution of timers.
        let slack = quota.interval() * 5 + ms(200);
        prop_assert!(took <= paced + workers + slack, "{took:?} > {paced:?} + {workers:?}");
    }
}

#[test]
fn a_proxy_that_strips_headers_costs_about_one_quota_of_refusals() {
    for (quota, way, at_a_time) in [
        (Quota::per_minute(100), 10, 300),
        (Quota::per_minute(10), 100, 50),
        (Quota::per_second(10), 30, 5),
        (Quota::per_second(5), 300, 100),
        (Quota::per_second(3), 5, 1),
    ] {
        let (took, refused) = run(async {
            let model = Model { headers: false, ..Model::new(quota) };
            let took = model.calls(400, at_a_time, &[ms(way)]).await;
            (took, model.refused.load(Relaxed))
        });
        let case = format!("{quota}, {way} ms, {at_a_time} at a time: {took:?}, {refused} refused");
        // The additional burst, and the calls that follow before the first 429 arrives.
        let in_flight = (ms(2 * way).as_nanos() / quota.interval().as_nanos()) as u32;
        assert!((1..=quota.calls().get() + in_flight).contains(&refused), "{case}");
        // The pause, and the burst that the service allows.
        let paced = quota.interval() * (400 - quota.calls().get());
        assert!(took <= paced + quota.interval() * 5 + ms(1500 + 4 * way), "{case}");
    }
}

#[test]
fn two_programs_use_a_shared_quota_fully() {
    // Quota, travel time in ms, concurrent calls, interval of the calls of another program in ms
    // (half of the quota), and the most refusals that 500 calls may cost.
    for (quota, way, at_a_time, others, most) in [
        (Quota::per_minute(100), 100, 50, 1200, 10),
        (Quota::per_minute(100), 100, 4, 1200, 10),
        (Quota::per_second(10), 30, 1, 200, 10),
        (Quota::per_second(10), 100, 50, 200, 150),
        (Quota::per_second(10), 300, 8, 200, 200),
        // Responses are as old as the whole window.
        (Quota::per_second(5), 500, 20, 400, 300),
    ] {
        let (took, refused, foreign) = run(async {
            let model = Model::new(quota);
            let (other, foreign) = (model.clone(), Arc::new(AtomicU32::new(0)));
            let counted = foreign.clone();
            let others = tokio::spawn(async move {
                loop {
                    counted.fetch_add(u32::from(other.count().is_some()), Relaxed);
                    sleep(ms(others)).await;
                }
            });
            let took = model.calls(500, at_a_time, &[ms(way), ms(way + 10), ms(way + 3)]).await;
            others.abort();
            (took, model.refused.load(Relaxed), u128::from(foreign.load(Relaxed)))
        });
        let case = format!("{quota}, {way} ms, {at_a_time} at a time: {took:?}, {refused} refused");
        assert!(refused <= most, "{case}");
        let possible = took.as_millis() / quota.interval().as_millis();
        assert!((500 + foreign) * 100 >= possible * 95, "{case}, 500 + {foreign} of {possible}");
        // The other program gets its share.
        let wanted = took.as_millis() / u128::from(others);
        assert!(foreign * 100 >= wanted * 80, "{case}, {foreign} of {wanted}");
    }
}
