//! Services that enforce no quota, or seem to enforce none.

use frameio_tower::rate_limit::{RateLimitLayer, TARGET};
use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready_ok};

use super::*;
use crate::support::capture::Capture;
use crate::support::script::status;

/// Allows 99 calls at once, and then one per 600 ms.
static CREATE: Operation =
    Operation::new("comments.create", Method::POST, "/", Quota::per_minute(100));

/// Allows nine calls at once, and then one per six seconds.
static UPDATE: Operation =
    Operation::new("comments.update", Method::PATCH, "/", Quota::per_minute(10));

/// Response without quota headers after 10 ms.
fn without_headers() -> Step {
    let response = Response::builder().header("content-type", "application/json");
    respond(response.body(Body::empty()).unwrap()).after(ms(10))
}

/// Response after 10 ms that reports the whole quota as remaining.
fn whole_quota(limit: u32, window: Duration) -> Step {
    with_quota(limit, limit, window).after(ms(10))
}

fn throttled() -> Step {
    status(429).after(ms(10))
}

/// Returns the number of requests that arrived at each time.
fn counts(client: &Client) -> Vec<(u128, usize)> {
    let times = client.times();
    times.chunk_by(|a, b| a == b).map(|same| (same[0], same.len())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_service_without_quota_headers_stops_throttling_calls() {
    let (capture, _guard) = Capture::start(|metadata| metadata.target() == TARGET);
    let client = Client::new(&RateLimitLayer::new(), (0..230).map(|_| without_headers()));
    client.all(&CREATE, 230).await;
    // The quota doubles with each round trip; one of the calls has leaked by the first.
    assert_eq!(counts(&client), [(0, 99), (10, 101), (20, 30)]);
    let events = capture.events();
    let corrected = events.iter().filter(|event| event.name == "rate_limit.corrected");
    let quotas: Vec<_> = corrected.map(|event| event.fields["quota"].as_str()).collect();
    assert_eq!(quotas, ["200 per 60s", "400 per 60s", "800 per 60s"]);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_always_reports_the_whole_quota_stops_throttling_calls() {
    let minute = Duration::from_secs(60);
    let steps = (0..230).map(|_| whole_quota(100, minute));
    let client = Client::new(&RateLimitLayer::new(), steps);
    client.all(&CREATE, 230).await;
    assert_eq!(counts(&client), [(0, 99), (10, 101), (20, 30)]);
}

#[tokio::test(start_paused = true)]
async fn consecutive_calls_without_quota_headers_never_wait() {
    let client = Client::new(&RateLimitLayer::new(), (0..300).map(|_| without_headers()));
    for _ in 0..300 {
        client.call(request(&UPDATE)).await.unwrap();
    }
    assert_eq!(client.times(), (0..300).map(|n| n * 10).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn other_successful_statuses_with_a_body_count_as_well() {
    for code in [201, 202] {
        let steps = (0..9).map(|_| status(code).after(ms(10)));
        let client = Client::new(&RateLimitLayer::new(), steps);
        client.all(&SLOW, 12).await;
        assert_eq!(counts(&client), [(0, 9), (10, 3)], "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_statuses_without_headers_do_not_raise_the_quota() {
    for code in [204, 304, 400, 404, 500, 503] {
        let steps = (0..9).map(|_| status(code).after(ms(10)));
        let client = Client::new(&RateLimitLayer::new(), steps);
        client.all(&SLOW, 11).await;
        assert_eq!(counts(&client), [(0, 9), (1000, 1), (2000, 1)], "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn unreadable_and_implausible_headers_do_not_raise_the_quota() {
    let unreadable = || {
        let response = Response::builder().header("x-ratelimit-limit", "many");
        respond(response.body(Body::empty()).unwrap()).after(ms(10))
    };
    for step in [unreadable, || whole_quota(0, ms(1000)), || whole_quota(10, ms(0))] {
        let client = Client::new(&RateLimitLayer::new(), (0..9).map(|_| step()));
        client.all(&SLOW, 11).await;
        assert_eq!(counts(&client), [(0, 9), (1000, 1), (2000, 1)]);
    }
}

#[tokio::test(start_paused = true)]
async fn two_consecutive_responses_do_not_raise_the_quota() {
    let counted = |remaining| with_quota(10, remaining, ms(10_000)).after(ms(10));
    let steps = (0..9).map(|n| if n % 3 == 2 { counted(9 - n) } else { without_headers() });
    let client = Client::new(&RateLimitLayer::new(), steps);
    client.all(&SLOW, 11).await;
    assert_eq!(counts(&client), [(0, 9), (1000, 1), (2000, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_hardly_used_quota_is_not_raised() {
    let steps = (0..50).map(|_| without_headers());
    let client = Client::new(&RateLimitLayer::new(), steps);
    for _ in 0..8 {
        // Four calls of ten in four seconds.
        client.all(&SLOW, 4).await;
        tokio::time::sleep(ms(4000)).await;
    }
    let before = client.times().len();
    let mut burst: Vec<_> = (0..10).map(|_| spawn(client.call(request(&SLOW)))).collect();
    let waiting = burst.iter_mut().map(|call| call.poll().is_pending()).filter(|waits| *waits);
    assert_eq!(waiting.count(), 10);
    assert_eq!(client.times().len() - before, 9, "the documented quota still applies");
}

#[tokio::test(start_paused = true)]
async fn calls_sent_before_the_quota_was_raised_do_not_raise_it_again() {
    // Nine responses to the first nine calls, and no more.
    let steps = (0..9).map(|_| without_headers()).chain((0..50).map(|_| hang()));
    let client = Client::new(&RateLimitLayer::new(), steps);
    let calls: Vec<_> = (0..60).map(|_| client.spawn(&SLOW)).collect();
    tokio::time::sleep(ms(400)).await;
    // 19 of 20, of which one has leaked.
    assert_eq!(counts(&client), [(0, 9), (10, 11)]);
    calls.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test(start_paused = true)]
async fn a_response_with_headers_ends_a_raised_quota() {
    let counted = with_quota(10, 0, ms(10_000)).after(ms(10));
    let steps = (0..9).map(|_| without_headers()).chain([counted]);
    let client = Client::new(&RateLimitLayer::new(), steps);
    client.all(&SLOW, 9).await;
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 3).await;
    // None remains, because the slot that stays free comes first.
    assert_eq!(counts(&client), [(0, 9), (10, 1), (2010, 1), (3010, 1), (4010, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_429_restores_the_quota_for_good() {
    let steps =
        (0..9).map(|_| without_headers()).chain([throttled()]).chain((0..30).map(|_| status(200)));
    let client = Client::new(&RateLimitLayer::new(), steps);
    client.all(&SLOW, 9).await;
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 30).await;
    // After a pause of one second.
    let expected: Vec<_> = (0..30).map(|n| (1020 + n * 1000, 1)).collect();
    assert_eq!(counts(&client)[2..], expected);
}

#[tokio::test(start_paused = true)]
async fn a_429_restores_the_last_reported_quota() {
    // Twenty in 10 s are reported, and then no headers follow.
    let steps = [with_quota(20, 19, ms(10_000))]
        .into_iter()
        .chain((0..18).map(|_| without_headers()))
        .chain([throttled()])
        .chain((0..10).map(|_| status(200)));
    let client = Client::new(&RateLimitLayer::new(), steps);
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 18).await;
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 3).await;
    assert_eq!(counts(&client), [(0, 19), (10, 1), (1020, 1), (1520, 1), (2020, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_429_with_headers_restores_the_quota_that_it_reports() {
    let refused = Response::builder()
        .status(429)
        .header("x-ratelimit-limit", "5")
        .header("x-ratelimit-remaining", "0");
    let refused = respond(refused.body(Body::empty()).unwrap()).after(ms(10));
    let client =
        Client::new(&RateLimitLayer::new(), (0..9).map(|_| without_headers()).chain([refused]));
    client.all(&SLOW, 9).await;
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 2).await;
    // Five in 10 s, after a pause of one second; the bucket of the service is full until then.
    let times = client.times();
    assert_eq!(times[11] - times[10], 2000, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_429_before_the_quota_is_raised_keeps_it() {
    let steps = [throttled()].into_iter().chain((0..30).map(|_| status(200)));
    let client = Client::new(&RateLimitLayer::new(), steps);
    client.all(&SLOW, 1).await;
    client.all(&SLOW, 30).await;
    let expected: Vec<_> = (0..30).map(|n| (1010 + n * 1000, 1)).collect();
    assert_eq!(counts(&client)[1..], expected);
}

#[tokio::test(start_paused = true)]
async fn a_higher_quota_replaces_a_raised_one_and_a_lower_one_does_not() {
    // 10 in 10 s, raised to 20; then 100 in 10 s are reported, and then 15.
    let steps = (0..9)
        .map(|_| without_headers())
        .chain((0..2).map(|_| whole_quota(100, ms(10_000))))
        .chain([whole_quota(15, ms(10_000)).after(ms(10))]);
    let client = Client::new(&RateLimitLayer::new(), steps);
    client.all(&SLOW, 9).await;
    client.all(&SLOW, 2).await;
    client.all(&SLOW, 60).await;
    assert_eq!(counts(&client), [(0, 9), (10, 2), (20, 60)]);
}

#[tokio::test(start_paused = true)]
async fn a_pinned_quota_is_not_raised() {
    let layer = RateLimitLayer::new().quota(SLOW.id, SLOW.quota);
    let client = Client::new(&layer, (0..30).map(|_| without_headers()));
    client.all(&SLOW, 12).await;
    assert_eq!(counts(&client), [(0, 9), (1000, 1), (2000, 1), (3000, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_raised_quota_wakes_all_waiters_whose_turn_has_come() {
    let steps = (0..9).map(|n| match n {
        8 => with_quota(1000, 991, ms(1000)).after(ms(100)),
        _ => status(204),
    });
    let client = Client::new(&RateLimitLayer::new(), steps);
    let sent: Vec<_> = (0..9).map(|_| client.spawn(&SLOW)).collect();
    tokio::task::yield_now().await;
    // The first waiter is never polled again. With timers of the old quota, those behind it would
    // be served after 2, 3 and 4 s.
    let mut neglected = spawn(client.call(request(&SLOW)));
    assert_pending!(neglected.poll());
    client.all(&SLOW, 3).await;
    for call in sent {
        call.await.unwrap().unwrap();
    }
    assert_eq!(counts(&client), [(0, 9), (120, 3)]);
    assert!(neglected.is_woken());
    assert_ready_ok!(neglected.poll());
}

/// A service behind a proxy that strips the headers refuses calls once, also if many other accounts call in
/// between.
#[tokio::test(start_paused = true)]
async fn a_bucket_that_got_a_429_is_not_dropped() {
    let layer = RateLimitLayer::new();
    let steps = (0..9).map(|_| without_headers()).chain([throttled()]);
    let client = Client::new(&layer, steps.chain((0..2000).map(|_| without_headers())));
    client.all(&SLOW, 9).await;
    client.all(&SLOW, 1).await;
    for number in 0..1100 {
        tokio::time::sleep(ms(10_000)).await;
        client.call(request_of(Call::new(&LIST).account(number.to_string()))).await.unwrap();
    }
    assert!(layer.buckets() < 1100, "others are dropped");
    tokio::time::sleep(ms(10_000)).await;
    let before = client.times().len();
    client.all(&SLOW, 20).await;
    let times = &client.times()[before..];
    assert_eq!(times.iter().filter(|time| **time == times[0]).count(), 9, "{times:?}");
    assert_eq!(times[19] - times[0], 11_000, "the quota is not raised again");
}
