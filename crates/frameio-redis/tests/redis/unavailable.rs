//! Redis goes and comes back.

use frameio_redis::RedisUnavailable;
use frameio_sim::Sim;
use frameio_tower::QuotaStoreError;
use frameio_tower::rate_limit::OnUnavailable;

use super::server::Server;
use super::*;

/// Far less than the deadline of a call, and enough for a machine that is busy.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn without_redis_calls_fail_at_once_if_that_is_asked_for() {
    let mut server = Server::start();
    let client = layer(&server.redis());
    call(&client, ok).await.unwrap();
    server.kill();
    for _ in 0..5 {
        let begun = Instant::now();
        let error = call(&client, ok).await.unwrap_err();
        assert!(error.find::<QuotaStoreError>().is_some(), "{error}");
        assert!(error.find::<RedisUnavailable>().is_some());
        assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    }
    server.restart();
    eventually("Redis is used again", async || call(&client, ok).await.is_ok()).await;
    // It was empty, and yet those who come back begin without a burst.
    assert_eq!(room(&fail_fast(&server.redis())).await.0, 0);
}

#[tokio::test]
async fn a_redis_that_was_never_there_is_used_when_it_comes() {
    let port = super::server::free_port();
    let redis = Redis::new(&format!("redis://127.0.0.1:{port}")).unwrap();
    let client = layer(&redis);
    assert!(call(&client, ok).await.unwrap_err().find::<QuotaStoreError>().is_some());
    let _server = Server::with(port, &[]);
    eventually("Redis is used", async || call(&client, ok).await.is_ok()).await;
}

#[tokio::test]
async fn a_redis_that_does_not_answer_holds_nobody_up() {
    let server = Server::with(super::server::free_port(), &["--enable-debug-command", "yes"]);
    let redis = server.redis().timeout(Duration::from_millis(100));
    let client = fail_fast(&redis).on_unavailable(OnUnavailable::FailOpen { share: 0.5 });
    call(&client, ok).await.unwrap();
    // Longer than the test takes; the server is killed with it.
    std::thread::spawn({
        let url = server.url();
        move || {
            let client = redis::Client::open(url).unwrap();
            let mut connection = client.get_connection().unwrap();
            drop(redis::cmd("DEBUG").arg("SLEEP").arg("60").query::<()>(&mut connection));
        }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    // In memory it is one call in 2 s, half of the quota, and the last was through Redis.
    let begun = Instant::now();
    let error = call(&client, ok).await.unwrap_err();
    let wait = error.find::<QuotaExhausted>().unwrap().wait;
    assert!(wait <= Duration::from_secs(2), "{wait:?}");
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    tokio::time::sleep(wait).await;
    let begun = Instant::now();
    call(&client, ok).await.unwrap();
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

/// Four clients with connections of their own at work on a simulator with real quotas.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_and_restarted_in_mid_run_the_work_goes_on() {
    let quota = Quota::new(200, Duration::from_secs(2)).unwrap();
    let sim = Sim::builder().quota("users.show", quota).build();
    let mut server = Server::start();
    let begun = Instant::now();
    let clients: Vec<_> = (0..4)
        .flat_map(|_| {
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
            (0..8).map(move |_| client.clone())
        })
        .map(|client| {
            tokio::spawn(async move {
                let (mut calls, mut alone, mut refused) = (0, 0, 0);
                while begun.elapsed() < Duration::from_secs(7) {
                    let answer = client.send(frameio::users::ShowCurrentUser::new()).await;
                    calls += 1;
                    let at = begun.elapsed().as_millis();
                    alone += u32::from(answer.is_ok() && (2_200..4_400).contains(&at));
                    refused += u32::from(answer.is_err());
                }
                (calls, alone, refused)
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(2)).await;
    server.kill();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    server.restart();
    let (mut calls, mut alone, mut refused) = (0, 0, 0);
    for client in clients {
        let (its_calls, its_alone, its_refused) = client.await.unwrap();
        calls += its_calls;
        alone += its_alone;
        refused += its_refused;
    }
    let took = begun.elapsed();
    // The bucket of the service is full when Redis goes: where those who are alone send at the same
    // moment, they may be refused, and each pauses for a second then.
    assert!(refused <= 8, "{refused} of {calls} calls in {took:?}");
    // Four times 25 a second, without Redis, less those pauses.
    assert!(alone >= 90, "{alone} calls in 2.2 s without Redis");
    // A burst of 199 and 100 each second, less the pauses, and the second in which all come back.
    let fluid = 199.0 + took.as_secs_f64() * 100.0;
    assert!(f64::from(calls) > fluid * 0.6, "{calls} calls of {fluid} in {took:?}");
    eprintln!("{calls} calls of {fluid} in {took:?}, {alone} without Redis, {refused} refused");
    let keys: Vec<String> = server.cli(&["KEYS", "*"]);
    assert_eq!(keys.len(), 1, "the new Redis is in use");
}
