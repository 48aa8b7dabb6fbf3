//! Shares one quota between any number of processes on any number of machines.
//!
//! ```console
//! $ redis-server --port 6379 &
//! $ cargo run -p frameio-redis --example fleet &
//! $ cargo run -p frameio-redis --example fleet
//! ```
//!
//! `FRAMEIO_TOKEN` is the token, `REDIS_URL` the URL of Redis, and `FRAMEIO_BASE_URL` the URL of
//! another service, such as the simulator. Each process makes 200 calls, at most 16 at a time, and
//! prints how long they took: two processes take about twice as long as one, and no call is
//! refused.

use std::env;
use std::error::Error;
use std::time::{Duration, Instant};

use frameio::Client;
use frameio::users::ShowCurrentUser;
use frameio_redis::{Redis, RedisQuotas};
use frameio_tower::RateLimitLayer;
use frameio_tower::rate_limit::OnUnavailable;
use tokio::task::JoinSet;

const CALLS: usize = 200;
const AT_A_TIME: usize = 16;
/// Maximum number of processes, for the share of each while Redis is unavailable.
const PROCESSES: f64 = 10.0;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let token = env::var("FRAMEIO_TOKEN").map_err(|_| "FRAMEIO_TOKEN is not set")?;
    let url = env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379".to_owned());
    // In production: 32 random bytes, the same in all processes.
    let secret = env::var("QUOTAS_SECRET").unwrap_or_else(|_| "only an example".to_owned());

    let redis = Redis::new(&url)?.timeout(Duration::from_millis(250));
    let quotas = RateLimitLayer::new()
        // Any name of the token's owner, the same in all processes with that token.
        .credential("fleet")
        .store(RedisQuotas::new(&redis, secret))
        .on_unavailable(OnUnavailable::FailOpen { share: 1.0 / PROCESSES });
    let mut client = Client::builder().token(token).rate_limit(quotas);
    if let Ok(url) = env::var("FRAMEIO_BASE_URL") {
        client = client.base_url(url);
    }
    let client = client.build()?;

    let begun = Instant::now();
    let mut running = JoinSet::new();
    for call in 0..CALLS {
        if running.len() == AT_A_TIME {
            running.join_next().await.ok_or("no call is running")???;
        }
        if call % 50 == 0 {
            println!("{call} calls after {:.1?}", begun.elapsed());
        }
        let client = client.clone();
        running.spawn(async move { client.send(ShowCurrentUser::new()).await.map(drop) });
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    println!("{CALLS} calls after {:.1?}", begun.elapsed());
    Ok(())
}
