//! Sharing of slots, quotas and pauses between processes, and its cost for Redis.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use frameio_tower::DeadlineAt;
use frameio_tower::error::find;
use frameio_tower::rate_limit::{QuotaBucket, QuotaStore};
use tokio::time::sleep;

use super::server::Server;
use super::*;

/// Returns a client with a separate connection, like that of another process.
fn other(server: &Server) -> RateLimitLayer {
    fail_fast(&server.redis())
}

#[tokio::test]
async fn processes_share_a_burst_and_redis_sees_no_names() {
    let server = Server::start();
    let (one, two) = (other(&server), other(&server));
    for _ in 0..4 {
        call(&one, ok).await.unwrap();
    }
    let (passed, wait) = room(&two).await;
    assert_eq!(passed, 5);
    assert!(wait <= Duration::from_secs(1), "{wait:?}");
    assert_eq!(room(&one).await.0, 0);
    // Other users have other quotas.
    assert_eq!(room(&other(&server).credential("another")).await.0, 9);

    let keys: Vec<String> = server.cli(&["KEYS", "*"]);
    assert_eq!(keys.len(), 2);
    for key in keys {
        let value: Vec<u8> = server.cli(&["GET", &key]);
        let text = format!("{key} {}", String::from_utf8_lossy(&value));
        for name in ["acme", "someone", "another", "files", "show", SECRET] {
            assert!(!text.contains(name), "{text}");
        }
        let life: i64 = server.cli(&["PTTL", &key]);
        assert!((60_000..=70_000).contains(&life), "{life}");
    }
}

/// Runs work as a process does that ends immediately afterwards.
fn process<T>(work: impl AsyncFnOnce() -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let result = runtime.block_on(work());
    runtime.shutdown_background();
    result
}

#[test]
fn a_flush_sends_what_the_last_response_revealed() {
    let server = Server::start();
    process(async || {
        let quotas = quotas(&server.redis());
        let layer = RateLimitLayer::new().credential("someone").store(quotas.clone());
        let smaller = || {
            let mut response = Response::new(());
            for (name, value) in [("limit", 4), ("remaining", 3), ("window", 10_000)] {
                let name = http::HeaderName::try_from(format!("x-ratelimit-{name}")).unwrap();
                response.headers_mut().insert(name, value.into());
            }
            response
        };
        call(&layer, smaller).await.unwrap();
        quotas.flush().await;
    });
    let (passed, _) = process(async || room(&other(&server)).await);
    assert_eq!(passed, 3, "of the smaller quota");
}

#[test]
fn clocks_of_processes_do_not_matter() {
    let server = Server::start();
    let ahead = |by: Duration| {
        let server = &server;
        move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                // From now on the clock of this client is ahead of the others.
                tokio::time::pause();
                tokio::time::advance(by).await;
                tokio::time::resume();
                let client = other(server);
                for _ in 0..3 {
                    call(&client, ok).await.unwrap();
                }
            });
        }
    };
    ahead(Duration::ZERO)();
    ahead(Duration::from_secs(3600))();
    ahead(Duration::from_secs(24 * 3600))();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (passed, wait) = runtime.block_on(room(&other(&server)));
    assert_eq!(passed, 0, "nine slots were taken with any clock");
    assert!(wait <= Duration::from_secs(1), "{wait:?}");
}

#[tokio::test]
async fn a_call_that_is_dropped_gives_its_slot_back() {
    let server = Server::start();
    let store = quotas(&server.redis());
    let bucket = QuotaBucket::new(&SHOW);
    let mut slots = Vec::new();
    for _ in 0..9 {
        slots.push(store.reserve(&bucket, Some(Duration::ZERO)).await.unwrap());
    }
    assert!(store.reserve(&bucket, Some(Duration::ZERO)).await.is_err());
    store.release(&bucket, slots.pop().unwrap());
    store.release(&bucket, slots.pop().unwrap());
    let another = quotas(&server.redis());
    eventually("two slots are back", async || {
        another.reserve(&bucket, Some(Duration::ZERO)).await.is_ok()
    })
    .await;
    another.reserve(&bucket, Some(Duration::ZERO)).await.unwrap();
    assert!(another.reserve(&bucket, Some(Duration::ZERO)).await.is_err());

    // The same for calls that are dropped while they are booked, at different moments.
    let server = Server::start();
    let store = quotas(&server.redis());
    for micros in 0..40 {
        let waits = store.reserve(&bucket, None);
        drop(tokio::time::timeout(Duration::from_micros(micros * 25), waits).await.map(|slot| {
            store.release(&bucket, slot.unwrap());
        }));
    }
    let store = quotas(&server.redis());
    let mut taken = 0;
    eventually("all nine slots are free", async || {
        while store.reserve(&bucket, Some(Duration::ZERO)).await.is_ok() {
            taken += 1;
        }
        taken >= 9
    })
    .await;
}

