//! The failure suite: the whole client against a simulator with faults, behind a failing network.
//!
//! Each round verifies that nothing is lost or duplicated, that every failure is reported correctly, and
//! that no connection, task, file descriptor or memory leaks.
//!
//! ```console
//! $ cargo test -p frameio --test storm                          # a short run, as in CI
//! $ FRAMEIO_STORM_CALLS=100000 FRAMEIO_STORM_SEED=7 cargo test -p frameio --test storm -- --nocapture
//! ```
//!
//! The seed determines the calls of each worker and the random numbers of the simulator and the
//! network. Which call fails also depends on the order of calls on the wire, so runs with the same seed
//! are similar but not identical.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod faults;
mod files;
mod hooks;
mod ledger;
mod leftovers;
mod network;
use frameio_testing::verifier;
#[allow(dead_code, reason = "it has a `main`")]
#[path = "../../../../examples/webhook_receiver.rs"]
mod webhook_receiver;
mod work;

use std::time::Duration;

use frameio::Client;
use frameio::layers::retry::{AttemptOutcome, RetryPolicy};
use frameio::layers::{Backoff, StandardPolicy};
use frameio::users::ShowCurrentUser;
use frameio_sim::Sim;
use http::StatusCode;

use leftovers::Leftovers;
use network::Network;

/// Held by each test, because leaks are counted for the whole process.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Reads a number from the environment.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name} must be a number: '{text}'"))
    })
}

fn seed() -> u64 {
    number("FRAMEIO_STORM_SEED", 1)
}

/// Policy with short waits, also after a 429, so that a long run takes minutes.
struct Quick(StandardPolicy);

impl RetryPolicy for Quick {
    fn retry(&self, outcome: &AttemptOutcome<'_>) -> Option<Duration> {
        self.0.retry(outcome).map(|wait| wait.min(Duration::from_millis(20)))
    }
}

fn quick(policy: StandardPolicy) -> Quick {
    let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(20)).seed(seed());
    Quick(policy.backoff(backoff))
}

/// Creates a client with an attempt timeout that ends stalled connections.
fn client(url: &str, policy: StandardPolicy, paced: bool) -> Client {
    let builder = Client::builder()
        .base_url(url)
        .allow_http()
        .token(Sim::TOKEN)
        .retry(quick(policy))
        .retry_budget(None)
        .timeout(Duration::from_millis(500))
        .deadline(Duration::from_secs(60));
    let builder = if paced { builder } else { builder.rate_limit(None) };
    builder.build().unwrap()
}

