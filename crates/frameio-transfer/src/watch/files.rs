//! What a watcher knows about the files in its directory.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use super::schedule::Waits;
use super::settling::Settling;
use crate::RemotePath;
use crate::sync_state::SyncState;
use crate::sync_state::stamp::Stamp;
use crate::upload::tree::listing::ListedFile;

/// Waits after the failure of one file.
const WAITS: Waits = Waits::new(Duration::from_secs(30), Duration::from_secs(600));

/// Files by their names in the state. A file is in at most one of these collections, in this order.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) settling: Settling,
    /// Complete files that wait for their upload.
    ready: BTreeMap<String, ListedFile>,
    /// Files that are being uploaded, with their remote paths.
    busy: HashMap<String, (ListedFile, RemotePath)>,
    /// Sent files whose actions are not finished.
    acting: HashSet<String>,
    /// Files that failed and are tried again.
    retries: HashMap<String, Retry>,
    /// Files that are not considered again before they change.
    handled: HashMap<String, Handled>,
    /// Number of handled files that have failed.
    failed: usize,
}

#[derive(Debug)]
struct Retry {
    stamp: Stamp,
    failures: u32,
    at: Instant,
}

#[derive(Debug)]
struct Handled {
    stamp: Stamp,
    has_failed: bool,
}

/// What to do with a file of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Nothing,
    /// The file has settled, and is ready if no process has it open for writing.
    Check,
    /// The file has settled earlier, and its wait after a failure is over.
    Retry,
}

impl Files {
    pub(super) fn new(settle: Duration) -> Self {
        Self {
            settling: Settling::new(settle),
            ready: BTreeMap::new(),
            busy: HashMap::new(),
            acting: HashSet::new(),
            retries: HashMap::new(),
            handled: HashMap::new(),
            failed: 0,
        }
    }

    /// Considers a file that a sweep has found and that is not known to be at the service.
    pub(super) fn consider(&mut self, file: &ListedFile, now: Instant) -> Next {
        let (key, stamp) = (file.key.as_str(), file.stamp);
        if self.busy.contains_key(key)
            || self.acting.contains(key)
            || self.handled.get(key).is_some_and(|handled| handled.stamp == stamp)
        {
            return Next::Nothing;
        }
        if let Some(handled) = self.handled.remove(key) {
            self.failed -= usize::from(handled.has_failed);
        }
        match self.retries.get(key) {
            Some(retry) if retry.stamp == stamp && retry.at > now => return Next::Nothing,
            Some(retry) if retry.stamp == stamp => return Next::Retry,
            _ => drop(self.retries.remove(key)),
        }
        match self.ready.get(key) {
            Some(ready) if ready.stamp == stamp => return Next::Nothing,
            _ => drop(self.ready.remove(key)),
        }
        if self.settling.saw(file, now) { Next::Check } else { Next::Nothing }
    }

    /// Queues a complete file.
    pub(super) fn is_ready(&mut self, file: ListedFile) {
        self.settling.remove(&file.key);
        self.ready.insert(file.key.clone(), file);
    }

    /// Forgets files that no longer exist.
    pub(super) fn retain(&mut self, exists: impl Fn(&str) -> bool) {
        self.ready.retain(|key, _| exists(key));
        self.retries.retain(|key, _| exists(key));
        self.handled.retain(|key, _| exists(key));
        self.failed = self.handled.values().filter(|handled| handled.has_failed).count();
    }

    /// Takes all complete files, except those whose remote path is that of another one.
    pub(super) fn take_ready(
        &mut self,
        remote: impl Fn(&ListedFile) -> RemotePath,
    ) -> Vec<(ListedFile, RemotePath)> {
        let mut taken: HashSet<_> = self.busy.values().map(|(_, remote)| remote.clone()).collect();
        let mut files = Vec::new();
        for (key, file) in std::mem::take(&mut self.ready) {
            let remote = remote(&file);
            if taken.insert(remote.clone()) {
                files.push((file.clone(), remote.clone()));
                self.busy.insert(key, (file, remote));
            } else {
                self.ready.insert(key, file);
            }
        }
        files
    }

