//! What the headers of an answer change.

use frameio_tower::rate_limit::RateLimitLayer;

use super::support::script::status;
use super::*;

/// `told` after a while, which leaves time to send others meanwhile.
fn late(remaining: u32, after: Duration) -> Step {
    with_quota(10, remaining, ms(10_000)).after(after)
}

#[tokio::test(start_paused = true)]
async fn responses_as_expected_change_nothing() {
    // One slot stays free, so that one is left of the service's own count in the end.
    let left = (1..10).rev().chain([1, 1]);
    let client = Client::new(&RateLimitLayer::new(), left.map(|n| late(n, ms(10))));
    client.all(&SLOW, 11).await;
    assert_eq!(client.times(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1000, 2000]);
    // A part of a call is rounding: half of one has leaked when the second is sent.
    let client = Client::new(&RateLimitLayer::new(), [late(9, ms(500)), late(8, ms(0))]);
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 8).await;
    assert_eq!(client.times()[1..], [500; 8]);
}

#[tokio::test(start_paused = true)]
async fn a_smaller_limit_holds_from_the_first_response_on() {
    // Five in 5 s, two of which are left, and one of these stays free.
    let client = Client::new(&RateLimitLayer::new(), [with_quota(5, 2, ms(5000))]);
    client.all(&SHOW, 1).await;
    client.all(&SHOW, 3).await;
    assert_eq!(client.times(), [0, 0, 1000, 2000]);
}

#[tokio::test(start_paused = true)]
async fn a_larger_limit_holds_from_the_first_response_on() {
    let client = Client::new(&RateLimitLayer::new(), [with_quota(20, 19, ms(1000))]);
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 20).await;
    assert_eq!(client.times()[..19], [0; 19]);
    assert_eq!(client.times()[19..], [50, 100]);
}

#[tokio::test(start_paused = true)]
async fn another_window_alone_is_a_correction() {
    let client = Client::new(&RateLimitLayer::new(), [with_quota(10, 0, ms(20_000))]);
    client.all(&SHOW, 1).await;
    client.all(&SHOW, 2).await;
    // None is left: there is a slot to keep free before there is one to take.
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
    // One of the nine has leaked by then.
    assert_eq!(client.times()[9..], [100, 200, 300, 400]);
}

#[tokio::test(start_paused = true)]
async fn figures_that_cannot_be_are_not_believed() {
    for wrong in [
        with_quota(0, 0, ms(1000)),
        with_quota(10, 9, ms(0)),
        with_quota(10, 9, ms(48 * 3_600_000)),
    ] {
        let client = Client::new(&RateLimitLayer::new(), [wrong]);
        client.all(&SHOW, 1).await;
        // Whatever it tells of what remains, the calls go on at the rate from before.
        client.all(&SHOW, 30).await;
        let times = client.times();
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] <= 100), "{times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_quota_set_by_hand_stays() {
    let quota = Quota::new(3, ms(3000)).unwrap();
    let steps = (0..4).map(|_| with_quota(100, 99, ms(1000)));
    let client = Client::new(&RateLimitLayer::new().quota(SHOW.id, quota), steps);
    client.all(&SHOW, 4).await;
    assert_eq!(client.times(), [0, 0, 1000, 2000]);
    // That of another operation does not.
    client.all(&LIST, 9).await;
    assert_eq!(client.times()[4..], [2000; 9]);
}

#[tokio::test(start_paused = true)]
async fn foreign_calls_are_counted() {
    // Nine would be left.
    let client = Client::new(&RateLimitLayer::new(), [late(4, ms(0))]);
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 5).await;
    assert_eq!(client.times(), [0, 0, 0, 0, 1000, 2000]);
}

#[tokio::test(start_paused = true)]
async fn foreign_calls_are_counted_once_whichever_response_reports_them() {
    // Three on the way at once, all of which find five spent by another program.
    let steps = [late(4, ms(10)), late(3, ms(20)), late(2, ms(30))];
    let client = Client::new(&RateLimitLayer::new(), steps);
    client.all(&SLOW, 3).await;
    // Nine less three less five.
    client.all(&SLOW, 3).await;
    assert_eq!(client.times()[3..], [30, 1000, 2000]);
}

#[tokio::test(start_paused = true)]
async fn responses_that_overtake_each_other_drain_nothing() {
    // They came to the service in the order that they were not sent in.
    let steps = [late(7, ms(10)), late(8, ms(20)), late(9, ms(30))];
    let client = Client::new(&RateLimitLayer::new(), steps);
    client.all(&SLOW, 3).await;
    client.all(&SLOW, 7).await;
    assert_eq!(client.times()[3..], [30, 30, 30, 30, 30, 30, 1000]);
    // And an answer as late as this tells of those that were sent after it.
    let client = Client::new(&RateLimitLayer::new(), [late(1, ms(500))]);
    client.all(&SLOW, 9).await;
    client.all(&SLOW, 2).await;
    assert_eq!(client.times()[9..], [1000, 2000]);
}

#[tokio::test(start_paused = true)]
async fn foreign_calls_reported_repeatedly_are_counted_once() {
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
    // Without a window, that of before holds; nothing tells what remains.
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
