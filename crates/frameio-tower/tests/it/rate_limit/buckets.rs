//! Identity and number of buckets.

use frameio_core::QuotaScope;
use frameio_tower::rate_limit::{RateLimitLayer, RateLimitMode};
use tokio::time::advance;
use tower::{ServiceExt, service_fn};

use super::*;

static SHARED: Operation = Operation::new("files.shared", Method::GET, "/", Quota::per_second(10))
    .scope(QuotaScope::Account);

/// Returns whether another call would have to wait.
async fn is_spent(layer: &RateLimitLayer, call: Call) -> bool {
    let client = Client::new(&layer.clone().mode(RateLimitMode::FailFast), []);
    client.call(request_of(call)).await.is_err()
}

async fn spend(layer: &RateLimitLayer, call: Call) {
    let client = Client::new(layer, []);
    for _ in 0..9 {
        client.call(request_of(call.clone())).await.unwrap();
    }
    assert_eq!(client.times(), [0; 9]);
}

#[tokio::test(start_paused = true)]
async fn clones_and_services_share_buckets_and_credentials_do_not() {
    let layer = RateLimitLayer::new();
    spend(&layer.clone(), Call::new(&SHOW)).await;
    assert!(is_spent(&layer, Call::new(&SHOW)).await);
    assert!(is_spent(&layer.clone().credential(""), Call::new(&SHOW)).await);

    let other = layer.clone().credential("other");
    assert!(!is_spent(&other, Call::new(&SHOW)).await);
    assert_eq!((layer.buckets(), other.buckets()), (2, 2));
    assert!(!is_spent(&RateLimitLayer::new(), Call::new(&SHOW)).await);
}

#[tokio::test(start_paused = true)]
async fn operations_and_accounts_have_separate_buckets() {
    let layer = RateLimitLayer::new();
    spend(&layer, Call::new(&SHOW).account("a")).await;
    assert!(is_spent(&layer, Call::new(&SHOW).account("a")).await);
    assert!(!is_spent(&layer, Call::new(&SHOW).account("b")).await);
    assert!(!is_spent(&layer, Call::new(&SHOW)).await);
    assert!(!is_spent(&layer, Call::new(&LIST).account("a")).await);
}

#[tokio::test(start_paused = true)]
async fn all_users_of_an_account_share_its_quota() {
    let layer = RateLimitLayer::new().credential("one");
    spend(&layer, Call::new(&SHARED).account("a")).await;
    let other = layer.clone().credential("other");
    assert!(is_spent(&other, Call::new(&SHARED).account("a")).await);
    assert!(!is_spent(&other, Call::new(&SHARED).account("b")).await);
}

#[tokio::test(start_paused = true)]
async fn unused_buckets_are_dropped() {
    let layer = RateLimitLayer::new();
    let inner = service_fn(async |_: Request<Body>| Ok::<_, BoxError>(Response::new(())));
    let service = layer.layer(inner);
    let mut most = 0;
    for number in 0..100_000 {
        let call = Call::new(&SHOW).account(number.to_string());
        service.clone().oneshot(request_of(call)).await.unwrap();
        most = most.max(layer.buckets());
        if number % 1000 == 0 {
            advance(ms(1100)).await;
        }
    }
    assert!((1000..=2048).contains(&most), "{most}");
}

#[tokio::test(start_paused = true)]
async fn a_bucket_in_use_is_not_dropped() {
    let layer = RateLimitLayer::new();
    let waiting = Client::new(&layer, []);
    waiting.all(&SLOW, 9).await;
    let waiter = waiting.spawn(&SLOW);
    tokio::task::yield_now().await;
    for number in 0..3000 {
        let call = Call::new(&SHOW).account(number.to_string());
        waiting.call(request_of(call)).await.unwrap();
    }
    assert!(is_spent(&layer, Call::new(&SLOW)).await);
    waiter.await.unwrap().unwrap();
    assert_eq!(waiting.times().last(), Some(&1000));
}

#[tokio::test(start_paused = true)]
async fn quotas_of_any_size_are_accepted() {
    let year = Duration::from_secs(365 * 24 * 3600);
    let nanosecond = Duration::from_nanos(1);
    for (calls, window, wait) in [
        (1, Duration::MAX, Some(year)),
        (2, Duration::MAX, Some(year / 2)),
        (u32::MAX, Duration::MAX, None),
        (u32::MAX, nanosecond, None),
        (2, nanosecond, Some(nanosecond)),
    ] {
        let quota = Quota::new(calls, window).unwrap();
        let layer = RateLimitLayer::new().mode(RateLimitMode::FailFast).quota(SHOW.id, quota);
        let client = Client::new(&layer, []);
        client.call(request(&SHOW)).await.unwrap();
        let second = client.call(request(&SHOW)).await;
        assert_eq!(second.is_err().then(|| wait_of(second)), wait, "{quota}");
        advance(wait.unwrap_or_default()).await;
        client.call(request(&SHOW)).await.unwrap();
    }
}
