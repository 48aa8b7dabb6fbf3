//! Properties that hold for any pattern of arrivals.

use std::future::Future;

use frameio_tower::rate_limit::RateLimitLayer;
use proptest::prelude::*;
use tokio::time::{Instant, sleep};

use super::*;

#[derive(Clone, Debug)]
struct Arrival {
    gap: u64,
    /// Time after which the caller gives up, if it does.
    patience: Option<u64>,
}

fn arrivals(patience: impl Strategy<Value = Option<u64>>) -> impl Strategy<Value = Vec<Arrival>> {
    // Bursts and lulls.
    let gap = prop_oneof![3 => Just(0), 2 => 0..50_u64, 1 => 0..2000_u64];
    prop::collection::vec((gap, patience), 1..80)
        .prop_map(|all| all.into_iter().map(|(gap, patience)| Arrival { gap, patience }).collect())
}

fn quota() -> impl Strategy<Value = (u32, u64)> {
    (1..20_u32, 1..200_u64)
}

/// Runs a future on the paused clock.
pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(future)
}

/// Returns the numbers and times of calls in the order in which they were served.
async fn serve(calls: u32, interval: u64, arrivals: Vec<Arrival>) -> Vec<(usize, u64)> {
    let quota = Quota::new(calls, ms(interval) * calls).unwrap();
    let client = Client::new(&RateLimitLayer::new().quota(SHOW.id, quota), []);
    let start = Instant::now();
    let mut tasks = Vec::new();
    for (number, arrival) in arrivals.into_iter().enumerate() {
        sleep(ms(arrival.gap)).await;
        let mut request = request(&SHOW);
        *request.uri_mut() = format!("/{number}").parse().unwrap();
        let call = client.call(request);
        tasks.push(tokio::spawn(async move {
            match arrival.patience {
                Some(patience) => tokio::time::timeout(ms(patience), call).await.is_ok(),
                None => call.await.is_ok(),
            }
        }));
        // It joins the queue before the next call arrives.
        tokio::task::yield_now().await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(3600));
    let seen = client.script.seen().into_iter();
    let number = |path: &str| path.trim_start_matches('/').parse().unwrap();
    seen.map(|seen| (number(seen.parts.uri.path()), seen.at.as_millis() as u64)).collect()
}

/// Returns the time at which an ideal leaky bucket would serve each call.
fn fluid(calls: u32, interval: u64, arrivals: &[Arrival]) -> Vec<u64> {
    let ahead = u64::from(calls.saturating_sub(1).max(1) - 1) * interval;
    let (mut now, mut full) = (0, 0_u64);
    let served = arrivals.iter().map(|arrival| {
        now += arrival.gap;
        let at = now.max(full.saturating_sub(ahead));
        full = full.max(at) + interval;
        at
    });
    served.collect()
}

/// Checks that no period has more calls than the burst and the slots that leak away in it.
fn assert_within(calls: u32, interval: u64, served: &[(usize, u64)]) {
    for (first, (_, from)) in served.iter().enumerate() {
        for (last, (_, to)) in served.iter().enumerate().skip(first) {
            let allowed = u64::from(calls) + (to - from) / interval;
            assert!(((last - first) as u64) < allowed, "{first} to {last} of {served:?}");
        }
    }
}

proptest! {
    #[test]
    fn all_are_served_in_order_at_the_earliest_time(
        (calls, interval) in quota(),
        arrivals in arrivals(Just(None)),
    ) {
        let expected: Vec<_> =
            fluid(calls, interval, &arrivals).into_iter().enumerate().collect();
        let served = run(serve(calls, interval, arrivals));
        assert_within(calls, interval, &served);
        prop_assert_eq!(served, expected);
    }

    #[test]
    fn cancelled_calls_delay_no_other_call(
        (calls, interval) in quota(),
        arrivals in arrivals(prop::option::weighted(0.4, 0..300_u64)),
    ) {
        let latest = fluid(calls, interval, &arrivals);
        let served = run(serve(calls, interval, arrivals.clone()));
        assert_within(calls, interval, &served);
        prop_assert!(served.is_sorted(), "{:?}", served);
        for (number, at) in &served {
            prop_assert!(*at <= latest[*number], "{} at {}", number, at);
        }
        let patient = arrivals.iter().filter(|arrival| arrival.patience.is_none()).count();
        prop_assert!(served.len() >= patient);
    }
}
