//! Those who wait, and those who stop waiting.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};

use frameio_tower::rate_limit::{RateLimitLayer, RateLimitMode};
use http::Uri;
use tokio::task::JoinSet;
use tokio::time::advance;
use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready};

use super::*;

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
async fn a_thousand_are_served_in_order_at_the_rate_of_the_quota() {
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
    // Once to queue up and once when its turn is.
    assert!(polls.load(Relaxed) <= 2 * CALLS, "{polls:?}");
}

#[tokio::test(start_paused = true)]
async fn one_that_nobody_polls_holds_up_nobody() {
    let client = Client::new(&RateLimitLayer::new(), []);
    client.all(&SHOW, 9).await;
    let mut neglected = spawn(client.call(request(&SHOW)));
    assert_pending!(neglected.poll());
    client.all(&SHOW, 3).await;
    assert_eq!(client.times()[9..], [200, 300, 400]);
    // Its slot has been kept for it.
    advance(ms(50)).await;
    assert!(neglected.is_woken());
    assert_ready!(neglected.poll()).unwrap();
    client.all(&SHOW, 1).await;
    assert_eq!(client.times()[12..], [450, 500]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_leaves_nothing_behind() {
    // Polled each 20 ms, it is served by the sixth poll, at 100 ms.
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
        // Nobody is in the queue any more, and the next has the next slot.
        advance(ms(30)).await;
        client.all(&SHOW, 2).await;
        let last = expected.last().unwrap();
        let next = &client.times()[9 + expected.len()..];
        assert_eq!(next, [last + 100, last + 200], "after {polls} polls");
    }
}

#[tokio::test(start_paused = true)]
async fn those_behind_all_move_up_when_many_are_dropped() {
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
async fn a_slot_that_was_kept_for_one_that_is_dropped_goes_to_the_next() {
    let client = Client::new(&RateLimitLayer::new(), []);
    client.all(&SHOW, 9).await;
    let mut neglected = spawn(client.call(request(&SHOW)));
    assert_pending!(neglected.poll());
    let behind = client.spawn(&SHOW);
    behind.await.unwrap().unwrap();
    let (next, last) = (client.spawn(&SHOW), client.spawn(&SHOW));
    advance(ms(50)).await;
    drop(neglected);
    next.await.unwrap().unwrap();
    last.await.unwrap().unwrap();
    assert_eq!(client.times()[9..], [200, 250, 300]);
}

#[tokio::test(start_paused = true)]
async fn a_kept_slot_that_nobody_waits_for_is_not_given_twice() {
    let layer = RateLimitLayer::new();
    let client = Client::new(&layer, []);
    client.all(&SHOW, 9).await;
    let mut neglected = spawn(client.call(request(&SHOW)));
    assert_pending!(neglected.poll());
    client.all(&SHOW, 1).await;
    drop(neglected);
    // The queue is empty: the wait is that of the next slot alone.
    let fast = Client::new(&layer.mode(RateLimitMode::FailFast), []);
    assert_eq!(wait_of(fast.call(request(&SHOW)).await), ms(100));
}
