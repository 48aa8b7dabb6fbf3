//! Pauses after a 429.

use frameio_tower::rate_limit::{RateLimitLayer, RateLimitMode};

use super::*;
use crate::support::script::status;

fn retry_after(value: &str) -> Step {
    let response = Response::builder().status(429).header("retry-after", value);
    respond(response.body(Body::empty()).unwrap())
}

/// Sends one call more than there are steps, one after the other. Returns the arrival times in
/// milliseconds.
async fn times(steps: impl IntoIterator<Item = Step>) -> Vec<u128> {
    let steps: Vec<_> = steps.into_iter().collect();
    let calls = steps.len() + 1;
    let client = Client::new(&RateLimitLayer::new(), steps);
    for _ in 0..calls {
        client.call(request(&SHOW)).await.unwrap();
    }
    client.times()
}

#[tokio::test(start_paused = true)]
async fn a_pause_lasts_as_long_as_retry_after_up_to_a_minute() {
    assert_eq!(times([retry_after("3")]).await, [0, 3000]);
    // Less than a second counts as missing.
    assert_eq!(times([retry_after("0")]).await, [0, 1000]);
    // At most a minute, also for a date in the far future.
    assert_eq!(times([retry_after("3600")]).await, [0, 60_000]);
    assert_eq!(times([retry_after("Tue, 01 Jan 2999 00:00:00 GMT")]).await, [0, 60_000]);
    assert_eq!(times([retry_after("Sun, 06 Nov 1994 08:49:37 GMT")]).await, [0, 1000]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_without_retry_after_doubles() {
    let seconds = [0, 1, 3, 7, 15, 31, 63, 123, 183];
    let expected: Vec<_> = seconds.map(|second| second * 1000).to_vec();
    assert_eq!(times((0..8).map(|_| status(429))).await, expected);
    // An unreadable Retry-After is ignored.
    assert_eq!(times([retry_after("soon"), status(429)]).await, [0, 1000, 3000]);
    // A call that passes resets the pause.
    let steps = [status(429), status(429), status(204), status(429)];
    assert_eq!(times(steps).await, [0, 1000, 3000, 3100, 4100]);
}

#[tokio::test(start_paused = true)]
async fn several_429s_of_calls_in_flight_count_once() {
    let together = [status(429), status(429), status(429)];
    let client = Client::new(&RateLimitLayer::new(), together.into_iter().chain([status(429)]));
    client.all(&SHOW, 3).await;
    client.all(&SHOW, 1).await;
    client.all(&SHOW, 1).await;
    assert_eq!(client.times(), [0, 0, 0, 1000, 3000]);

    // The longest Retry-After applies.
    let client = Client::new(&RateLimitLayer::new(), ["2", "5", "3"].map(retry_after));
    client.all(&SHOW, 3).await;
    client.all(&SHOW, 1).await;
    assert_eq!(client.times(), [0, 0, 0, 5000]);
}

#[tokio::test(start_paused = true)]
async fn calls_pass_one_by_one_after_a_pause_in_which_the_quota_changed() {
    let raised = with_quota(20, 19, ms(1000)).after(ms(1500));
    let client = Client::new(&RateLimitLayer::new(), [retry_after("2"), raised]);
    client.all(&SHOW, 2).await;
    client.all(&SHOW, 3).await;
    assert_eq!(client.times(), [0, 0, 2000, 2050, 2100]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_delays_all_waiting_calls_and_keeps_their_order() {
    let layer = RateLimitLayer::new();
    let steps = (0..9).map(|n| if n == 8 { retry_after("2").after(ms(50)) } else { status(204) });
    let client = Client::new(&layer, steps);
    // Two calls wait when the last of the nine is refused.
    client.all(&SHOW, 11).await;
    // One by one instead of in a burst, because other programs may resume at the same time.
    assert_eq!(client.times()[9..], [2050, 2150]);

    tokio::time::advance(ms(100)).await;
    let spent = Client::new(&layer.clone().mode(RateLimitMode::FailFast), [retry_after("4")]);
    spent.call(request(&SHOW)).await.unwrap();
    assert_eq!(wait_of(spent.call(request(&SHOW)).await), ms(4000));
    // Other operations are not paused.
    spent.call(request(&LIST)).await.unwrap();
}
