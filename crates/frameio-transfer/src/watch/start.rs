//! The start of a watcher: settings that are refused, the wait for its directory, and what it opens.

use std::collections::{HashSet, VecDeque};
use std::path::Path;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Watch;
use super::driver::Watcher;
use super::files::Files;
use super::item_report::ItemReport;
use super::journal::Journal;
use super::notifications::Notifications;
use super::root::{Root, is_network};
use super::schedule::{Schedule, UNAVAILABLE};
use super::status::{WatchActivity, WatchEvent, WatchStatus};
use crate::local_file::{reason, unopened};
use crate::sync_state::{Access, Pair, SyncState};
use crate::tasks::blocking;
use crate::{TransferError, TransferErrorKind, Transfers, UploadTree};

/// Time without changes after which a file is complete, on a local disk and on a network share.
const SETTLE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(60));

/// Interval of polls, with and without notifications.
const POLL: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(10));

impl Watcher {
    pub(super) async fn start(transfers: Transfers, watch: Watch) -> Result<Self, TransferError> {
        let (directory, states) = check(&watch.tree)?;
        let (directory, states) = (directory.to_owned(), states.to_owned());
        let reports = watch.reports.clone();
        let (root, pair) = available(&watch, &directory, &states).await?;
        let sent_below = watch.actions.prepare(&directory).await?;
        let on_failure = watch.tree.options.on_failure();
        let state = SyncState::open(&states, pair, Access::Exclusive, on_failure).await?;
        let journal = match watch.actions.is_empty() {
            true => None,
            false => Some(Journal::open(state.own_path()).await.map_err(journal_failed)?),
        };
        let is_network = is_network(&directory).await;
        let settle = watch.settle.unwrap_or(if is_network { SETTLE.1 } else { SETTLE.0 });
        let poll = if is_network || !watch.notifications { POLL.1 } else { POLL.0 };
        let poll = watch.poll.unwrap_or(poll);
        reports.event(&WatchEvent::Started { settle, poll, is_network });
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut tree = with_reports(&watch.tree, sender);
        tree.options.open_state = Some(state.clone());
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

    pub(super) async fn start_notifications(&mut self) {
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

/// Refuses a tree that cannot be watched. Returns its directory and the directory of states.
fn check(tree: &UploadTree) -> Result<(&Path, &Path), TransferError> {
    let (Some(directory), Some(states)) = (tree.directory(), tree.options.watchable()?) else {
        let message = "only the upload of one directory with a state can be watched";
        return Err(TransferError::new(TransferErrorKind::Invalid, message));
    };
    Ok((directory, states))
}

/// Waits until the directory is available.
async fn available(
    watch: &Watch,
    directory: &Path,
    states: &Path,
) -> Result<(Root, Pair), TransferError> {
    let mut is_reported = false;
    loop {
        let reason = match look_up(watch, directory, states).await {
            Ok(found) => return Ok(found),
            Err(reason) => reason,
        };
        if watch.once {
            return Err(unavailable(directory, &reason));
        }
        if !std::mem::replace(&mut is_reported, true) {
            let directory = directory.to_owned();
            watch.reports.event(&WatchEvent::Unavailable { directory, reason });
            let activity = WatchActivity::Unavailable;
            watch.reports.status(&WatchStatus { activity, ..WatchStatus::default() });
        }
        tokio::time::sleep(UNAVAILABLE).await;
    }
}

async fn look_up(watch: &Watch, directory: &Path, states: &Path) -> Result<(Root, Pair), String> {
    let path = directory.to_owned();
    blocking(move || path.canonicalize()).await.map_err(|error| reason(&error))?;
    let pair = Pair::new(watch.tree.place(), directory).await.map_err(|error| reason(&error))?;
    let last_device = SyncState::last_device(states, &pair).await;
    let mut root = Root::new(directory.to_owned(), last_device);
    root.check().await.map(|_| (root, pair))
}

pub(super) fn unavailable(directory: &Path, reason: &str) -> TransferError {
    let error = std::io::Error::other(reason.to_owned());
    unopened(directory, error)
}

pub(super) fn journal_failed(error: std::io::Error) -> TransferError {
    let message = format!("cannot write the journal of the watcher: {}", reason(&error));
    TransferError::new(TransferErrorKind::Manifest, message).because(error)
}