/// Runs a round in which `share` percent of all operations fail.
async fn round(sim: &Sim, client: &Client, network: &Network, share: u32, calls: u64, seed: u64) {
    sim.reset();
    network.storm(share, seed);
    for fault in faults::spread(f64::from(share) / 100.0) {
        sim.inject(fault);
    }
    let ledger = work::run(sim, client, calls, seed).await;
    sim.clear_faults();
    network.calm();
    ledger.settle(sim, client).await;
    println!("{share} % with seed {seed}: {ledger}");
    if share >= 10 {
        assert!(ledger.failures() > 0, "nothing failed: {ledger}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loses_and_leaks_nothing_despite_failures() {
    let _alone = ALONE.lock().await;
    let calls = number("FRAMEIO_STORM_CALLS", 9_000);
    let rounds = [(1, 0), (10, 1), (30, 2), (1, 3), (10, 4), (30, 5)];
    let sim = Sim::builder().quotas(false).seed(seed()).build();
    let server = sim.serve().await.unwrap();
    let before = Leftovers::count();
    let mut resident = Vec::new();
    {
        let network = Network::start(server.url(), seed()).await;
        let client = client(&network.url(), StandardPolicy::conservative(), false);
        for (share, n) in rounds {
            round(&sim, &client, &network, share, calls / rounds.len() as u64, seed() + n).await;
            // The allocator keeps the memory of the first half; the second must not need more.
            resident.push(leftovers::resident_kib());
        }
        // Failed calls have released everything that subsequent calls need.
        let calm = (0..200).map(|_| client.send(ShowCurrentUser::new()));
        for result in futures_util::future::join_all(calm).await {
            result.unwrap();
        }
    }
    before.wait_for_none_above().await;
    println!("resident after each round, KiB: {resident:?}");
    let (half, end) = (resident[2], resident[5]);
    assert!(end < half + half / 4 + 16 * 1024, "memory grows: {resident:?} KiB");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn never_exceeds_a_quota_despite_failures() {
    let _alone = ALONE.lock().await;
    let sim = Sim::builder().seed(seed()).build();
    let server = sim.serve().await.unwrap();
    let network = Network::start(server.url(), seed()).await;
    let client = client(&network.url(), StandardPolicy::default(), true);
    network.storm(5, seed());
    // An injected 429 would not be a violation of the quota.
    for fault in faults::spread_without(StatusCode::TOO_MANY_REQUESTS, 0.05) {
        sim.inject(fault);
    }
    // More calls than the quota allows immediately.
    let ledger = work::run(&sim, &client, 160, seed()).await;
    println!("{ledger}");
    assert!(sim.stats().rate_limited.is_empty(), "{:?}", sim.stats().rate_limited);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_calls_leak_nothing() {
    let _alone = ALONE.lock().await;
    let sim = Sim::builder().quotas(false).seed(seed()).build();
    let server = sim.serve().await.unwrap();
    let before = Leftovers::count();
    {
        let network = Network::start(server.url(), seed()).await;
        let client = client(&network.url(), StandardPolicy::default(), true);
        network.storm(10, seed());
        let mut dice = fastrand::Rng::with_seed(seed());
        for _ in 0..10 {
            let calls = (0..40).map(|_| {
                let patience = Duration::from_micros(dice.u64(0..8_000));
                let call = client.send(ShowCurrentUser::new());
                tokio::spawn(async move { drop(tokio::time::timeout(patience, call).await) })
            });
            for call in calls.collect::<Vec<_>>() {
                call.await.unwrap();
            }
        }
        network.calm();
        client.send(ShowCurrentUser::new()).await.unwrap();
    }
    before.wait_for_none_above().await;
    server.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transfers_files_and_stays_signed_in_despite_failures() {
    let _alone = ALONE.lock().await;
    let sim = Sim::builder().quotas(false).part_size(50_000).seed(seed()).build();
    let server = sim.serve().await.unwrap();
    let before = Leftovers::count();
    let directory = tempfile::tempdir().unwrap();
    {
        let network = Network::start(server.url(), seed()).await;
        let session = files::session(&network.url());
        let client = Client::builder()
            .base_url(network.url())
            .allow_http()
            .token_provider(session.clone())
            .rate_limit(None)
            .retry(quick(StandardPolicy::conservative()))
            .retry_budget(None)
            .timeout(Duration::from_millis(500))
            .build()
            .unwrap();
        network.storm(5, seed());
        // A refusal of the storage is final, so it is not injected.
        let faults = faults::spread_without(StatusCode::FORBIDDEN, 0.05);
        for fault in faults.into_iter().chain(files::faults(0.1)) {
            sim.inject(fault);
        }
        let files = files::Files::new(&sim, client, directory.path());
        let mut dice = fastrand::Rng::with_seed(seed());
        let mut round_trips = tokio::task::JoinSet::new();
        for number in 0..40 {
            let size = dice.usize(1..300_000);
            let content = std::iter::repeat_with(|| dice.u8(..)).take(size).collect();
            round_trips.spawn(files.clone().round_trip(number, content));
            if number % 10 == 9 {
                // Calls continue with a valid token even if the refresh fails.
                drop(session.refresh().await);
            }
        }
        let failed: usize = round_trips.join_all().await.into_iter().sum();
        println!("40 round trips, {failed} failed transfers");
    }
    // Complete transfers leave no other files in the directory.
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 40);
    before.wait_for_none_above().await;
    server.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handles_every_acknowledged_event_despite_failures() {
    let _alone = ALONE.lock().await;
    let sim = Sim::builder().quotas(false).seed(seed()).build();
    let server = sim.serve().await.unwrap();
    let before = Leftovers::count();
    {
        let network = Network::start(server.url(), seed()).await;
        let client = client(&network.url(), StandardPolicy::conservative(), false);
        let receiver = hooks::Receiver::start(&sim, &client, seed()).await;
        network.storm(10, seed());
        receiver.network.storm(20, seed());
        for fault in faults::spread(0.1) {
            sim.inject(fault);
        }
        let created = hooks::Receiver::folders(&sim, &client, 200).await;
        receiver.settle(&sim).await;
        receiver.compare(&sim, &created).await;
    }
    before.wait_for_none_above().await;
    server.close().await;
}
