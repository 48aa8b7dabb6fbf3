//! Webhooks with a client at hand.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fetch;
mod receiver;
#[path = "../support/verifier.rs"]
mod verifier;
#[allow(dead_code, reason = "it has a `main`")]
#[path = "../../../../examples/webhook_receiver.rs"]
mod webhook_receiver;

use std::time::Duration;

use frameio::files::{CreateLocalUpload, File};
use frameio::{Client, FileId};
use frameio_sim::Sim;

const CONTENT: &str = "twenty-five bytes of film";

fn sim() -> Sim {
    Sim::builder().quotas(false).transcode_after(Duration::from_secs(30)).build()
}

/// A file whose bytes are still to come.
async fn create(client: &Client, sim: &Sim) -> File {
    let demo = sim.demo();
    let size = CONTENT.len() as u64;
    let upload = CreateLocalUpload::new(&demo.account_id, &demo.root_folder_id, "a.mp4", size);
    client.send(upload).await.unwrap()
}

async fn create_id(client: &Client, sim: &Sim) -> FileId {
    create(client, sim).await.id
}
