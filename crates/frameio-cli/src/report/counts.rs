//! Counts of the files of a run.

use std::fmt;

use frameio::transfer::{Outcome, Remedy};
use indicatif::HumanBytes;
use serde_json::{Value, json};

use super::file::FileRecord;
use crate::exit::Status;

/// Counts of files by outcome.
///
/// Unlike `Summary` of the library, which is returned at the end of a tree, it counts while the run
/// continues, and covers interrupted runs.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    transferred: u64,
    bytes: u64,
    skipped: u64,
    planned: u64,
    ignored: u64,
    conflicts: u64,
    unfinished: u64,
    /// Files that have changed and were not transferred.
    changed: u64,
    /// Changed files whose content the service lacks.
    unsent: u64,
    /// Changed files that another policy sends.
    sendable: u64,
    /// Files that a download transfers, because only the remote file has changed.
    receivable: u64,
    /// Conflicts that another policy resolves.
    resolvable: u64,
    /// Skipped files of which only the size is known to be equal.
    unverified: u64,
    moved: u64,
    deleted: u64,
    kept: u64,
    /// New versions that are not the heads of their stacks.
    not_head: u64,
    failed: u64,
    /// Commands and moves after transfers that failed.
    failed_actions: u64,
    /// Status that all failures and conflicts share.
    status: Option<Status>,
    /// Files that are incomplete because of an interruption.
    incomplete: u64,
    /// Files that are not in a hash list.
    unlisted: u64,
    /// Whether nothing is transferred, moved or deleted.
    is_dry_run: bool,
    /// Minimum number of bytes of incomplete files that need not be transferred again.
    bytes_kept: u64,
}

impl Counts {
    pub(super) fn add(&mut self, record: &FileRecord<'_>) {
        self.is_dry_run = record.is_dry_run;
        self.not_head += u64::from(record.is_not_head());
        if matches!(record.outcome, Outcome::Changed | Outcome::Conflict(_)) {
            match record.compared.and_then(|compared| compared.remedy) {
                Some(Remedy::IfExists) => self.sendable += 1,
                Some(Remedy::Download) => self.receivable += 1,
                Some(Remedy::OnConflict) => self.resolvable += 1,
                _ => {}
            }
        }
        match record.outcome {
            Outcome::Transferred { bytes, .. } => {
                self.transferred += 1;
                self.bytes += bytes;
            }
            Outcome::Planned { bytes } => {
                self.planned += 1;
                self.bytes += bytes.unwrap_or_default();
            }
            Outcome::Skipped if record.is_unverified() => self.unverified += 1,
            Outcome::Skipped => self.skipped += 1,
            Outcome::Changed => {
                self.changed += 1;
                let remedy = record.compared.and_then(|compared| compared.remedy);
                self.unsent += u64::from(remedy != Some(Remedy::Download));
            }
            Outcome::Moved { .. } => self.moved += 1,
            Outcome::Deleted => self.deleted += 1,
            Outcome::Kept => self.kept += 1,
            Outcome::Ignored(_) => self.ignored += 1,
            Outcome::Conflict(error) => {
                self.conflicts += 1;
                self.add_status(Status::of_file(error));
            }
            Outcome::Unfinished => self.unfinished += 1,
            Outcome::Failed(error) => {
                self.failed += 1;
                self.add_status(Status::of_file(error));
            }
            // An unknown outcome must not count as a success.
            _ => {
                self.failed += 1;
                self.add_status(Status::Other);
            }
        }
    }

    /// Counts a file that differs from a hash list.
    pub(super) fn add_failure(&mut self) {
        self.failed += 1;
        self.add_status(Status::Other);
    }

    /// Sets the number of failed commands and moves after transfers.
    pub(super) const fn set_failed_actions(&mut self, count: u64) {
        self.failed_actions = count;
    }

    /// Counts a file that is not in a hash list.
    pub(super) const fn add_unlisted(&mut self) {
        self.unlisted += 1;
    }

    fn add_status(&mut self, status: Status) {
        self.status = Some(Status::common(self.status, status));
    }

    /// Counts a file that was in flight when the run was interrupted.
    pub(super) const fn add_incomplete(&mut self, kept: u64) {
        self.incomplete += 1;
        self.bytes_kept = self.bytes_kept.saturating_add(kept);
    }

