//! Loss and return of Redis.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::task::Poll;

use frameio_redis::RedisUnavailable;
use frameio_sim::Sim;
use frameio_tower::QuotaStoreError;
use frameio_tower::rate_limit::OnUnavailable;

use super::server::Server;
use super::*;

/// Polls a call once; a call that does not wait is ready then.
async fn first_poll(mut call: CallFuture) -> Poll<Result<Response<()>, HttpError>> {
    poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await
}

#[tokio::test]
async fn without_redis_calls_fail_without_waiting_if_they_may_not_proceed() {
    let mut server = Server::start();
    let client = layer(&server.redis());
    call(&client, ok).await.unwrap();
    server.kill();
    let noticed = call(&client, ok).await.unwrap_err();
    assert!(noticed.find::<RedisUnavailable>().is_some(), "{noticed}");
    for _ in 0..5 {
        let Poll::Ready(Err(error)) = first_poll(call(&client, ok)).await else {
            panic!("a call waits or passes")
        };
        assert!(error.find::<QuotaStoreError>().is_some(), "{error}");
        assert!(error.find::<RedisUnavailable>().is_some());
    }
    server.restart();
    eventually("Redis is used again", async || call(&client, ok).await.is_ok()).await;
    // The server was empty, but reconnected processes start without a burst.
    assert_eq!(room(&fail_fast(&server.redis())).await.0, 0);
}

#[tokio::test]
async fn a_redis_that_starts_later_is_used_when_it_is_available() {
    let port = super::server::free_port();
    let redis = Redis::new(&format!("redis://127.0.0.1:{port}")).unwrap();
    let client = layer(&redis);
    assert!(call(&client, ok).await.unwrap_err().find::<QuotaStoreError>().is_some());
    let _server = Server::with(port, &[]);
    eventually("Redis is used", async || call(&client, ok).await.is_ok()).await;
}

#[tokio::test]
async fn calls_do_not_wait_for_a_redis_that_does_not_respond() {
    let server = Server::with(super::server::free_port(), &["--enable-debug-command", "yes"]);
    let redis = server.redis().timeout(Duration::from_millis(100));
    let client = fail_fast(&redis).on_unavailable(OnUnavailable::FailOpen { share: 0.5 });
    call(&client, ok).await.unwrap();
    // Longer than the test; the server is killed at its end.
    let responded = Arc::new(AtomicBool::new(false));
    std::thread::spawn({
        let (url, responded) = (server.url(), responded.clone());
        move || {
            let client = redis::Client::open(url).unwrap();
            let mut connection = client.get_connection().unwrap();
            drop(redis::cmd("DEBUG").arg("SLEEP").arg("60").query::<()>(&mut connection));
            responded.store(true, Relaxed);
        }
    });
    eventually("the server hangs", async || !server.responds()).await;
    // The quota in memory is one call in 2 s, half of the quota, and the last call used Redis.
    let error = call(&client, ok).await.unwrap_err();
    let wait = error.find::<QuotaExhausted>().unwrap().wait;
    assert!(wait <= Duration::from_secs(2), "{wait:?}");
    tokio::time::sleep(wait).await;
    // From now on a call does not even wait for the time limit of a command.
    let Poll::Ready(Ok(_)) = first_poll(call(&client, ok)).await else { panic!("the call waits") };
    assert!(!responded.load(Relaxed), "the calls were made before the server responded");
}

/// Counts calls by their outcome.
#[derive(Default)]
struct Count {
    ok: AtomicU32,
    throttled: AtomicU32,
    failed: AtomicU32,
}

/// Four clients with their own connections make calls to a simulator with real quotas.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_continues_when_redis_is_killed_and_restarted() {
    let quota = Quota::new(200, Duration::from_secs(2)).unwrap();
    let sim = Sim::builder().quota("users.show", quota).build();
    let mut server = Server::start();
    let count = Arc::new(Count::default());
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let quotas = layer(&server.redis())
            .store(RedisQuotas::new(&server.redis(), SECRET))
            .quota("users.show", quota)
            .on_unavailable(OnUnavailable::FailOpen { share: 0.25 });
        let client = frameio::Client::builder()
            .transport(sim.clone())
            .token(Sim::TOKEN)
            .rate_limit(quotas)
            .max_retries(0)
            .build()
            .unwrap();
        for _ in 0..8 {
            let (client, count) = (client.clone(), count.clone());
            workers.spawn(async move {
                loop {
                    let response = client.send(frameio::users::ShowCurrentUser::new()).await;
                    let counter = match response {
                        Ok(_) => &count.ok,
                        Err(error) if error.status().is_some_and(|status| status == 429) => {
                            &count.throttled
                        }
                        Err(_) => &count.failed,
                    };
                    counter.fetch_add(1, Relaxed);
                }
            });
        }
    }
    let calls = async |what: &str, number: u32| {
        let start = count.ok.load(Relaxed);
        eventually(what, async || count.ok.load(Relaxed) >= start + number).await;
    };
    // More than the burst, so that calls wait in Redis.
    calls("the burst and 50 calls are made", 250).await;
    server.kill();
    // Calls in progress end, and then each client makes 25 calls a second without Redis.
    calls("100 calls are made without Redis", 100).await;
    server.restart();
    eventually("the new Redis is used", async || server.cli::<i64>(&["DBSIZE"]) == 1).await;
    calls("100 calls are made by the new Redis", 100).await;
    workers.shutdown().await;
    // The bucket of the service is full when Redis is killed: clients without Redis that send at the
    // same moment may get a 429. With the whole quota each, three of four calls would.
    let [ok, throttled, failed] =
        [&count.ok, &count.throttled, &count.failed].map(|counter| counter.load(Relaxed));
    assert_eq!(failed, 0);
    assert!(throttled <= ok / 10, "{throttled} 429s for {ok} calls");
}
