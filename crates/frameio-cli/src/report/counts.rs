//! Counts of the files of a run.

use std::fmt;

use frameio::transfer::Outcome;
use indicatif::HumanBytes;
use serde_json::{Value, json};

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
            Outcome::Conflict(_) => self.conflicts += 1,
            Outcome::Unfinished => self.unfinished += 1,
            // An outcome unknown to this version must not pass for a success.
            Outcome::Failed(_) | _ => self.failed += 1,
        }
    }

    /// Returns whether something was not transferred that should have been.
    pub(super) const fn has_failures(self) -> bool {
        self.failed > 0 || self.conflicts > 0
    }

    pub(super) fn json(self) -> Value {
        json!({
            "transferred": self.transferred, "planned": self.planned, "bytes": self.bytes,
            "skipped": self.skipped, "ignored": self.ignored, "unfinished": self.unfinished,
            "conflicts": self.conflicts, "failed": self.failed,
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
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}
