//! Counts of the files of a run.

use std::fmt;

use frameio::transfer::Outcome;
use indicatif::HumanBytes;
use serde_json::{Value, json};

use crate::exit::Status;

/// Counts of files by outcome.
///
/// The library's `Summary` counts one tree and is returned at its end. This counts a run while it
/// goes on, interrupted ones too, over several trees and single files.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    transferred: u64,
    bytes: u64,
    skipped: u64,
    planned: u64,
    ignored: u64,
    conflicts: u64,
    unfinished: u64,
    failed: u64,
    /// Common status of the failures and conflicts.
    status: Option<Status>,
    /// Files that an interruption left incomplete.
    incomplete: u64,
    /// Bytes that are kept of them, at least.
    kept: u64,
}

impl Counts {
    pub(super) fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Transferred { bytes, .. } => {
                self.transferred += 1;
                self.bytes += bytes;
            }
            Outcome::Planned { bytes } => {
                self.planned += 1;
                self.bytes += bytes.unwrap_or_default();
            }
            Outcome::Skipped => self.skipped += 1,
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
            // An outcome unknown to this version must not pass for a success.
            _ => {
                self.failed += 1;
                self.add_status(Status::Other);
            }
        }
    }

    fn add_status(&mut self, status: Status) {
        self.status = Some(Status::common(self.status, status));
    }

    /// Counts a file that was in flight when the run was interrupted.
    pub(super) const fn add_incomplete(&mut self, kept: u64) {
        self.incomplete += 1;
        self.kept = self.kept.saturating_add(kept);
    }

    /// Returns the status of the run if something was not transferred that should have been.
    pub(super) const fn failure(self) -> Option<Status> {
        self.status
    }

    pub(super) fn json(self) -> Value {
        json!({
            "transferred": self.transferred, "planned": self.planned, "bytes": self.bytes,
            "skipped": self.skipped, "ignored": self.ignored, "unfinished": self.unfinished,
            "conflicts": self.conflicts, "failed": self.failed, "incomplete": self.incomplete,
            "bytes_kept": self.kept,
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
            (self.ignored, "ignored"),
            (self.conflicts, "in conflict"),
            (self.unfinished, "unfinished at the service"),
            (self.failed, "failed"),
            (self.incomplete, "incomplete"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        match self.kept {
            0 => Ok(()),
            kept => write!(f, " (at least {} kept)", HumanBytes(kept)),
        }
    }
}
