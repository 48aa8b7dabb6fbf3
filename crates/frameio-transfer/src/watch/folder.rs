//! Downloads of files as they appear in a remote folder.

use std::fmt;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use frameio_api::folders::ListFolderChildren;
use frameio_core::Endpoint;

use super::root::Root;
use super::schedule::{UNAVAILABLE, Waits};
use super::status::{WatchActivity, WatchEvent, WatchReports, WatchStatus};
use crate::local_file::unopened;
use crate::sync_state::{Access, Pair, SyncState};
use crate::tasks::blocking;
use crate::{DownloadTree, Outcome, Summary, TransferError, TransferErrorKind, Transfers};

/// Minimum interval between two comparisons.
const MIN_INTERVAL: Duration = Duration::from_secs(60);

/// Waits after a failed comparison.
const WAITS: Waits = Waits::new(Duration::from_secs(5), Duration::from_secs(300));

/// A watched remote folder, for [`Transfers::watch_folder`].
///
/// The service has no notifications that reach every machine, so the folder is polled: each comparison
/// lists every folder below it, which costs one call for each, and the wait until the next one is at
/// least a minute, and at least the time in which the quota allows that many calls. A tree of 500
/// folders is compared every 5 minutes.
///
/// Each comparison is a run of the [`DownloadTree`], which needs a [state](DownloadTree::state). Remote
/// files whose upload is incomplete are left for a later comparison. Local files that have changed are
/// never replaced: they are conflicts, see [`DownloadTree::on_conflict`]. Nothing is deleted.
///
/// If the local directory becomes unavailable after files were downloaded to it, such as a share that is
/// unmounted, the watcher waits for it and does not download the files again.
#[derive(Clone)]
#[must_use = "a watcher does nothing until it is passed to `Transfers::watch_folder`"]
pub struct WatchFolder {
    tree: DownloadTree,
    once: bool,
    reports: WatchReports,
}

impl WatchFolder {
    /// Watches the folder of `tree`.
    pub fn new(tree: DownloadTree) -> Self {
        Self { tree, once: false, reports: WatchReports::new() }
    }

    /// Ends after one comparison. Default: no.
    pub fn once(mut self, once: bool) -> Self {
        self.once = once;
        self
    }

    /// Sets the callbacks of the watcher. [`DownloadTree::on_item`] is called for files.
    pub fn reports(mut self, reports: WatchReports) -> Self {
        self.reports = reports;
        self
    }
}

impl fmt::Debug for WatchFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchFolder")
            .field("tree", &self.tree)
            .field("once", &self.once)
            .finish_non_exhaustive()
    }
}

impl Transfers {
    /// Downloads files as they appear in a remote folder. Returns only after a
    /// [single](WatchFolder::once) comparison or an error.
    ///
    /// Dropping the future stops the watcher. Incomplete downloads are resumed by the next one.
    ///
    /// # Errors
    ///
    /// Fails if the tree has no state, is not the content of one folder, deletes files or is a dry run, or
    /// if the state is in use by another run. A [single](WatchFolder::once) comparison also fails if the
    /// directory is unavailable.
    pub fn watch_folder(
        &self,
        watch: WatchFolder,
    ) -> impl Future<Output = Result<WatchStatus, TransferError>> + Send + use<> {
        let transfers = self.clone();
        async move { Box::pin(run(transfers, watch)).await }
    }
}

async fn run(transfers: Transfers, watch: WatchFolder) -> Result<WatchStatus, TransferError> {
    let states = check(&watch.tree)?;
    let mut watcher = Watcher {
        root: Root::new(watch.tree.directory().to_owned(), None),
        is_available: true,
        failures: 0,
        status: WatchStatus::default(),
        watch,
    };
    let state = loop {
        match watcher.open(&states).await? {
            Ok(state) => break state,
            Err(reason) => {
                transfers.inner.stop.until(watcher.wait_for_directory(reason)).await??;
            }
        }
    };
    let mut tree = watcher.watch.tree.clone();
    tree.options.open_state = Some(state);
    loop {
        match watcher.root.check().await {
            Ok(_) => watcher.found(),
            Err(reason) => {
                transfers.inner.stop.until(watcher.wait_for_directory(reason)).await??;
                continue;
            }
        }
        watcher.report(WatchActivity::Transferring);
        let wait = match transfers.download_tree(tree.clone()).await {
            Ok(summary) => {
                watcher.add(&summary);
                if watcher.watch.once {
                    watcher.report(WatchActivity::Idle);
                    return Ok(watcher.status);
                }
                let (folders, next_in) = (summary.folders, interval(summary.folders));
                watcher.watch.reports.event(&WatchEvent::Polled { folders, next_in });
                watcher.report(WatchActivity::Idle);
                next_in
            }
            Err(error) if watcher.watch.once || error.kind() == TransferErrorKind::Stopped => {
                return Err(error);
            }
            Err(error) => watcher.failed(&error),
        };
        transfers.inner.stop.until(tokio::time::sleep(wait)).await?;
    }
}

