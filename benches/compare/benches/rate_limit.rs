//! Measures the rate-limit layer alone: a call with few and with many keys, the memory of a million
//! keys, and 10,000 waiting calls.
//!
//! ```console
//! $ cargo bench --manifest-path benches/compare/Cargo.toml --bench rate_limit
//! ```
//!
//! A call is compared with `check_key` of governor's keyed limiter, which only decides: it does not
//! wait, learn from responses, or drop unused keys.

use std::convert::Infallible;
use std::future::ready;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use frameio::endpoint::{Call, Operation};
use frameio::layers::RateLimitLayer;
use frameio::{Body, Quota};
use frameio_compare::{cpu_time, resident, runtime};
use futures_util::future::join_all;
use governor::RateLimiter;
use http::{Method, Request, Response};
use peak_alloc::PeakAlloc;
use tower::{Layer, Service, ServiceExt, service_fn};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

static SHOW: Operation = Operation::new("files.show", Method::GET, "/v4/me", Quota::per_second(1));

fn main() {
    // `cargo bench` adds arguments.
    // First, because memory that other measurements freed would not count.
    memory();
    calls();
    waiters();
}

fn request(account: &Arc<str>) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    request.extensions_mut().insert(Call::new(&SHOW).account(account.clone()));
    request
}

fn accounts(count: usize) -> Vec<Arc<str>> {
    (0..count).map(|n| format!("{n:08x}-7d2f-4a0e-9c2e-8d0c0d2f5f11").into()).collect()
}

/// The layer over a service that responds at once.
fn limited(
    layer: &RateLimitLayer,
) -> impl Service<Request<Body>, Response = Response<()>, Error: std::fmt::Debug> + Clone {
    layer.layer(service_fn(|request: Request<Body>| {
        black_box(request);
        ready(Ok::<_, Infallible>(Response::new(())))
    }))
}

/// Measures a call, without the creation of its request.
fn calls() {
    const CALLS: usize = 200_000;
    println!("\n| keys | layer | `governor`'s `check_key` | ratio |");
    println!("|---|---|---|---|");
    for keys in [1, 1_000, 1_000_000] {
        let accounts = accounts(keys);
        // Spread over all keys, in an order that defeats the cache.
        let each = || (0..CALLS).map(|n| &accounts[n * 7_919 % keys]);
        let runtime = runtime();

        let limit = RateLimitLayer::new().quota(SHOW.id, Quota::per_second(1_000_000_000));
        let mut layer = limited(&limit);
        let mut send = |accounts: &mut dyn Iterator<Item = &Arc<str>>| {
            let requests: Vec<_> = accounts.map(request).collect();
            let begun = cpu_time();
            runtime.block_on(async {
                for request in requests {
                    layer.ready().await.expect("ready").call(request).await.expect("a slot");
                }
            });
            cpu_time() - begun
        };
        // Creates all keys before the measurement.
        send(&mut accounts.iter());
        let layer = send(&mut each());

        let rate = NonZeroU32::new(1_000_000_000).expect("not zero");
        let limiter = RateLimiter::hashmap(governor::Quota::per_second(rate));
        for account in &accounts {
            limiter.check_key(account).expect("a slot");
        }
        let begun = cpu_time();
        for account in each() {
            limiter.check_key(account).expect("a slot");
        }
        let governor = cpu_time() - begun;
        let nanos = |time: Duration| time.as_nanos() as f64 / CALLS as f64;
        println!(
            "| {keys} | {:.0} ns | {:.0} ns | {:.2} |",
            nanos(layer),
            nanos(governor),
            nanos(layer) / nanos(governor),
        );
    }
}

/// Measures the memory of a million keys, and the rest of it when they are idle.
fn memory() {
    const KEYS: usize = 1_000_000;
    let runtime = runtime();
    let window = Duration::from_secs(10);
    let limit = RateLimitLayer::new().quota(SHOW.id, Quota::new(1, window).expect("a quota"));
    let layer = limited(&limit);
    let (live, pages) = (ALLOCATED.current_usage(), resident());
    let used = || {
        let live = ALLOCATED.current_usage().saturating_sub(live);
        let pages = resident().saturating_sub(pages);
        format!("{:.1} MB live, {:.1} MB resident", live as f64 / 1e6, pages as f64 / 1e6)
    };
    let fill = |from: usize, count: usize| {
        runtime.block_on(async {
            for n in from..from + count {
                let account = format!("{n:08x}-7d2f-4a0e-9c2e-8d0c0d2f5f11").into();
                layer.clone().oneshot(request(&account)).await.expect("a slot");
            }
        });
    };
    fill(0, KEYS);
    println!("{} keys: {}", limit.buckets(), used());
    std::thread::sleep(window);
    // Idle buckets are dropped when new ones need room.
    fill(KEYS, KEYS / 10);
    println!("idle, and {} new keys later, {} keys: {}", KEYS / 10, limit.buckets(), used());
}

/// Measures the time and cost of serving all waiting calls.
fn waiters() {
    const WAITERS: usize = 10_000;
    const RATE: u32 = 2_000;
    let runtime = runtime();
    let limit = RateLimitLayer::new().quota(SHOW.id, Quota::per_second(RATE));
    let layer = limited(&limit);
    let account: Arc<str> = "1".into();
    let live = ALLOCATED.current_usage();
    let (begun, worked) = (Instant::now(), cpu_time());
    runtime.block_on(async {
        let calls: Vec<_> =
            (0..WAITERS).map(|_| Box::pin(layer.clone().oneshot(request(&account)))).collect();
        let peak = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            ALLOCATED.current_usage() - live
        };
        let (results, live) = futures_util::future::join(join_all(calls), peak).await;
        assert!(results.iter().all(Result::is_ok));
        println!("\n{WAITERS} waiters hold {:.1} MB", live as f64 / 1e6);
    });
    // A burst of all slots but one, which stays free, and then one after the other.
    let fluid = (WAITERS as f64 - f64::from(RATE - 1)) / f64::from(RATE);
    let (elapsed, worked) = (begun.elapsed().as_secs_f64(), cpu_time() - worked);
    println!(
        "served in {elapsed:.3} s, the fluid limit is {fluid:.3} s, ratio {:.4}; {:.1} µs of CPU each",
        elapsed / fluid,
        worked.as_micros() as f64 / WAITERS as f64,
    );
}
