//! The loop of a watcher: sweeps through the directory, uploads of complete files, and their actions.
//!
//! Each upload is a run of an [`UploadTree`](crate::UploadTree) with a selection of files. Several of them
//! run at the same time, so that a large file does not delay the files that are completed after it.

use std::collections::{HashSet, VecDeque};
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Watch;
use super::actions::{Finished, Job};
use super::files::Files;
use super::item_report::ItemReport;
use super::journal::Journal;
use super::notifications::Notifications;
use super::root::Root;
use super::schedule::{Schedule, Waits};
use super::start::journal_failed;
use super::status::{WatchActivity, WatchStatus};
use crate::sync_state::SyncState;
use crate::tasks::settled;
use crate::upload::tree::listing::ListedFile;
use crate::upload::tree::selection::{SelectedFile, Selection};
use crate::{TransferError, Transfers, UploadTree};

/// Maximum number of uploads of selections at the same time.
const MAX_UPLOADS: usize = 4;

/// Waits after an error that concerns all files.
pub(super) const WAITS: Waits = Waits::new(Duration::from_secs(5), Duration::from_secs(300));

/// Runs a watcher.
pub(super) async fn run(transfers: Transfers, watch: Watch) -> Result<WatchStatus, TransferError> {
    let mut watcher = Watcher::start(transfers, watch).await?;
    watcher.stack_leftovers().await?;
    loop {
        if watcher.schedule.is_due() {
            watcher.sweep().await?;
        }
        watcher.start_upload().await;
        watcher.start_job().await;
        watcher.publish();
        if watcher.watch.once && !watcher.is_outdated && watcher.files.is_idle() {
            return Ok(watcher.status);
        }
        match watcher.next().await {
            Wake::Item(report) => watcher.item(report).await,
            Wake::Upload(ended) => watcher.upload_ended(ended)?,
            Wake::Job(finished) => watcher.job_ended(finished).await,
            Wake::Change => watcher.schedule.wants(Instant::now()),
            Wake::Due => {}
        }
    }
}

pub(super) struct Watcher {
    pub(super) transfers: Transfers,
    pub(super) watch: Watch,
    /// Upload with the open state and the callback of this watcher.
    pub(super) tree: UploadTree,
    pub(super) state: SyncState,
    /// Only if there are actions.
    pub(super) journal: Option<Journal>,
    /// Files whose actions were not finished by an earlier run.
    pub(super) resumed: HashSet<String>,
    pub(super) root: Root,
    pub(super) is_available: bool,
    /// Directory of sent files, if it is below the root.
    pub(super) sent_below: Option<PathBuf>,
    pub(super) poll: Duration,
    pub(super) notifications: Option<Notifications>,
    pub(super) schedule: Schedule,
    pub(super) files: Files,
    /// Whether files have changed while they were uploaded, and have to be looked up again.
    pub(super) is_outdated: bool,
    /// Whether an upload can be started that could not be started before.
    pub(super) can_start: bool,
    /// Entries that cannot be uploaded and were reported.
    pub(super) reported: HashSet<PathBuf>,
    pub(super) uploads: JoinSet<UploadEnd>,
    pub(super) reports: mpsc::UnboundedReceiver<ItemReport>,
    pub(super) jobs: VecDeque<Job>,
    /// At most one.
    pub(super) running_job: JoinSet<Finished>,
    /// Number of consecutive errors that concern all files, and the end of the wait after them.
    pub(super) failures: u32,
    pub(super) paused_until: Option<Instant>,
    pub(super) status: WatchStatus,
    pub(super) published: Option<WatchStatus>,
}

/// Reason why the loop continues.
enum Wake {
    Item(ItemReport),
    Upload(UploadEnd),
    Job(Finished),
    /// Something in the directory has changed.
    Change,
    Due,
}

pub(super) struct UploadEnd {
    pub(super) keys: Vec<String>,
    pub(super) result: Result<(), TransferError>,
}

impl Watcher {
    /// Stacks versions that an earlier run has sent, and whose local files no longer exist. Verifies
    /// that the remote folder can be listed.
    async fn stack_leftovers(&mut self) -> Result<(), TransferError> {
        let selection = Selection { files: Vec::new(), renames: false, leftovers: true };
        self.transfers.upload_tree(self.tree.clone().select(selection)).await.map(drop)
    }

