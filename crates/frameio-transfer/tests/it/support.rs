//! Helpers for tests with the simulator.

use std::time::Duration;

use bytes::Bytes;
use frameio::layers::Backoff;
use frameio::transfer::{Transfers, TransfersBuilder};
use frameio::{AccountId, Body, Client, FolderId};
use frameio_sim::Sim;
use http::Request;
use tower::ServiceExt;

/// Creates a simulator with parts of at most ten bytes.
pub(crate) fn sim() -> Sim {
    Sim::builder().part_size(10).build()
}

pub(crate) fn builder(sim: &Sim) -> TransfersBuilder {
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
    let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(1));
    Transfers::builder(client).storage(sim.clone()).backoff(backoff)
}

pub(crate) fn transfers(sim: &Sim) -> Transfers {
    builder(sim).build()
}

/// Returns the ids of the account and the root folder.
pub(crate) fn place(sim: &Sim) -> (AccountId, FolderId) {
    (sim.demo().account_id.clone(), sim.demo().root_folder_id.clone())
}

/// Creates content in which misplaced bytes are detected.
pub(crate) fn content(length: usize) -> Bytes {
    (0..length).map(|n| u8::try_from((n * 31 + n / 251) % 251).unwrap()).collect()
}

/// Returns the uploaded content of a file or an attachment, or `None` if it is incomplete.
pub(crate) async fn arrived(sim: &Sim, id: &str) -> Option<Bytes> {
    let url = sim.download_url("http://127.0.0.1", id)?;
    let request = Request::get(url).body(Body::empty()).unwrap();
    let response = sim.clone().oneshot(request).await.unwrap();
    assert!(response.status().is_success());
    Some(http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes())
}

/// Returns the number of requests for parts.
pub(crate) fn puts(sim: &Sim) -> u64 {
    sim.stats().by_operation.get(Sim::UPLOAD_PART).copied().unwrap_or_default()
}
