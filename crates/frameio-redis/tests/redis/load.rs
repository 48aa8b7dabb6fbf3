//! Measures how many slots a second processes take from one Redis. Prints numbers for `docs/scale.md`.

use std::env;
use std::process::Stdio;

use tokio::process::Command;
use tokio::task::JoinSet;

use super::server::Server;
use super::*;

const TASKS: usize = 64;
const TIME: Duration = Duration::from_secs(3);

/// Process of the measurement. Without its variables it returns immediately.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn worker() {
    let Ok(url) = env::var("LOAD_REDIS") else { return };
    let ahead = env::var("LOAD_AHEAD").unwrap().parse().unwrap();
    let redis = Redis::new(&url).unwrap().timeout(Duration::from_secs(5));
    let layer = RateLimitLayer::new()
        .credential("someone")
        .store(RedisQuotas::new(&redis, SECRET).slots_ahead(ahead))
        // Never exhausted, with an interval at which slots are taken in advance.
        .quota("files.show", Quota::new(10_000_000, Duration::from_secs(1_000_000)).unwrap());
    let mut running = JoinSet::new();
    let until = Instant::now() + TIME;
    for task in 0..TASKS {
        let layer = layer.clone();
        // Each task has its own bucket.
        let account = format!("account {task}");
        running.spawn(async move {
            let mut taken = 0_u64;
            while Instant::now() < until {
                call_in(&account, &layer, ok).await.unwrap();
                taken += 1;
            }
            taken
        });
    }
    println!("taken {}", running.join_all().await.iter().sum::<u64>());
}

async fn measure(processes: usize, ahead: usize) {
    let server = Server::start();
    let before = server.scripts();
    let begun = Instant::now();
    let mut fleet = JoinSet::new();
    for _ in 0..processes {
        let process = Command::new(env::current_exe().unwrap())
            .args(["--exact", "load::worker", "--nocapture"])
            .env("LOAD_REDIS", server.url())
            .env("LOAD_AHEAD", ahead.to_string())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .output();
        fleet.spawn(process);
    }
    let mut taken = 0;
    for output in fleet.join_all().await {
        let output = String::from_utf8(output.unwrap().stdout).unwrap();
        let line = output.lines().find_map(|line| line.strip_prefix("taken ")).unwrap();
        taken += line.parse::<u64>().unwrap();
    }
    let (seconds, took) = (TIME.as_secs(), begun.elapsed());
    let scripts = (server.scripts() - before) / seconds;
    let taken = taken / seconds;
    eprintln!(
        "{processes} processes, {ahead} ahead: {taken} slots/s, {scripts} scripts/s, in {took:?}"
    );
}

#[tokio::test]
#[ignore = "prints numbers; run it with --release on a quiet machine"]
async fn slots_a_second() {
    for round in 1..=3 {
        eprintln!("round {round}");
        for ahead in [1, 16] {
            for processes in [1, 2, 4] {
                measure(processes, ahead).await;
            }
        }
    }
}