    /// Uploads the complete files.
    async fn start_upload(&mut self) {
        if self.paused_until.is_some_and(|until| until <= Instant::now()) {
            (self.paused_until, self.can_start) = (None, true);
        }
        let is_free = self.paused_until.is_none() && self.uploads.len() < MAX_UPLOADS;
        if !is_free || !self.files.has_ready() || !std::mem::take(&mut self.can_start) {
            return;
        }
        let (template, name) = (self.watch.template.clone(), root_name(&self.root.path));
        let files = self.files.take_ready(|file| match &template {
            Some(template) => template.path(&name, &file.below, file.stamp.modified),
            None => file.below.clone(),
        });
        if files.is_empty() {
            return;
        }
        let keys: Vec<_> = files.iter().map(|(file, _)| file.key.clone()).collect();
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.begin(keys.clone()).await
        {
            return self.failed_all(&keys, &journal_failed(error));
        }
        let files = files.into_iter().map(|(file, remote)| {
            let ListedFile { local, stamp, .. } = file;
            SelectedFile { local, remote, stamp }
        });
        // The remote file of a file that was moved must not become that of a new file.
        let renames = !self.watch.actions.moves();
        let selection = Selection { files: files.collect(), renames, leftovers: false };
        let upload = self.transfers.upload_tree(self.tree.clone().select(selection));
        self.uploads.spawn(async move { UploadEnd { keys, result: upload.await.map(drop) } });
    }

    /// Reports the status if it has changed.
    fn publish(&mut self) {
        let is_paused = self.paused_until.is_some();
        let (settling, queued) = (self.files.settling.len(), self.files.queued());
        self.status.activity = match () {
            () if !self.is_available => WatchActivity::Unavailable,
            () if is_paused => WatchActivity::Retrying,
            () if queued + self.files.acting() > 0 => WatchActivity::Transferring,
            () if settling > 0 => WatchActivity::Settling,
            () => WatchActivity::Idle,
        };
        self.status.settling = settling as u64;
        self.status.queued = queued as u64;
        self.status.pending_actions = self.files.acting() as u64;
        self.status.failed = self.files.failed() as u64;
        if self.published.as_ref() != Some(&self.status) {
            self.watch.reports.status(&self.status);
            self.published = Some(self.status.clone());
        }
    }

    /// Waits for the next thing to do.
    async fn next(&mut self) -> Wake {
        let paused = self.paused_until.filter(|_| self.files.has_ready());
        let due = paused.map_or(self.schedule.next(), |paused| paused.min(self.schedule.next()));
        let mut sleep = pin!(tokio::time::sleep_until(due));
        poll_fn(|cx| {
            // The items of an upload precede its end.
            if let Poll::Ready(Some(report)) = self.reports.poll_recv(cx) {
                return Poll::Ready(Wake::Item(report));
            }
            while let Poll::Ready(Some(ended)) = self.uploads.poll_join_next(cx) {
                // These tasks are never aborted, so the only error is a panic, which is resumed.
                if let Ok(ended) = settled(ended) {
                    return Poll::Ready(Wake::Upload(ended));
                }
            }
            while let Poll::Ready(Some(finished)) = self.running_job.poll_join_next(cx) {
                if let Ok(finished) = settled(finished) {
                    return Poll::Ready(Wake::Job(finished));
                }
            }
            if let Some(notifications) = &mut self.notifications
                && notifications.poll_changed(cx).is_ready()
            {
                return Poll::Ready(Wake::Change);
            }
            sleep.as_mut().poll(cx).map(|()| Wake::Due)
        })
        .await
    }
}

pub(super) fn log(error: std::io::Error) {
    tracing::warn!(target: "frameio::transfer", %error, "watch.journal.not_written");
}

/// Returns the name of the watched directory.
fn root_name(path: &Path) -> String {
    let named = path.file_name().map(ToOwned::to_owned);
    let named = named.or_else(|| path.canonicalize().ok()?.file_name().map(ToOwned::to_owned));
    named.unwrap_or_default().to_string_lossy().into_owned()
}
