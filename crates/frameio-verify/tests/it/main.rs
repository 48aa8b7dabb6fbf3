//! The verifier against the simulator.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod deviations;
mod findings;
mod offline;
mod privacy;
mod write_checks;

use frameio_client::Client;
use frameio_sim::{SavedState, Sim};
use frameio_verify::{CrawlOptions, Report, Verifier};

/// A simulator with the demo account.
fn demo() -> Sim {
    Sim::builder().state(SavedState::demo()).build()
}

/// A client with the default stack.
fn client(transport: impl frameio_tower::Transport) -> Client {
    Client::builder().token(Sim::TOKEN).transport(transport).build().unwrap()
}

async fn crawled(client: &Client) -> Report {
    let mut verifier = Verifier::new();
    verifier.crawl(client, &CrawlOptions::new()).await.unwrap();
    verifier.report()
}
