//! Files that the command itself reads.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Phase, TransferReport};

/// A file that the command reads.
pub(crate) struct Reading {
    pub(super) report: Arc<TransferReport>,
    pub(super) phase: Phase,
    pub(super) local: PathBuf,
    pub(super) bytes: u64,
    pub(super) total: u64,
}

impl Reading {
    /// Adds bytes that were read.
    pub(crate) fn add(&mut self, bytes: u64) {
        self.bytes += bytes;
        let progress = (self.bytes, self.total);
        self.report.state().hashing.update(self.phase, &self.local, progress);
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.report.state().hashing.end(self.phase, &self.local);
    }
}
