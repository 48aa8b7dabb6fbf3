//! Helpers for tests of watchers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use frameio::transfer::{
    IfExists, TransferError, Transfers, Watch, WatchEvent, WatchReports, WatchStatus,
};
use tokio::task::JoinHandle;

use crate::sync_support::Pair;

/// A watcher that runs in the background.
pub(crate) struct Running {
    status: Arc<Mutex<WatchStatus>>,
    events: Arc<Mutex<Vec<WatchEvent>>>,
    task: JoinHandle<Result<WatchStatus, TransferError>>,
}

/// Returns a watcher that polls, so that tests do not depend on the time of notifications.
pub(crate) fn watch(pair: &Pair) -> Watch {
    Watch::new(pair.upload().if_exists(IfExists::Skip)).notifications(false)
}

impl Running {
    /// Starts a watcher.
    pub(crate) fn start(transfers: &Transfers, watch: Watch) -> Self {
        let status = Arc::new(Mutex::new(WatchStatus::default()));
        let events = Arc::new(Mutex::new(Vec::new()));
        let (set, add) = (status.clone(), events.clone());
        let reports = WatchReports::new()
            .on_status(move |status| set.lock().unwrap().clone_from(status))
            .on_event(move |event| add.lock().unwrap().push(event.clone()));
        let task = tokio::spawn(transfers.watch(watch.reports(reports)));
        Self { status, events, task }
    }

    pub(crate) fn status(&self) -> WatchStatus {
        self.status.lock().unwrap().clone()
    }

    /// Returns the events as text.
    pub(crate) fn events(&self) -> Vec<String> {
        self.events.lock().unwrap().iter().map(ToString::to_string).collect()
    }

    /// Waits until the status fulfils a condition, for at most an hour.
    pub(crate) async fn until(&self, condition: impl Fn(&WatchStatus) -> bool) -> WatchStatus {
        for _ in 0..3600 {
            let status = self.status();
            if condition(&status) {
                return status;
            }
            assert!(!self.task.is_finished(), "the watcher has ended: {status:?}");
            seconds(1).await;
        }
        panic!("{:?} {:?}", self.status(), self.events());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

impl Pair {
    /// Returns the contents of the complete remote files by their paths, which must be unique.
    pub(crate) async fn remote_contents(&self) -> BTreeMap<String, Vec<u8>> {
        let mut contents = BTreeMap::new();
        for (path, item) in self.remote().await {
            contents.insert(path, self.content(&item.head.id).await);
        }
        contents
    }
}
