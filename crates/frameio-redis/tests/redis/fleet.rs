//! A fleet: processes of their own on a simulator that enforces its quotas, all over sockets.

use std::env;
use std::io::Write;
use std::process::Stdio;

use frameio_sim::Sim;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;
use tokio::task::JoinSet;

use super::server::Server;
use super::*;

const PROCESSES: u32 = 8;
const CALLS: u32 = 500;
/// How many calls each process has in flight at most.
const AT_A_TIME: usize = 32;

/// 32 a second, and 3200 at once: 4000 calls take 25 s. The documented ones would take minutes.
fn quota() -> Quota {
    Quota::new(3200, Duration::from_secs(100)).unwrap()
}

/// What a process of the fleet does. It is nothing of its own as a test: without the variables that
/// the fleet sets it ends at once.
#[tokio::test]
async fn worker() {
    let Ok(sim) = env::var("FLEET_SIM") else { return };
    // On a machine that is busy with other things a response may take a while.
    let redis = Redis::new(&env::var("FLEET_REDIS").unwrap()).unwrap();
    let redis = redis.connect_timeout(Duration::from_secs(10)).timeout(Duration::from_secs(5));
    let client = frameio::Client::builder()
        .base_url(sim)
        .token(Sim::TOKEN)
        .rate_limit(RateLimitLayer::new().store(RedisQuotas::new(&redis, SECRET)))
        .max_retries(0)
        .build()
        .unwrap();
    // The connections to both are there before the race.
    client.send(frameio::accounts::ListAccounts::new()).await.unwrap();
    println!("ready");
    std::io::stdout().flush().unwrap();
    let mut go = String::new();
    std::io::stdin().read_line(&mut go).unwrap();

    let mut running = JoinSet::new();
    let (mut failed, mut longest) = (0, Duration::ZERO);
    for _ in 0..CALLS {
        if running.len() == AT_A_TIME {
            let (ok, took): (bool, Duration) = running.join_next().await.unwrap().unwrap();
            failed += u32::from(!ok);
            longest = longest.max(took);
        }
        let client = client.clone();
        running.spawn(async move {
            let begun = Instant::now();
            let response = client.send(frameio::users::ShowCurrentUser::new()).await;
            if let Err(error) = &response {
                eprintln!("{error}");
            }
            (response.is_ok(), begun.elapsed())
        });
    }
    while let Some(done) = running.join_next().await {
        let (ok, took) = done.unwrap();
        failed += u32::from(!ok);
        longest = longest.max(took);
    }
    println!("done {failed} {}", longest.as_millis());
}

/// How a run of the fleet went.
#[derive(Debug)]
#[allow(dead_code, reason = "what is not checked is printed")]
struct Run {
    took: Duration,
    /// How much longer than the fluid limit, as a share of it.
    over: f64,
    failed: u32,
    /// When the first process was done.
    first: Duration,
    longest_call: Duration,
}

impl Run {
    fn good(&self) -> bool {
        // No process starves: none of its calls waits for half of the run.
        self.failed == 0 && self.over <= 0.02 && self.longest_call < self.took / 2
    }
}

async fn run() -> Run {
    let sim = Sim::builder().quota("users.show", quota()).build();
    let http = sim.serve().await.unwrap();
    let server = Server::start();
    let mut fleet = Vec::new();
    for _ in 0..PROCESSES {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--exact", "fleet::worker", "--nocapture"])
            .env("FLEET_SIM", http.url())
            .env("FLEET_REDIS", server.url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let stdin = process.stdin.take().unwrap();
        fleet.push((process, lines, stdin));
    }
    for (_, lines, _) in &mut fleet {
        while lines.next_line().await.unwrap().unwrap() != "ready" {}
    }
    let begun = Instant::now();
    for (_, _, stdin) in &mut fleet {
        stdin.write_all(b"go\n").await.unwrap();
    }
    let mut ends = JoinSet::new();
    for (process, mut lines, stdin) in fleet {
        ends.spawn(async move {
            let _kept = (process, stdin);
            loop {
                let line = lines.next_line().await.unwrap().unwrap();
                if let Some(done) = line.strip_prefix("done ") {
                    let (failed, longest) = done.split_once(' ').unwrap();
                    let longest = Duration::from_millis(longest.parse().unwrap());
                    return (failed.parse::<u32>().unwrap(), longest, begun.elapsed());
                }
            }
        });
    }
    let ends = ends.join_all().await;
    let took = begun.elapsed();
    let after_burst = PROCESSES * CALLS - quota().calls().get();
    let fluid = quota().interval() * after_burst;
    let run = Run {
        took,
        over: took.as_secs_f64() / fluid.as_secs_f64() - 1.0,
        failed: ends.iter().map(|(failed, ..)| failed).sum(),
        first: ends.iter().map(|(.., took)| *took).min().unwrap(),
        longest_call: ends.iter().map(|(_, longest, _)| *longest).max().unwrap(),
    };
    eprintln!("{run:?} for a fluid limit of {fluid:?}, {} scripts", server.scripts());
    run
}

/// A machine that is busy with something else may hold a run up, so one of three has to be good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_processes_spend_one_quota_to_the_full_and_nothing_is_refused() {
    let mut runs = Vec::new();
    while runs.len() < 3 {
        let run = run().await;
        if run.good() {
            return;
        }
        runs.push(run);
    }
    panic!("{runs:?}");
}
