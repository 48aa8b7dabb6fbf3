//! Fleet of processes, which call a simulator with enforced quotas over sockets.

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
/// Maximum number of concurrent calls of each process.
const AT_A_TIME: usize = 32;

/// Allows 32 calls a second and 3200 at once, so 4000 calls take 25 s. The documented quota would take
/// minutes.
fn quota() -> Quota {
    Quota::new(3200, Duration::from_secs(100)).unwrap()
}

/// Process of the fleet. It is not a test by itself: without the variables of the fleet it returns
/// immediately.
#[tokio::test]
async fn worker() {
    let Ok(sim) = env::var("FLEET_SIM") else { return };
    // Responses can be slow on a busy machine.
    let redis = Redis::new(&env::var("FLEET_REDIS").unwrap()).unwrap();
    let redis = redis.connect_timeout(Duration::from_secs(10)).timeout(Duration::from_secs(5));
    let client = frameio::Client::builder()
        .base_url(sim)
        .token(Sim::TOKEN)
        .rate_limit(RateLimitLayer::new().store(RedisQuotas::new(&redis, SECRET)))
        .max_retries(0)
        .build()
        .unwrap();
    // Establishes both connections before the measurement.
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

/// Result of a run of the fleet.
#[derive(Debug)]
#[allow(dead_code, reason = "what is not checked is printed")]
struct Run {
    took: Duration,
    /// Share by which the run took longer than the fluid limit.
    over: f64,
    /// Difference from the simulated time, as a share of it.
    simulated: f64,
    failed: u32,
    /// Time at which the first process finished.
    first: Duration,
    longest_call: Duration,
}

impl Run {
    fn good(&self) -> bool {
        // No process starves: no call waits for half of the run.
        let exact = self.over <= 0.02 && self.simulated.abs() <= 0.02;
        self.failed == 0 && exact && self.longest_call < self.took / 2
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
    let (simulated, simulated_scripts) = simulation::fleet(quota(), PROCESSES, CALLS, AT_A_TIME);
    let run = Run {
        took,
        over: took.as_secs_f64() / fluid.as_secs_f64() - 1.0,
        simulated: took.as_secs_f64() / simulated.as_secs_f64() - 1.0,
        failed: ends.iter().map(|(failed, ..)| failed).sum(),
        first: ends.iter().map(|(.., took)| *took).min().unwrap(),
        longest_call: ends.iter().map(|(_, longest, _)| *longest).max().unwrap(),
    };
    let scripts = server.scripts();
    eprintln!("{run:?} for a fluid limit of {fluid:?}, {scripts} scripts");
    eprintln!("simulated: {simulated:?}, {simulated_scripts} scripts");
    run
}

/// A busy machine can delay a run, so one of three runs has to succeed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_processes_spend_one_quota_completely_without_refusals() {
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