struct Watcher {
    watch: WatchFolder,
    root: Root,
    is_available: bool,
    /// Number of consecutive comparisons that failed.
    failures: u32,
    status: WatchStatus,
}

impl Watcher {
    /// Opens the state, and creates the directory if nothing was downloaded to it yet. Returns the reason
    /// if the directory is unavailable.
    async fn open(&mut self, states: &Path) -> Result<Result<SyncState, String>, TransferError> {
        let directory = self.watch.tree.directory().to_owned();
        let at = directory.clone();
        let Some(place) = self.watch.tree.place() else { return Err(refused()) };
        let pair = Pair::new(place, &at).await.map_err(|error| unopened(&at, error))?;
        if !SyncState::has_records(states, &pair).await {
            let created = blocking(move || std::fs::create_dir_all(directory)).await;
            created.map_err(|error| unopened(&at, error))?;
        }
        self.root = Root::new(at, SyncState::last_device(states, &pair).await);
        match self.root.check().await {
            Ok(_) => {
                let on_failure = self.watch.tree.options.on_failure();
                SyncState::open(states, pair, Access::Exclusive, on_failure).await.map(Ok)
            }
            Err(reason) => Ok(Err(reason)),
        }
    }

    async fn wait_for_directory(&mut self, reason: String) -> Result<(), TransferError> {
        let directory = self.root.path.clone();
        if self.watch.once {
            return Err(unopened(&directory, io::Error::other(reason)));
        }
        if std::mem::take(&mut self.is_available) {
            self.watch.reports.event(&WatchEvent::Unavailable { directory, reason });
            self.report(WatchActivity::Unavailable);
        }
        tokio::time::sleep(UNAVAILABLE).await;
        Ok(())
    }

    fn found(&mut self) {
        if !std::mem::replace(&mut self.is_available, true) {
            let directory = self.root.path.clone();
            self.watch.reports.event(&WatchEvent::Available { directory });
        }
    }

    /// Adds the result of a comparison.
    fn add(&mut self, summary: &Summary) {
        self.failures = 0;
        let status = &mut self.status;
        status.transferred += summary.transferred;
        status.bytes += summary.bytes;
        status.skipped = summary.skipped;
        status.changed = summary.changed;
        status.conflicts = summary.conflicts.len() as u64;
        status.failed = summary.failed.len() as u64;
        let last = summary.failed.last().or(summary.conflicts.last());
        if let Some(item) = last
            && let Outcome::Failed(error) | Outcome::Conflict(error) = &item.outcome
        {
            status.last_error = Some(format!("{}: {error}", item.remote));
        }
    }

    /// Reports a failed comparison. Returns the wait until the next one.
    fn failed(&mut self, error: &TransferError) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let retry_in = WAITS.after(self.failures);
        let error = error.to_string();
        self.status.last_error = Some(error.clone());
        self.watch.reports.event(&WatchEvent::Failed { error, retry_in });
        self.report(WatchActivity::Retrying);
        retry_in
    }

    fn report(&mut self, activity: WatchActivity) {
        self.status.activity = activity;
        self.watch.reports.status(&self.status);
    }
}

/// Returns the wait until the next comparison of this number of folders.
fn interval(folders: u64) -> Duration {
    let calls = u32::try_from(folders).unwrap_or(u32::MAX);
    ListFolderChildren::OPERATION.quota.interval().saturating_mul(calls).max(MIN_INTERVAL)
}

/// Refuses a tree that cannot be watched. Returns the directory of states.
fn check(tree: &DownloadTree) -> Result<PathBuf, TransferError> {
    let states = tree.options.watchable()?.filter(|_| tree.place().is_some());
    states.map(Path::to_owned).ok_or_else(refused)
}

fn refused() -> TransferError {
    let message = "only the download of one folder with a state can be watched";
    TransferError::new(TransferErrorKind::Invalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_follows_the_quota() {
        for (folders, seconds) in [(0, 60), (1, 60), (100, 60), (101, 60), (500, 300), (5000, 3000)]
        {
            assert_eq!(interval(folders).as_secs(), seconds, "{folders}");
        }
    }
}
