//! The failure suite: the whole client against a simulator of which a share of everything fails, behind
//! a network that fails too.
//!
//! What is checked at the end of each round is what a user relies on: nothing is lost, nothing is
//! there twice, every failure is told as what it was, and nothing is left over: no connection, no
//! task, no file descriptor, no memory.
//!
//! ```console
//! $ cargo test -p frameio --test storm                          # a short run, as CI does it
//! $ FRAMEIO_STORM_CALLS=100000 FRAMEIO_STORM_SEED=7 cargo test -p frameio --test storm -- --nocapture
//! ```
//!
//! The seed fixes the calls of each worker and the dice of the simulator and of the network. Which
//! call meets which failure depends on their order on the wire too, so a run is repeated closely,
//! not to the letter.

#![allow(clippy::unwrap_used, reason = "a test")]

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
use frameio::layers::{Backoff, StandardPolicy};
use frameio::users::ShowCurrentUser;
use frameio_sim::Sim;
use http::StatusCode;

use leftovers::Leftovers;
use network::Network;

/// Held by each test: what is left over is counted for the whole process.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A number from the environment.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name} has to be a number, and is {text:?}"))
    })
}

fn seed() -> u64 {
    number("FRAMEIO_STORM_SEED", 1)
}

/// Waits so short that a long run fits into minutes; the rules are those of the policy.
fn quick(policy: StandardPolicy) -> StandardPolicy {
    let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(20)).seed(seed());
    policy.backoff(backoff)
}

/// A client whose attempts end before a stalled connection does.
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

/// A round with this share of everything failing, in percent.
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
async fn nothing_is_lost_and_nothing_left_over_whatever_fails() {
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
            // What the first half took stays with the allocator; the second must not take more.
            resident.push(leftovers::resident_kib());
        }
        // Nothing that a failed call held is missing for the next ones.
        let calm = (0..200).map(|_| client.send(ShowCurrentUser::new()));
        for answer in futures_util::future::join_all(calm).await {
            answer.unwrap();
        }
    }
    before.wait_for_none_above().await;
    println!("resident after each round, KiB: {resident:?}");
    let (half, end) = (resident[2], resident[5]);
    assert!(end < half + half / 4 + 16 * 1024, "memory grows: {resident:?} KiB");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_quota_is_broken_whatever_else_fails() {
    let _alone = ALONE.lock().await;
    let sim = Sim::builder().seed(seed()).build();
    let server = sim.serve().await.unwrap();
    let network = Network::start(server.url(), seed()).await;
    let client = client(&network.url(), StandardPolicy::default(), true);
    network.storm(5, seed());
    // A 429 would be nobody's doing.
    for fault in faults::spread_without(StatusCode::TOO_MANY_REQUESTS, 0.05) {
        sim.inject(fault);
    }
    // As many as go out at once, and some that have to wait their turn.
    let ledger = work::run(&sim, &client, 160, seed()).await;
    println!("{ledger}");
    assert!(sim.stats().rate_limited.is_empty(), "{:?}", sim.stats().rate_limited);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_are_dropped_in_the_middle_leave_nothing() {
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
async fn files_arrive_whole_and_a_sign_in_lasts_whatever_fails() {
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
        // To a refusal of the storage there is nothing but to give up.
        let faults = faults::spread_without(StatusCode::FORBIDDEN, 0.05);
        for fault in faults.into_iter().chain(files::faults(0.1)) {
            sim.inject(fault);
        }
        let files = files::Files::new(&sim, client, directory.path());
        let mut dice = fastrand::Rng::with_seed(seed());
        let mut under_way = tokio::task::JoinSet::new();
        for number in 0..40 {
            let size = dice.usize(1..300_000);
            let content = std::iter::repeat_with(|| dice.u8(..)).take(size).collect();
            under_way.spawn(files.clone().there_and_back(number, content));
            if number % 10 == 9 {
                // Whether it works or not, the calls go on with a token that is good.
                drop(session.refresh().await);
            }
        }
        let failed: usize = under_way.join_all().await.into_iter().sum();
        println!("40 files there and back, {failed} transfers failed on the way");
    }
    // Of a transfer that succeeded nothing else is left beside the file.
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 40);
    before.wait_for_none_above().await;
    server.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_was_acknowledged_is_worked_on_whatever_fails() {
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
        let made = hooks::Receiver::folders(&sim, &client, 200).await;
        receiver.settle(&sim).await;
        receiver.compare(&sim, &made).await;
    }
    before.wait_for_none_above().await;
    server.close().await;
}