    /// Returns whether the service has another content of a file than the run should have sent.
    pub(super) const fn has_unsent(self) -> bool {
        self.changed > 0
    }

    /// Returns whether the service has any file of the run.
    pub(super) const fn has_sent(self) -> bool {
        self.transferred + self.skipped + self.unverified + self.moved > 0
    }

    /// Returns the exit status of the run if there are failures or conflicts, or if an upload did not send
    /// all changed files.
    pub(super) fn failure(self, is_upload: bool) -> Option<Status> {
        let status = match self.failed_actions {
            0 => self.status,
            _ => Some(Status::Other),
        };
        match is_upload && self.unsent > 0 && !self.is_dry_run {
            true => Some(Status::common(status, Status::Conflict)),
            false => status,
        }
    }

    /// Returns hints about files that need a decision of the user.
    pub(super) fn hints(self, is_upload: bool) -> Vec<String> {
        let mut hints = Vec::new();
        if self.sendable > 0 {
            hints.push(format!(
                "{} changed and not sent: send changed files as new versions with '--if-exists \
                 version', or next to the existing ones with '--if-exists keep-both'",
                self.sendable
            ));
        }
        if self.receivable > 0 {
            hints.push(format!(
                "{} changed at the service only, and not sent: get the remote files with 'sync \
                 --down'",
                self.receivable
            ));
        }
        if self.resolvable > 0 {
            hints.push(self.resolution(is_upload));
        }
        if self.unverified > 0 {
            hints.push(format!(
                "warning: {} unverified, with the same size as the file at the other side: compare \
                 the contents with '--verify-remote'",
                self.unverified
            ));
        }
        if self.not_head > 0 {
            hints.push(format!(
                "warning: {} stacked, but not the head of the version stack: select it in the web \
                 app, or use '--reorder-versions'",
                self.not_head
            ));
        }
        hints
    }

    /// Returns the hint about conflicts.
    fn resolution(self, is_upload: bool) -> String {
        let count = self.resolvable;
        match is_upload {
            true => format!(
                "{count} changed on both sides: upload the local files next to the remote ones \
                 with '--on-conflict keep-both', or save the remote files next to the local ones \
                 with 'sync --down --on-conflict keep-both'"
            ),
            false => format!(
                "{count} in conflict: save the remote files next to the local ones with \
                 '--on-conflict keep-both', or replace the local files with '--on-conflict replace'"
            ),
        }
    }

    pub(super) fn json(self) -> Value {
        json!({
            "transferred": self.transferred, "planned": self.planned, "bytes": self.bytes,
            "skipped": self.skipped, "ignored": self.ignored, "unfinished": self.unfinished,
            "conflicts": self.conflicts, "failed": self.failed, "failed_actions": self.failed_actions, "incomplete": self.incomplete,
            "bytes_kept": self.bytes_kept, "changed": self.changed, "unverified": self.unverified,
            "moved": self.moved, "deleted": self.deleted, "kept": self.kept,
            "not_head": self.not_head, "unlisted": self.unlisted,
        })
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = HumanBytes(self.bytes);
        match self.planned {
            0 => write!(f, "{} transferred ({bytes})", self.transferred)?,
            planned => write!(f, "{planned} planned ({bytes})")?,
        }
        for (count, what) in [
            (self.skipped, "already present"),
            (self.unverified, "unverified"),
            (self.changed, "changed"),
            (self.moved, if self.is_dry_run { "to move" } else { "moved" }),
            (self.deleted, if self.is_dry_run { "to delete" } else { "deleted" }),
            (self.kept, "not deleted"),
            (self.not_head, "stacked but not head"),
            (self.ignored, "ignored"),
            (self.conflicts, "in conflict"),
            (self.unfinished, "incomplete at the service"),
            (self.failed, "failed"),
            (self.failed_actions, "failed after the transfer"),
            (self.incomplete, "incomplete"),
            (self.unlisted, "not in a hash list"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        match self.bytes_kept {
            0 => Ok(()),
            kept => write!(f, " (at least {} kept)", HumanBytes(kept)),
        }
    }
}
