//! Quota headers of responses.

use frameio_tower::rate_limit::{RateLimitLayer, TARGET};
use tracing::Level;

use super::*;
use crate::support::capture::Capture;
use crate::support::script::status;

/// Response with quota headers, delayed so that other calls are sent before it arrives.
fn late(remaining: u32, after: Duration) -> Step {
    with_quota(10, remaining, ms(10_000)).after(after)
}

#[tokio::test(start_paused = true)]
async fn expected_responses_change_nothing() {
    // One slot stays free, so that the service still counts one remaining call at the end.
    let left = (1..10).rev().chain([1, 1]);
    let client = Client::new(&RateLimitLayer::new(), left.map(|n| late(n, ms(10))));
    client.all(&SLOW, 11).await;
    assert_eq!(client.times(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1000, 2000]);
    // Less than one call is a rounding error: half a call has leaked when the second is sent.
    let client = Client::new(&RateLimitLayer::new(), [late(9, ms(500)), late(8, ms(0))]);
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 8).await;
    assert_eq!(client.times()[1..], [500; 8]);
}

#[tokio::test(start_paused = true)]
async fn a_smaller_limit_applies_from_the_first_response() {
    // Five in 5 s, of which two remain, and one of these stays free.
    let client = Client::new(&RateLimitLayer::new(), [with_quota(5, 2, ms(5000))]);
    client.all(&SHOW, 1).await;
    client.all(&SHOW, 3).await;
    assert_eq!(client.times(), [0, 0, 1000, 2000]);
}

/// A header such as one call per hour would stop the operation.
#[tokio::test(start_paused = true)]
async fn one_faulty_response_does_not_stop_an_operation() {
    let client = Client::new(&RateLimitLayer::new(), [with_quota(1, 0, ms(3_600_000))]);
    client.all(&SHOW, 1).await;
    client.all(&SHOW, 9).await;
    assert_eq!(client.times()[1..], [0, 0, 0, 0, 0, 0, 0, 0, 100]);
}

#[tokio::test(start_paused = true)]
async fn a_drastically_smaller_quota_is_a_warning() {
    // From ten calls a second to one, or to one in two seconds.
    for (window, level) in [(1000, Level::DEBUG), (2000, Level::WARN)] {
        let (capture, _guard) = Capture::start(|metadata| metadata.target() == TARGET);
        let client = Client::new(&RateLimitLayer::new(), [with_quota(1, 0, ms(window))]);
        client.all(&SHOW, 1).await;
        let events = capture.events();
        assert_eq!((events.len(), events[0].level), (1, level), "{window}");
        assert_eq!(events[0].name, "rate_limit.corrected");
    }
}

#[tokio::test(start_paused = true)]
async fn a_larger_limit_applies_from_the_first_response() {
    let client = Client::new(&RateLimitLayer::new(), [with_quota(20, 19, ms(1000))]);
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 20).await;
    assert_eq!(client.times()[..19], [0; 19]);
    assert_eq!(client.times()[19..], [50, 100]);
}

#[tokio::test(start_paused = true)]
async fn a_new_window_changes_the_quota() {
    let client = Client::new(&RateLimitLayer::new(), [with_quota(10, 0, ms(20_000))]);
    client.all(&SHOW, 1).await;
    client.all(&SHOW, 2).await;
    // None remains, because the slot that stays free comes first.
    assert_eq!(client.times(), [0, 4000, 6000]);
}

#[tokio::test(start_paused = true)]
async fn waiting_calls_are_served_at_the_new_rate() {
    let steps = (0..9).map(|n| match n {
        8 => with_quota(10, 1, ms(1000)).after(ms(100)),
        _ => status(204),
    });
    let client = Client::new(&RateLimitLayer::new(), steps);
    client.all(&SLOW, 13).await;
    // One of the nine has leaked away by then.
    assert_eq!(client.times()[9..], [100, 200, 300, 400]);
}

