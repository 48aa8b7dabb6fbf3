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

use frameio_core::FileId;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Watch;
use super::actions::{ActionError, Finished, Job, SentFile};
use super::files::{Files, Next, is_recorded};
use super::item_report::{FileResult, ItemReport};
use super::journal::Journal;
use super::notifications::Notifications;
use super::open_files::open_for_writing;
use super::root::{Root, is_network};
use super::schedule::{Schedule, UNAVAILABLE, Waits};
use super::start::{available, check, journal_failed, unavailable};
use super::status::{WatchActivity, WatchEvent, WatchStatus};
use crate::sync_state::{Access, SyncState, key_of};
use crate::tasks::settled;
use crate::upload::tree::listing::{self, ListedFile, Listing};
use crate::upload::tree::selection::{SelectedFile, Selection};
use crate::{Item, RemotePath, TransferError, Transfers, UploadTree};

/// Maximum number of uploads of selections at the same time.
const MAX_UPLOADS: usize = 4;

/// Waits after an error that concerns all files.
const WAITS: Waits = Waits::new(Duration::from_secs(5), Duration::from_secs(300));

/// Time without changes after which a file is complete, on a local disk and on a network share.
const SETTLE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(60));

/// Interval of polls, with and without notifications.
const POLL: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(10));

/// Runs a watcher.
pub(super) async fn run(transfers: Transfers, watch: Watch) -> Result<WatchStatus, TransferError> {
    let mut watcher = Watcher::start(transfers, watch).await?;
    watcher.stack_leftovers().await?;
    loop {
        if watcher.schedule.is_due() {
            watcher.sweep().await?;
        }
        watcher.start_upload().await;
        watcher.start_job();
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

struct Watcher {
    transfers: Transfers,
    watch: Watch,
    /// Upload with the open state and the callback of this watcher.
    tree: UploadTree,
    state: SyncState,
    /// Only if there are actions.
    journal: Option<Journal>,
    /// Files whose actions were not finished by an earlier run.
    resumed: HashSet<String>,
    root: Root,
    is_available: bool,
    /// Directory of sent files, if it is below the root.
    sent_below: Option<PathBuf>,
    poll: Duration,
    notifications: Option<Notifications>,
    schedule: Schedule,
    files: Files,
    /// Whether files have changed while they were uploaded, and have to be looked up again.
    is_outdated: bool,
    /// Whether an upload can be started that could not be started before.
    can_start: bool,
    /// Entries that cannot be uploaded and were reported.
    reported: HashSet<PathBuf>,
    uploads: JoinSet<UploadEnd>,
    reports: mpsc::UnboundedReceiver<ItemReport>,
    jobs: VecDeque<Job>,
    /// At most one.
    running_job: JoinSet<Finished>,
    /// Number of consecutive errors that concern all files, and the end of the wait after them.
    failures: u32,
    paused_until: Option<Instant>,
    status: WatchStatus,
    published: Option<WatchStatus>,
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

struct UploadEnd {
    keys: Vec<String>,
    result: Result<(), TransferError>,
}

impl Watcher {
    async fn start(transfers: Transfers, watch: Watch) -> Result<Self, TransferError> {
        let (directory, states) = check(&watch.tree)?;
        let (directory, states) = (directory.to_owned(), states.to_owned());
        let reports = watch.reports.clone();
        let (root, pair) = available(&watch, &directory, &states).await?;
        let sent_below = watch.actions.prepare(&directory).await?;
        let state = SyncState::open(&states, pair, Access::Exclusive).await?;
        let journal = match watch.actions.is_empty() {
            true => None,
            false => Some(Journal::open(state.path()).await.map_err(journal_failed)?),
        };
        let is_network = is_network(&directory).await;
        let settle = watch.settle.unwrap_or(if is_network { SETTLE.1 } else { SETTLE.0 });
        let poll = if is_network || !watch.notifications { POLL.1 } else { POLL.0 };
        let poll = watch.poll.unwrap_or(poll);
        reports.event(&WatchEvent::Started { settle, poll, is_network });
        let (sender, receiver) = mpsc::unbounded_channel();
        let tree = with_reports(&watch.tree, sender).with_open_state(state.clone());
        let resumed = journal.iter().flat_map(Journal::names).collect();
        let mut this = Self {
            transfers,
            watch,
            tree,
            state,
            journal,
            resumed,
            root,
            is_available: true,
            sent_below,
            poll,
            notifications: None,
            schedule: Schedule::new(),
            files: Files::new(settle),
            is_outdated: false,
            can_start: true,
            reported: HashSet::new(),
            uploads: JoinSet::new(),
            reports: receiver,
            jobs: VecDeque::new(),
            running_job: JoinSet::new(),
            failures: 0,
            paused_until: None,
            status: WatchStatus::default(),
            published: None,
        };
        this.start_notifications().await;
        Ok(this)
    }

    async fn start_notifications(&mut self) {
        if !self.watch.notifications {
            return;
        }
        match Notifications::start(&self.root.path).await {
            Ok(notifications) => self.notifications = Some(notifications),
            Err(reason) => {
                self.notifications = None;
                self.poll = self.watch.poll.unwrap_or(POLL.1);
                let event = WatchEvent::NoNotifications { reason, poll: self.poll };
                self.watch.reports.event(&event);
            }
        }
    }

    /// Stacks versions that an earlier run has sent, and whose local files no longer exist. Verifies
    /// that the remote folder can be listed.
    async fn stack_leftovers(&mut self) -> Result<(), TransferError> {
        let selection = Selection { files: Vec::new(), renames: false, leftovers: true };
        self.transfers.upload_tree(self.tree.clone().select(selection)).await.map(drop)
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

    /// Looks at the whole directory.
    async fn sweep(&mut self) -> Result<(), TransferError> {
        let started = Instant::now();
        match self.list().await {
            Ok(listing) => {
                self.listed(listing).await;
                self.schedule.swept(started, self.poll);
                if let Some(due) = self.files.due() {
                    self.schedule.wants(due);
                }
            }
            Err(reason) if self.watch.once => return Err(unavailable(&self.root.path, &reason)),
            Err(reason) => {
                self.schedule.swept(started, UNAVAILABLE);
                self.files.settling.clear();
                self.notifications = None;
                if std::mem::take(&mut self.is_available) {
                    let directory = self.root.path.clone();
                    self.watch.reports.event(&WatchEvent::Unavailable { directory, reason });
                }
            }
        }
        Ok(())
    }

    /// Lists the directory. Returns the reason if it is unavailable, even if only since the listing began.
    async fn list(&mut self) -> Result<Listing, String> {
        let before = self.root.check().await?;
        if before.is_remounted || !self.is_available {
            self.start_notifications().await;
        }
        let listing = listing::list(&self.tree).await.map_err(|error| error.to_string())?;
        self.root.check().await?;
        if !std::mem::replace(&mut self.is_available, true) {
            let directory = self.root.path.clone();
            self.watch.reports.event(&WatchEvent::Available { directory });
        }
        Ok(listing)
    }

    async fn listed(&mut self, listing: Listing) {
        let now = Instant::now();
        (self.is_outdated, self.can_start) = (false, true);
        let (mut found, mut complete) = (HashSet::new(), Vec::new());
        self.files.settling.begin();
        for file in listing.files {
            found.insert(file.key.clone());
            if self.is_ignored(&file) {
                continue;
            }
            match self.files.consider(&file, now) {
                Next::Nothing => {}
                Next::Check => complete.push(file),
                Next::Retry => self.files.is_ready(file),
            }
        }
        self.files.settling.end();
        self.check_open(complete, now).await;
        self.files.retain(|key| found.contains(key));
        self.end_gone(&found).await;
        for (below, local, error) in listing.failed {
            if self.reported.insert(local.clone()) {
                self.status.last_error = Some(error.to_string());
                if let Some(callback) = self.watch.tree.item_callback() {
                    callback(&Item::failed(below, local, error));
                }
            }
        }
    }

    /// Returns whether a file is not uploaded: it is empty, was moved, or is at the service.
    fn is_ignored(&self, file: &ListedFile) -> bool {
        let is_empty = file.stamp.size == 0 && !self.watch.once;
        let below = file.local.strip_prefix(&self.root.path).unwrap_or(&file.local);
        let is_moved = self.sent_below.as_ref().is_some_and(|sent| below.starts_with(sent));
        // Actions may be due for a file that is at the service.
        let has_actions = self.watch.actions.moves() || self.resumed.contains(&file.key);
        is_empty || is_moved || (!has_actions && is_recorded(&self.state, file))
    }

    /// Queues complete files, except those that are open for writing.
    async fn check_open(&mut self, complete: Vec<ListedFile>, now: Instant) {
        if complete.is_empty() {
            return;
        }
        let paths = complete.iter().map(|file| file.local.clone()).collect();
        let open = open_for_writing(&self.root.path, paths).await;
        for file in complete {
            if open.contains(&file.local) {
                self.files.settling.restart(&file.key, now);
            } else {
                self.files.is_ready(file);
            }
        }
    }

    /// Ends the actions of files that no longer exist.
    async fn end_gone(&mut self, found: &HashSet<String>) {
        let Some(journal) = &mut self.journal else { return };
        for key in journal.names() {
            let is_busy = self.files.uploading(&key).is_some() || self.files.is_acting(&key);
            if !found.contains(&key) && !is_busy {
                self.resumed.remove(&key);
                journal.end(&key).await.unwrap_or_else(log);
            }
        }
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

    /// Handles the result of a file.
    async fn item(&mut self, report: ItemReport) {
        let ItemReport { local, remote, file_id, result } = report;
        let key = key_of(local.strip_prefix(&self.root.path).unwrap_or(&local));
        let status = &mut self.status;
        match result {
            FileResult::Sent { bytes } => {
                status.transferred += 1;
                status.bytes += bytes;
                self.act(&key, (remote, file_id), true).await;
            }
            FileResult::Equal => {
                status.skipped += 1;
                let is_new = self.resumed.contains(&key);
                self.act(&key, (remote, file_id), is_new).await;
            }
            FileResult::Unverified => {
                status.skipped += 1;
                self.settle(&key).await;
            }
            FileResult::Changed => {
                status.changed += 1;
                self.settle(&key).await;
            }
            FileResult::Conflict(error) => {
                status.conflicts += 1;
                status.last_error = Some(format!("{remote}: {error}"));
                self.settle(&key).await;
            }
            FileResult::Outdated => self.is_outdated |= self.files.release(&key, false),
            FileResult::Failed { error, is_final } => {
                status.last_error = Some(format!("{remote}: {error}"));
                if is_final || self.watch.once {
                    self.files.settle(&key, true);
                } else if let Some(at) = self.files.retry(&key) {
                    self.schedule.wants(at);
                }
            }
        }
    }

    /// Ends a file that needs no actions.
    async fn settle(&mut self, key: &str) {
        self.files.settle(key, false);
        self.end_actions(key).await;
    }

    async fn end_actions(&mut self, key: &str) {
        self.resumed.remove(key);
        if let Some(journal) = &mut self.journal {
            journal.end(key).await.unwrap_or_else(log);
        }
    }

    /// Queues the actions of a file at the service.
    async fn act(
        &mut self,
        key: &str,
        (remote, file_id): (RemotePath, Option<FileId>),
        is_new: bool,
    ) {
        let (Some(file), Some(file_id)) = (self.files.uploading(key).cloned(), file_id) else {
            return self.settle(key).await;
        };
        if self.watch.actions.is_empty() {
            return self.settle(key).await;
        }
        let below = file.local.strip_prefix(&self.root.path).unwrap_or(&file.local).to_owned();
        let account_id = self.tree.place().0.clone();
        let sent = SentFile { local: file.local, remote, account_id, file_id };
        self.files.act(key);
        self.jobs.push_back(Job {
            key: key.to_owned(),
            file: sent,
            below,
            stamp: file.stamp,
            is_new,
        });
    }

    /// Starts the actions of the next file.
    fn start_job(&mut self) {
        if self.running_job.is_empty()
            && let Some(job) = self.jobs.pop_front()
        {
            self.running_job.spawn(self.watch.actions.clone().run(job));
        }
    }

    async fn job_ended(&mut self, finished: Finished) {
        let Finished { key, local, stamp, result } = finished;
        let (reason, is_callback) = match result {
            Ok(moved) => {
                self.files.acted(key.clone(), stamp, false);
                self.end_actions(&key).await;
                if let Some(to) = moved {
                    self.watch.reports.event(&WatchEvent::Moved { from: local, to });
                }
                return;
            }
            Err(ActionError::Callback(reason)) => (reason, true),
            Err(ActionError::Move(reason)) => {
                (format!("cannot move the sent file: {reason}"), false)
            }
        };
        self.status.failed_actions += 1;
        self.status.last_error = Some(format!("{}: {reason}", local.display()));
        self.watch.reports.event(&WatchEvent::ActionFailed { path: local, reason });
        if is_callback || self.watch.once {
            // It stays in the journal, so the next run calls the callback again.
            self.files.acted(key, stamp, true);
        } else {
            self.resumed.remove(&key);
            let at = self.files.act_later(&key, stamp);
            self.schedule.wants(at);
        }
    }

    fn upload_ended(&mut self, ended: UploadEnd) -> Result<(), TransferError> {
        let UploadEnd { keys, result } = ended;
        match result {
            Ok(()) => {
                (self.failures, self.paused_until) = (0, None);
                // Files without a result have changed or no longer exist.
                for key in &keys {
                    self.is_outdated |= self.files.release(key, false);
                }
                self.can_start = true;
                self.schedule.wants(Instant::now());
            }
            Err(error) if self.watch.once => return Err(error),
            Err(error) => self.failed_all(&keys, &error),
        }
        Ok(())
    }

    /// Queues files again after an error that concerns all of them.
    fn failed_all(&mut self, keys: &[String], error: &TransferError) {
        for key in keys {
            self.files.release(key, true);
        }
        self.failures = self.failures.saturating_add(1);
        let retry_in = WAITS.after(self.failures);
        self.paused_until = Some(Instant::now() + retry_in);
        let error = error.to_string();
        self.status.last_error = Some(error.clone());
        self.watch.reports.event(&WatchEvent::Failed { error, retry_in });
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
}

/// Adds reports of the results of files to an upload.
fn with_reports(tree: &UploadTree, sender: mpsc::UnboundedSender<ItemReport>) -> UploadTree {
    let callback = tree.item_callback();
    tree.clone().on_item(move |item| {
        if let Some(callback) = &callback {
            callback(item);
        }
        if let Some(report) = ItemReport::new(item) {
            let _ = sender.send(report);
        }
    })
}

fn log(error: std::io::Error) {
    tracing::warn!(target: "frameio::transfer", %error, "watch.journal.not_written");
}

/// Returns the name of the watched directory.
fn root_name(path: &Path) -> String {
    let named = path.file_name().map(ToOwned::to_owned);
    let named = named.or_else(|| path.canonicalize().ok()?.file_name().map(ToOwned::to_owned));
    named.unwrap_or_default().to_string_lossy().into_owned()
}
