//! Transfers that are stopped on request.

use std::time::Duration;

use frameio::transfer::{
    Checksum, Digest, DownloadTree, TransferErrorKind, Transfers, Upload, UploadTree, WatchFolder,
};
use frameio_sim::{Fault, Sim};
use tokio::time::{sleep, timeout};

use crate::download::{download, names, sim, uploaded};
use crate::signed_http::Storage;
use crate::support::{builder, content, place, transfers};

/// Creates transfers with the API of the simulator and another storage.
fn over(sim: &Sim, storage: &Storage) -> Transfers {
    let storage = storage.clone();
    let service = tower::service_fn(move |request| storage.clone().response(request));
    builder(sim).storage(service).build()
}

#[tokio::test(start_paused = true)]
async fn a_stopped_download_keeps_every_received_byte() {
    const SIZE: usize = 4 << 20;
    const RECEIVED: usize = 700_000;
    let sim = sim();
    let id = uploaded(&sim, "a.mov", SIZE).await;
    let storage = Storage::of(content(SIZE));
    storage.set(|state| state.stalls = (RECEIVED, 4));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.mov");
    let get = download(&sim, &id, &path).part_size(1 << 20).checksum(Checksum::Xxh3);
    let stopped = over(&sim, &storage);
    let running = tokio::spawn(stopped.download(get.clone()));
    // Before the first record.
    sleep(Duration::from_secs(1)).await;
    stopped.stop();
    let error = timeout(Duration::from_secs(1), running).await.unwrap().unwrap().unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Stopped, "{error}");
    assert_eq!(error.file_id(), Some(&id));
    assert_eq!(names(directory.path()), ["a.mov.part", "a.mov.part.json"]);
    storage.requested();
    let again = stopped.download(get.clone()).await.unwrap_err();
    assert_eq!(again.kind(), TransferErrorKind::Stopped, "{again}");
    assert!(storage.requested().is_empty());

    let done = over(&sim, &storage).download(get).await.unwrap();
    assert_eq!(done.received, (SIZE - 4 * RECEIVED) as u64);
    assert_eq!(done.digest, Some(Digest::of(Checksum::Xxh3, &content(SIZE))));
    assert_eq!(names(directory.path()), ["a.mov"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_a_wait_for_the_service_and_between_attempts() {
    let sim = sim();
    let id = uploaded(&sim, "a.mov", 100).await;
    let directory = tempfile::tempdir().unwrap();
    let get = download(&sim, &id, &directory.path().join("a.mov"));
    let hanging = Storage::of(content(100));
    hanging.set(|state| state.responses = Some(0));
    let failing = Storage::of(content(100));
    failing.set(|state| state.wrong_range = usize::MAX);
    for storage in [hanging, failing] {
        let service = tower::service_fn(move |request| storage.clone().response(request));
        let long = frameio::layers::Backoff::new(Duration::from_secs(99), Duration::from_secs(99));
        let stopped = builder(&sim).storage(service).backoff(long).build();
        let running = tokio::spawn(stopped.download(get.clone()));
        sleep(Duration::from_secs(5)).await;
        stopped.stop();
        let ended = timeout(Duration::from_secs(1), running).await.unwrap().unwrap();
        assert_eq!(ended.unwrap_err().kind(), TransferErrorKind::Stopped);
        assert_eq!(names(directory.path()), <[&str; 0]>::default());
    }
}

#[tokio::test(start_paused = true)]
async fn a_stopped_tree_starts_no_other_file_and_is_continued() {
    const SIZE: usize = 1000;
    let sim = sim();
    for number in 0..9 {
        uploaded(&sim, &format!("{number}.mov"), SIZE).await;
    }
    let storage = Storage::of(content(SIZE));
    storage.set(|state| state.stalls = (400, 2));
    let directory = tempfile::tempdir().unwrap();
    let (account, folder) = place(&sim);
    let tree = DownloadTree::new(&account, &folder, directory.path()).files_in_flight(2);
    let stopped = over(&sim, &storage);
    let running = tokio::spawn(stopped.download_tree(tree.clone()));
    sleep(Duration::from_secs(1)).await;
    stopped.stop();
    let ended = timeout(Duration::from_secs(1), running).await.unwrap().unwrap();
    assert_eq!(ended.unwrap_err().kind(), TransferErrorKind::Stopped);
    assert_eq!(storage.requested().len(), 2);
    let done = over(&sim, &storage).download_tree(tree).await.unwrap();
    assert!(done.is_complete(), "{done}");
    assert_eq!((done.transferred, done.bytes), (9, (9 * SIZE - 2 * 400) as u64));
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_uploads_and_watchers() {
    let sim = sim();
    let (account, folder) = place(&sim);
    let source = tempfile::tempdir().unwrap();
    std::fs::write(source.path().join("a.mov"), content(100)).unwrap();
    sim.inject(Fault::delay(Duration::from_secs(99)).on(Sim::UPLOAD_PART).every(1));
    let first = transfers(&sim);
    let upload = tokio::spawn(first.upload(Upload::from_bytes(
        &account,
        &folder,
        "b.mov",
        content(50).to_vec(),
    )));
    let tree = tokio::spawn(first.upload_tree(UploadTree::new(&account, &folder, source.path())));
    let state = tempfile::tempdir().unwrap();
    let target = tempfile::tempdir().unwrap();
    let down = DownloadTree::new(&account, &folder, target.path()).state(state.path());
    let watch = tokio::spawn(first.watch_folder(WatchFolder::new(down)));
    sleep(Duration::from_secs(10)).await;
    first.stop();
    let within = Duration::from_secs(1);
    for kind in [
        timeout(within, upload).await.unwrap().unwrap().unwrap_err().kind(),
        timeout(within, tree).await.unwrap().unwrap().unwrap_err().kind(),
        timeout(within, watch).await.unwrap().unwrap().unwrap_err().kind(),
    ] {
        assert_eq!(kind, TransferErrorKind::Stopped);
    }
}