#[tokio::test(start_paused = true)]
async fn implausible_headers_are_ignored() {
    for wrong in [
        with_quota(0, 0, ms(1000)),
        with_quota(10, 9, ms(0)),
        with_quota(10, 9, ms(48 * 3_600_000)),
    ] {
        let client = Client::new(&RateLimitLayer::new(), [wrong]);
        client.all(&SHOW, 1).await;
        // The remaining calls that it reports are ignored as well: the rate stays the same.
        client.all(&SHOW, 30).await;
        let times = client.times();
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] <= 100), "{times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pinned_quota_stays() {
    let quota = Quota::new(3, ms(3000)).unwrap();
    let steps = (0..4).map(|_| with_quota(100, 99, ms(1000)));
    let client = Client::new(&RateLimitLayer::new().quota(SHOW.id, quota), steps);
    client.all(&SHOW, 4).await;
    assert_eq!(client.times(), [0, 0, 1000, 2000]);
    // The quota of another operation is not pinned.
    client.all(&LIST, 9).await;
    assert_eq!(client.times()[4..], [2000; 9]);
}

#[tokio::test(start_paused = true)]
async fn calls_of_other_programs_are_counted() {
    // Nine would remain without them.
    let client = Client::new(&RateLimitLayer::new(), [late(4, ms(0))]);
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 5).await;
    assert_eq!(client.times(), [0, 0, 0, 0, 1000, 2000]);
}

#[tokio::test(start_paused = true)]
async fn calls_of_other_programs_are_counted_once_whichever_response_reports_them() {
    // Three calls in flight, and another program has spent five.
    let steps = [late(4, ms(10)), late(3, ms(20)), late(2, ms(30))];
    let client = Client::new(&RateLimitLayer::new(), steps);
    client.all(&SLOW, 3).await;
    // Nine minus three minus five.
    client.all(&SLOW, 3).await;
    assert_eq!(client.times()[3..], [30, 1000, 2000]);
}

#[tokio::test(start_paused = true)]
async fn responses_out_of_order_count_no_other_calls() {
    // The calls reached the service in reverse order.
    let steps = [late(7, ms(10)), late(8, ms(20)), late(9, ms(30))];
    let client = Client::new(&RateLimitLayer::new(), steps);
    client.all(&SLOW, 3).await;
    client.all(&SLOW, 7).await;
    assert_eq!(client.times()[3..], [30, 30, 30, 30, 30, 30, 1000]);
    // A late response counts the calls that were sent after its own.
    let client = Client::new(&RateLimitLayer::new(), [late(1, ms(500))]);
    client.all(&SLOW, 9).await;
    client.all(&SLOW, 2).await;
    assert_eq!(client.times()[9..], [1000, 2000]);
}

#[tokio::test(start_paused = true)]
async fn calls_of_other_programs_that_are_reported_repeatedly_are_counted_once() {
    let steps = [late(0, ms(10)), late(0, ms(20)), late(0, ms(30))];
    let client = Client::new(&RateLimitLayer::new(), steps);
    client.all(&SLOW, 3).await;
    client.all(&SLOW, 3).await;
    assert_eq!(client.times(), [0, 0, 0, 2000, 3000, 4000]);
}

#[tokio::test(start_paused = true)]
async fn an_old_response_changes_nothing() {
    let client = Client::new(&RateLimitLayer::new(), [late(0, ms(15_000))]);
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 9).await;
    assert_eq!(client.times()[1..], [15_000; 9]);
}

#[tokio::test(start_paused = true)]
async fn spent_slots_stay_spent_when_the_quota_changes() {
    let limit = Response::builder().header("x-ratelimit-limit", "20").body(Body::empty());
    // Without a window, the previous one stays. The remaining calls are unknown.
    let client = Client::new(&RateLimitLayer::new(), [respond(limit.unwrap())]);
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 19).await;
    assert_eq!(client.times()[..19], [0; 19]);
    assert_eq!(client.times()[19..], [500]);
}

#[tokio::test(start_paused = true)]
async fn a_pinned_quota_is_still_corrected_by_remaining() {
    let layer = RateLimitLayer::new().quota(SLOW.id, Quota::new(5, ms(5000)).unwrap());
    let client = Client::new(&layer, [late(2, ms(0))]);
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 2).await;
    assert_eq!(client.times(), [0, 0, 1000]);
}
