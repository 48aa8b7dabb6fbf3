//! The disk is full in the middle of a download.

use std::cell::Cell;

use frameio_core::FileId;
use frameio_sim::Sim;

use super::super::{Download, TransferErrorKind, Transfers, Upload};
use frameio_client::Client;

std::thread_local! {
    /// Where the disk of the next download of this thread is full.
    pub(super) static FULL_AT: Cell<u64> = const { Cell::new(u64::MAX) };
}

async fn uploaded(sim: &Sim, bytes: Vec<u8>) -> (Transfers, FileId) {
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
    let transfers = Transfers::builder(client).storage(sim.clone()).build();
    let demo = sim.demo();
    let upload = Upload::from_bytes(&demo.account_id, &demo.root_folder_id, "a.mov", bytes);
    let file = transfers.upload(upload).await.unwrap().file;
    (transfers, file.id)
}

#[tokio::test(start_paused = true)]
async fn what_came_before_the_disk_was_full_is_kept() {
    let sim = Sim::builder().quotas(false).build();
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    let (transfers, id) = uploaded(&sim, bytes.clone()).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    let download = Download::new(&sim.demo().account_id, &id, &path).part_size(10_000);
    FULL_AT.set(50_000);
    let error = transfers.download(download.clone()).await.unwrap_err();
    FULL_AT.set(u64::MAX);
    assert_eq!(error.kind(), TransferErrorKind::Disk, "{error}");
    assert!(error.to_string().contains("bytes of it are kept"), "{error}");
    assert!(!path.exists());

    let done = transfers.download(download).await.unwrap();
    assert!(done.received > 0 && done.received < 100_000, "{done:?}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}
