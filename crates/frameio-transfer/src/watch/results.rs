//! What follows the upload of a file: its actions, and another attempt after a failure.

use frameio_core::FileId;
use tokio::time::Instant;

use super::actions::{ActionError, Finished, Job, SentFile};
use super::driver::{UploadEnd, WAITS, Watcher, log};
use super::item_report::{FileResult, ItemReport};
use super::status::WatchEvent;
use crate::sync_state::key_of;
use crate::{RemotePath, TransferError};

impl Watcher {
    /// Handles the result of a file.
    pub(super) async fn item(&mut self, report: ItemReport) {
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
                // A sent file whose name somebody else has created too keeps its actions.
                if self.files.uploading(&key).is_some() {
                    self.settle(&key).await;
                }
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
    pub(super) async fn start_job(&mut self) {
        if self.running_job.is_empty()
            && let Some(job) = self.jobs.pop_front()
        {
            if self.watch.actions.moves() {
                // Before the move, so that a kill leaves no file that seems to be deleted.
                self.state.take(&self.state.key(&job.file.local)).await;
            }
            self.running_job.spawn(self.watch.actions.clone().run(job));
        }
    }

    pub(super) async fn job_ended(&mut self, finished: Finished) {
        let Finished { key, local, stamp, result } = finished;
        let (reason, is_callback) = match result {
            Ok(moved) => {
                self.files.acted(key.clone(), stamp);
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
            self.files.acted(key, stamp);
        } else {
            self.resumed.remove(&key);
            let at = self.files.act_later(&key, stamp);
            self.schedule.wants(at);
        }
    }

    pub(super) fn upload_ended(&mut self, ended: UploadEnd) -> Result<(), TransferError> {
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
    pub(super) fn failed_all(&mut self, keys: &[String], error: &TransferError) {
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
}
