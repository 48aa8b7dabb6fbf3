//! Looks at the whole directory: which files are complete, and whether the directory is available.

use std::collections::HashSet;

use tokio::time::Instant;

use super::driver::{Watcher, log};
use super::files::{Next, is_recorded};
use super::open_files::open_for_writing;
use super::schedule::UNAVAILABLE;
use super::start::unavailable;
use super::status::WatchEvent;
use crate::upload::tree::listing::{self, ListedFile, Listing};
use crate::{Item, TransferError};

impl Watcher {
    /// Looks at the whole directory.
    pub(super) async fn sweep(&mut self) -> Result<(), TransferError> {
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
}
