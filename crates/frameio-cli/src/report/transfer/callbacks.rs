//! Callbacks that a report gives to trees, and the files that the command itself reads.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use frameio::transfer::{HashedSide, Hashing, Item, Progress, RemotePath, Totals};

use super::TransferReport;
use crate::report::hashing::Phase;

impl TransferReport {
    /// Returns a callback for the files that are found in a tree.
    pub(crate) fn on_found(
        self: &Arc<Self>,
    ) -> impl Fn(&RemotePath, &Path, Option<u64>) + Send + Sync + 'static {
        let this = self.clone();
        move |path, local, size| {
            if let Some(file) = &mut this.state().file {
                file.found(path.to_string(), local, size);
            }
        }
    }

    /// Returns a callback for the outcomes in a tree.
    pub(crate) fn on_item(self: &Arc<Self>) -> impl Fn(&Item) + Send + Sync + 'static {
        let this = self.clone();
        move |item| this.item(&item.remote.to_string(), item)
    }

    /// Returns a callback for the progress of files in a tree.
    pub(crate) fn on_progress(
        self: &Arc<Self>,
    ) -> impl Fn(&RemotePath, Progress) + Send + Sync + 'static {
        let this = self.clone();
        move |path, progress| this.progress(&path.to_string(), progress)
    }

    /// Returns a callback for the totals of a tree.
    pub(crate) fn on_totals(self: &Arc<Self>) -> impl Fn(Totals) + Send + Sync + 'static {
        let this = self.clone();
        move |totals| this.state().overall.found(totals)
    }

    /// Returns a callback for files that a tree reads to compare their content.
    pub(crate) fn on_hashing(self: &Arc<Self>) -> impl Fn(&Hashing) + Send + Sync + 'static {
        let this = self.clone();
        move |hashing| {
            let phase = match hashing.side {
                HashedSide::Remote => Phase::Comparing,
                _ => Phase::Hashing,
            };
            let progress = &mut this.state().hashing;
            match hashing.is_ended {
                true => progress.end(phase, &hashing.local),
                false => {
                    progress.update(phase, &hashing.local, (hashing.bytes, hashing.total));
                }
            }
        }
    }

    /// Announces the size of all files that the command itself will read.
    pub(crate) fn plan_reading(&self, phase: Phase, bytes: u64) {
        self.state().hashing.plan(phase, bytes);
    }

    /// Shows the progress of a file that the command itself reads, until the result is dropped.
    pub(crate) fn reading(self: &Arc<Self>, phase: Phase, local: &Path, total: u64) -> Reading {
        let (report, local) = (self.clone(), local.to_owned());
        self.state().hashing.update(phase, &local, (0, total));
        Reading { report, phase, local, bytes: 0, total }
    }
}

/// A file that the command reads.
pub(crate) struct Reading {
    report: Arc<TransferReport>,
    phase: Phase,
    local: PathBuf,
    bytes: u64,
    total: u64,
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
