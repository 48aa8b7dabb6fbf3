//! Watched remote folders.

use std::sync::{Arc, Mutex};

use frameio::files::CreateLocalUpload;
use frameio::transfer::{TransferErrorKind, WatchFolder, WatchReports, WatchStatus};
use tokio::task::JoinHandle;

use crate::support::place;
use crate::sync_support::Pair;
use crate::watch_support::seconds;

struct Running {
    status: Arc<Mutex<WatchStatus>>,
    events: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Running {
    fn start(pair: &Pair) -> Self {
        let status = Arc::new(Mutex::new(WatchStatus::default()));
        let events = Arc::new(Mutex::new(Vec::new()));
        let (set, add) = (status.clone(), events.clone());
        let reports = WatchReports::new()
            .on_status(move |status| set.lock().unwrap().clone_from(status))
            .on_event(move |event| add.lock().unwrap().push(event.to_string()));
        let watch = WatchFolder::new(pair.download()).reports(reports);
        let watching = pair.transfers().watch_folder(watch);
        let task = tokio::spawn(async move { panic!("it has ended: {:?}", watching.await) });
        Self { status, events, task }
    }

    fn status(&self) -> WatchStatus {
        self.status.lock().unwrap().clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn downloads_files_that_appear_when_they_are_complete() {
    let pair = Pair::new();
    let (account, root) = place(&pair.sim);
    pair.put(&root, "a.mov", b"a").await;
    let create = CreateLocalUpload::new(&account, &root, "incomplete.mov", 25);
    pair.client().send(create).await.unwrap();
    let running = Running::start(&pair);
    seconds(30).await;
    assert_eq!(pair.local().into_keys().collect::<Vec<_>>(), ["a.mov"]);
    let day = crate::walk::folder(&pair.sim, &root, "Day 1").await;
    pair.put(&day, "b.mov", b"b").await;
    seconds(20).await;
    assert!(!pair.path("Day 1/b.mov").exists(), "the interval is 60 s");
    seconds(20).await;
    assert_eq!(pair.read("Day 1/b.mov"), b"b");
    // A new version replaces an unchanged file, and a changed one is a conflict.
    pair.put_version("a.mov", b"second").await;
    pair.put_version("Day 1/b.mov", b"theirs").await;
    pair.write("Day 1/b.mov", "mine");
    seconds(60).await;
    assert_eq!((pair.read("a.mov"), pair.read("Day 1/b.mov")), (b"second".into(), b"mine".into()));
    let status = running.status();
    assert_eq!((status.transferred, status.conflicts, status.failed), (3, 1, 0));
    assert!(!pair.path("incomplete.mov").exists());
    let events = running.events.lock().unwrap().clone();
    assert_eq!(
        events,
        ["checked 1 folder; next check in 60 s"]
            .into_iter()
            .chain(["checked 2 folders; next check in 60 s"; 2])
            .collect::<Vec<_>>()
    );
    let error = pair.transfers().watch_folder(WatchFolder::new(pair.download()).once(true)).await;
    assert!(error.unwrap_err().to_string().contains("another run uses the same directory"));
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_vanishes_is_not_filled_again() {
    let pair = Pair::new();
    let (_, root) = place(&pair.sim);
    pair.put(&root, "a.mov", b"a").await;
    let running = Running::start(&pair);
    seconds(30).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let away = elsewhere.path().join("away");
    std::fs::rename(pair.directory.path(), &away).unwrap();
    pair.put(&root, "b.mov", b"b").await;
    seconds(600).await;
    assert!(!pair.directory.path().exists());
    drop(running);
    seconds(5).await;
    // Not even by the next watcher.
    let once = WatchFolder::new(pair.download()).once(true);
    let error = pair.transfers().watch_folder(once.clone()).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Source);
    let running = Running::start(&pair);
    seconds(600).await;
    assert!(running.events.lock().unwrap()[0].starts_with("waiting for '"));
    std::fs::rename(&away, pair.directory.path()).unwrap();
    seconds(60).await;
    assert_eq!(pair.local().into_keys().collect::<Vec<_>>(), ["a.mov", "b.mov"]);
    assert_eq!(running.status().transferred, 1);
    drop(running);
    seconds(5).await;
    let status = pair.transfers().watch_folder(once).await.unwrap();
    assert_eq!((status.transferred, status.skipped), (0, 2));
}