#[tokio::test]
async fn a_429_pauses_all_processes_and_their_calls_are_booked_again() {
    let server = Server::start();
    let refused = || Response::builder().status(429).header("retry-after", "2").body(()).unwrap();
    let (one, two) = (layer(&server.redis()), layer(&server.redis()));
    for _ in 0..8 {
        call(&one, ok).await.unwrap();
    }
    let start = Instant::now();
    // The ninth slot is free; these two wait for 1 s and 2 s in another process.
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let two = two.clone();
            tokio::spawn(async move {
                call(&two, ok).await.unwrap();
                start.elapsed()
            })
        })
        .collect();
    sleep(Duration::from_millis(100)).await;
    let paused = start.elapsed();
    assert_eq!(call(&other(&server).credential("x"), refused).await.unwrap().status(), 429);
    assert_eq!(room(&other(&server)).await.0, 0);
    // A 429 for this bucket.
    let store = quotas(&server.redis());
    let mut bucket = QuotaBucket::new(&SHOW);
    (bucket.account, bucket.credential) = (Some("acme".into()), Some("someone".into()));
    let mut headers = http::HeaderMap::new();
    headers.insert("retry-after", http::HeaderValue::from_static("2"));
    let response = frameio_tower::rate_limit::QuotaResponse::new(
        Instant::now(),
        http::StatusCode::TOO_MANY_REQUESTS,
        &headers,
    );
    store.record_response(&bucket, response);
    let mut times = Vec::new();
    for call in waiting {
        times.push(call.await.unwrap());
    }
    times.sort();
    assert!(times[0] < paused, "{times:?}");
    let pause = paused + Duration::from_secs(2);
    assert!(times[1] >= pause && times[2] >= pause, "{times:?}, paused until {pause:?}");
    // One by one after the pause.
    assert!(times[2] - times[1] >= Duration::from_millis(900), "{times:?}");
}

#[tokio::test]
async fn a_reported_quota_applies_to_all_processes() {
    let server = Server::start();
    let reported = |limit: u32, remaining: u32| {
        move || {
            Response::builder()
                .header("x-ratelimit-limit", limit)
                .header("x-ratelimit-remaining", remaining)
                .header("x-ratelimit-window", "20000")
                .body(())
                .unwrap()
        }
    };
    let one = other(&server);
    call(&one, reported(20, 19)).await.unwrap();
    let two = other(&server);
    let mut passed = 0;
    eventually("the others know of twenty in 20 s", async || {
        while passed < 18 && call(&two, ok).await.is_ok() {
            passed += 1;
        }
        passed == 18
    })
    .await;
    // The first call can count as none: differences below one call are rounding errors, for which one
    // slot stays free.
    assert!(room(&two).await.0 <= 1);

    // Another program has spent all but three calls, of which one stays free.
    let server = Server::start();
    let one = other(&server);
    call(&one, reported(20, 3)).await.unwrap();
    let two = other(&server);
    eventually("the others know the spent calls", async || {
        // The level is sent with the next booking of the process that knows it.
        call(&one, ok).await.unwrap();
        let level: Vec<u8> = server.cli(&["GET", &server.cli::<Vec<String>>(&["KEYS", "*"])[0]]);
        !level.is_empty()
    })
    .await;
    assert_eq!(room(&two).await.0, 1);
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_fails_before_the_deadline() {
    let server = Server::start();
    // One call in 100 s, one of which has just been made.
    let quota = Quota::new(2, Duration::from_secs(200)).unwrap();
    let client = layer(&server.redis()).quota("files.show", quota);
    call(&client, ok).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let service = service_fn(async |_: Request<Body>| Ok::<_, BoxError>(ok()));
    let mut request = Request::new(Body::empty());
    request.extensions_mut().insert(Call::new(&SHOW).account("acme"));
    request.extensions_mut().insert(DeadlineAt(deadline));
    let error = client.layer(service).oneshot(request).await.unwrap_err();
    assert!(Instant::now() < deadline);
    let wait = find::<QuotaExhausted>(&*error).unwrap().wait;
    assert!(wait > Duration::from_secs(30), "{wait:?}");
}

#[tokio::test]
async fn a_busy_process_books_in_advance_and_wastes_nothing() {
    let server = Server::start();
    let bucket = {
        let mut bucket = QuotaBucket::new(&SHOW);
        bucket.quota = Quota::new(1001, Duration::from_secs(1001)).unwrap();
        bucket
    };
    let store = RedisQuotas::new(&server.redis(), SECRET);
    for _ in 0..900 {
        store.reserve(&bucket, Some(Duration::ZERO)).await.unwrap();
    }
    let scripts = server.scripts();
    assert!(scripts <= 150, "{scripts} scripts for 900 calls one after the other");
    // Unused slots taken in advance are returned after 50 ms.
    sleep(Duration::from_millis(300)).await;
    let other = quotas(&server.redis());
    let left = Arc::new(AtomicU32::new(0));
    while other.reserve(&bucket, Some(Duration::ZERO)).await.is_ok() {
        left.fetch_add(1, Relaxed);
    }
    let left = left.load(Relaxed);
    assert!((100..=101).contains(&left), "{left} of 100");
}

#[tokio::test]
async fn a_service_without_quota_headers_throttles_no_process() {
    let server = Server::start();
    let without_headers = || Response::new(());
    let start = Instant::now();
    let processes = [(); 2].map(|()| layer(&server.redis()));
    let calls: Vec<_> = (0..60)
        .map(|n| {
            let layer = processes[n % 2].clone();
            tokio::spawn(async move { call(&layer, without_headers).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    // 60 calls of ten in 10 s would take 51 s.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