    /// Returns a file that is being uploaded.
    pub(super) fn uploading(&self, key: &str) -> Option<&ListedFile> {
        self.busy.get(key).map(|(file, _)| file)
    }

    /// Ends the upload of a file, which is not considered again before it changes.
    pub(super) fn settle(&mut self, key: &str, has_failed: bool) {
        self.retries.remove(key);
        if let Some((file, _)) = self.busy.remove(key) {
            self.handle(file.key, file.stamp, has_failed);
        }
    }

    /// Ends the upload of a file, and starts its actions.
    pub(super) fn act(&mut self, key: &str) {
        self.retries.remove(key);
        self.busy.remove(key);
        self.acting.insert(key.to_owned());
    }

    /// Ends the actions of a file. Its transfer has not failed, even if an action has.
    pub(super) fn acted(&mut self, key: String, stamp: Stamp) {
        self.acting.remove(&key);
        self.handle(key, stamp, false);
    }

    fn handle(&mut self, key: String, stamp: Stamp, has_failed: bool) {
        self.failed += usize::from(has_failed);
        if let Some(before) = self.handled.insert(key, Handled { stamp, has_failed }) {
            self.failed -= usize::from(before.has_failed);
        }
    }

    /// Ends the actions of a file, which are tried again later. Returns when.
    pub(super) fn act_later(&mut self, key: &str, stamp: Stamp) -> Instant {
        self.acting.remove(key);
        self.retry_at(key, stamp)
    }

    /// Ends an upload that failed and is tried again. Returns when.
    pub(super) fn retry(&mut self, key: &str) -> Option<Instant> {
        let (file, _) = self.busy.remove(key)?;
        Some(self.retry_at(key, file.stamp))
    }

    fn retry_at(&mut self, key: &str, stamp: Stamp) -> Instant {
        let new = Retry { stamp, failures: 0, at: Instant::now() };
        let retry = self.retries.entry(key.to_owned()).or_insert(new);
        retry.failures += 1;
        retry.stamp = stamp;
        retry.at = Instant::now() + WAITS.after(retry.failures);
        retry.at
    }

    /// Ends an upload that was not carried out, and queues the file again if `again`. Returns whether the
    /// file was being uploaded.
    pub(super) fn release(&mut self, key: &str, again: bool) -> bool {
        let Some((file, _)) = self.busy.remove(key) else { return false };
        if again {
            self.ready.insert(file.key.clone(), file);
        }
        true
    }

    /// Returns when the next file may have settled, or is tried again.
    pub(super) fn due(&self) -> Option<Instant> {
        let retry = self.retries.values().map(|retry| retry.at).min();
        self.settling.due().into_iter().chain(retry).min()
    }

    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    pub(super) fn queued(&self) -> usize {
        self.ready.len() + self.busy.len()
    }

    pub(super) fn is_acting(&self, key: &str) -> bool {
        self.acting.contains(key)
    }

    pub(super) fn acting(&self) -> usize {
        self.acting.len()
    }

    /// Returns the number of files that failed and have not changed since.
    pub(super) fn failed(&self) -> usize {
        self.retries.len() + self.failed
    }

    pub(super) fn is_idle(&self) -> bool {
        self.settling.len() == 0 && self.queued() == 0 && self.acting.is_empty()
    }
}

/// Returns whether the state records that a file is at the service.
pub(super) fn is_recorded(state: &SyncState, file: &ListedFile) -> bool {
    let record = state.record(&file.key).filter(|record| record.stamp == file.stamp);
    record.is_some_and(|record| !file.stamp.may_hide_a_change_after(record.equal_at))
        && state.pending(&file.key).is_none()
}
