//! Waiting calls, and calls that stop waiting.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};

use frameio_tower::rate_limit::{RateLimitLayer, RateLimitMode, TARGET};
use http::Uri;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::advance;
use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready};
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{ServiceExt, service_fn};

use super::*;
use crate::support::capture::Capture;

struct Counted<F> {
    inner: Pin<Box<F>>,
    polls: Arc<AtomicUsize>,
}

impl<F: Future> Future for Counted<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.polls.fetch_add(1, Relaxed);
        self.inner.as_mut().poll(cx)
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_waiting_calls_are_served_in_order_at_the_rate_of_the_quota() {
    const CALLS: usize = 1000;
    let client = Client::new(&RateLimitLayer::new(), []);
    let polls = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for number in 0..CALLS {
        let mut request = request(&SHOW);
        *request.uri_mut() = format!("/{number}").parse().unwrap();
        tasks.spawn(Counted { inner: Box::pin(client.call(request)), polls: polls.clone() });
    }
    assert!(tasks.join_all().await.iter().all(Result::is_ok));

    let expected: Vec<_> = (0..CALLS as u128).map(|n| n.saturating_sub(8) * 100).collect();
    assert_eq!(client.times(), expected);
    let uris: Vec<Uri> = client.script.seen().into_iter().map(|seen| seen.parts.uri).collect();
    let expected: Vec<Uri> = (0..CALLS).map(|n| format!("/{n}").parse().unwrap()).collect();
    assert_eq!(uris, expected);
    // Once to join the queue, and once at its turn.
    assert!(polls.load(Relaxed) <= 2 * CALLS, "{polls:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_polled_does_not_block_the_others() {
    let client = Client::new(&RateLimitLayer::new(), []);
    client.all(&SHOW, 9).await;
    let mut neglected = spawn(client.call(request(&SHOW)));
    assert_pending!(neglected.poll());
    // The first takes the slot of the call that missed its turn.
    client.all(&SHOW, 3).await;
    assert_eq!(client.times()[9..], [200, 200, 300]);
    // Once it polls again, it is first.
    advance(ms(50)).await;
    assert!(neglected.is_woken());
    assert_pending!(neglected.poll());
    let behind = client.spawn(&SHOW);
    neglected.await.unwrap();
    behind.await.unwrap().unwrap();
    assert_eq!(client.times()[12..], [400, 500]);
}

#[tokio::test(start_paused = true)]
async fn a_new_call_skips_waiters_that_missed_their_turn() {
    let layer = RateLimitLayer::new();
    let client = Client::new(&layer, []);
    let fast = Client::new(&layer.clone().mode(RateLimitMode::FailFast), []);
    client.all(&SHOW, 9).await;
    let mut neglected = spawn(client.call(request(&SHOW)));
    assert_pending!(neglected.poll());
    advance(ms(199)).await;
    // Until then, the free slot is reserved for the waiter.
    assert_eq!(wait_of(fast.call(request(&SHOW)).await), ms(1));
    advance(ms(1)).await;
    fast.call(request(&SHOW)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_leaves_the_queue() {
    // Polled every 20 ms, it is served by the sixth poll, at 100 ms.
    for polls in 0..=6 {
        let client = Client::new(&RateLimitLayer::new(), []);
        client.all(&SHOW, 9).await;
        let mut dropped = spawn(client.call(request(&SHOW)));
        let mut behind = Vec::new();
        for poll in 0..polls {
            if poll > 0 {
                advance(ms(20)).await;
            }
            if poll < 5 {
                assert_pending!(dropped.poll());
            } else {
                assert_ready!(dropped.poll()).unwrap();
            }
            if poll == 0 {
                behind.extend([client.spawn(&SHOW), client.spawn(&SHOW)]);
                tokio::task::yield_now().await;
            }
        }
        drop(dropped);
        if behind.is_empty() {
            behind.extend([client.spawn(&SHOW), client.spawn(&SHOW)]);
        }
        for call in behind {
            call.await.unwrap().unwrap();
        }
        let expected: &[u128] = if polls < 6 { &[100, 200] } else { &[100, 200, 300] };
        assert_eq!(client.times()[9..], *expected, "after {polls} polls");
        // The queue is empty, and the next call gets the next slot.
        advance(ms(30)).await;
        client.all(&SHOW, 2).await;
        let last = expected.last().unwrap();
        let next = &client.times()[9 + expected.len()..];
        assert_eq!(next, [last + 100, last + 200], "after {polls} polls");
    }
}

#[tokio::test(start_paused = true)]
async fn waiters_move_up_when_many_ahead_are_dropped() {
    let client = Client::new(&RateLimitLayer::new(), []);
    client.all(&SHOW, 9).await;
    let mut front: Vec<_> = (0..10).map(|_| spawn(client.call(request(&SHOW)))).collect();
    for call in &mut front {
        assert_pending!(call.poll());
    }
    let behind: Vec<_> = (0..4).map(|_| client.spawn(&SHOW)).collect();
    advance(ms(10)).await;
    drop(front);
    for call in behind {
        call.await.unwrap().unwrap();
    }
    assert_eq!(client.times()[9..], [100, 200, 300, 400]);
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_not_polled_cost_one_slot_each() {
    let client = Client::new(&RateLimitLayer::new().quota(SHOW.id, ONE), []);
    client.all(&SHOW, 1).await;
    let mut neglected = spawn(client.call(request(&SHOW)));
    assert_pending!(neglected.poll());
    let never = client.call(request(&SHOW));
    // Exactly two slots are lost.
    client.all(&SHOW, 3).await;
    assert_eq!(client.times(), [0, 30_000, 40_000, 50_000]);
    let last = client.spawn(&SHOW);
    tokio::task::yield_now().await;
    neglected.await.unwrap();
    last.await.unwrap().unwrap();
    never.await.unwrap();
    assert_eq!(client.times()[4..], [60_000, 70_000, 80_000]);
}

/// One call in 10 s.
const ONE: Quota = match Quota::new(1, ms(10_000)) {
    Some(quota) => quota,
    None => panic!("not a quota"),
};

#[tokio::test(start_paused = true)]
async fn dropping_any_waiter_does_not_slow_down_the_others() {
    // Index of the dropped waiter of four, and the time in quarters of an interval.
    for (dropped, quarters) in (0..4).flat_map(|n| (0..18).map(move |quarters| (n, quarters))) {
        let case = format!("{dropped} dropped after {quarters} quarters");
        let client = Client::new(&RateLimitLayer::new().quota(SHOW.id, ONE), []);
        client.all(&SHOW, 1).await;
        let waiting: Vec<_> = (0..4).map(|_| client.spawn(&SHOW)).collect();
        // Slightly after a slot becomes free, to avoid two events at the same time.
        tokio::time::sleep(ms(2500 * quarters + quarters.min(1))).await;
        waiting[dropped].abort();
        let mut served = 1;
        for waiting in waiting {
            match waiting.await {
                Ok(response) => drop(response.unwrap()),
                Err(error) => {
                    assert!(error.is_cancelled(), "{case}");
                    continue;
                }
            }
            served += 1;
        }
        assert_eq!(served, if quarters < 4 * (dropped as u64 + 1) { 4 } else { 5 }, "{case}");
        let expected: Vec<_> = (0..served).map(|n| n * 10_000).collect();
        assert_eq!(client.times(), expected, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_ahead_count_before_they_are_polled() {
    let (capture, _guard) = Capture::start(|metadata| metadata.target() == TARGET);
    let client = Client::new(&RateLimitLayer::new().quota(SHOW.id, ONE), []);
    client.all(&SHOW, 1).await;
    let calls = [(); 3].map(|()| client.call(request(&SHOW)));
    let waits: Vec<_> =
        capture.events().iter().map(|event| event.fields["wait_ms"].clone()).collect();
    assert_eq!(waits, ["10000", "20000", "30000"]);
    drop(calls);
    client.all(&SHOW, 1).await;
    assert_eq!(client.times(), [0, 10_000]);
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_before_the_inner_service_is_ready_returns_its_slot() {
    let permits = Arc::new(Semaphore::new(0));
    let layer = RateLimitLayer::new().quota(SHOW.id, ONE);
    let free = Client::new(&layer, []);
    let fast = Client::new(&layer.clone().mode(RateLimitMode::FailFast), []);
    let limit = GlobalConcurrencyLimitLayer::with_semaphore(permits.clone());
    let busy = layer.layer(Strict::new(limit.layer(free.script.clone())));

    // The call has a slot, and waits for the inner service.
    let mut stuck = spawn(busy.clone().oneshot(request(&SHOW)));
    assert_pending!(stuck.poll());
    assert_eq!(wait_of(fast.call(request(&SHOW)).await), ms(10_000));
    let next = free.spawn(&SHOW);
    tokio::time::sleep(ms(1000)).await;
    drop(stuck);
    next.await.unwrap().unwrap();
    assert_eq!(free.times(), [1000]);
    assert_eq!(wait_of(fast.call(request(&SHOW)).await), ms(10_000));

    // A slot that has leaked away is not returned.
    advance(ms(10_000)).await;
    let mut stuck = spawn(busy.oneshot(request(&SHOW)));
    assert_pending!(stuck.poll());
    advance(ms(10_000)).await;
    fast.call(request(&SHOW)).await.unwrap();
    drop(stuck);
    assert_eq!(wait_of(fast.call(request(&SHOW)).await), ms(10_000));
}

#[test]
fn threads_share_a_burst_exactly() {
    // No slot becomes free while this test runs.
    let quota = Quota::new(100, Duration::from_secs(3600)).unwrap();
    let layer = RateLimitLayer::new().mode(RateLimitMode::FailFast).quota(SHOW.id, quota);
    let served = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let inner =
                    service_fn(async |_: Request<Body>| Ok::<_, BoxError>(Response::new(())));
                let service = layer.layer(inner);
                for _ in 0..50 {
                    let response = tokio_test::block_on(service.clone().oneshot(request(&SHOW)));
                    served.fetch_add(usize::from(response.is_ok()), Relaxed);
                }
            });
        }
    });
    assert_eq!(served.into_inner(), 99);
}
