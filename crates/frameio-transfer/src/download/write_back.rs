//! Early write-back of received bytes, so that the final sync has little to do.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use tokio::task::spawn_blocking;

/// Number of bytes received between two syncs.
const STEP: u64 = 32 << 20;

/// Syncs a partial file while it is received. Only on Linux, where its benefit was measured.
///
/// The file has a handle of its own: a sync that still runs after a dropped download does not hold
/// the lock of the partial file, and the system reports a failed write to the handle of the final sync
/// too, so the result of an early sync can be ignored.
#[derive(Debug)]
pub(crate) struct WriteBack {
    file: Option<File>,
    unsynced: AtomicU64,
    is_running: AtomicBool,
}

impl WriteBack {
    /// Opens the partial file once more. Does nothing if that fails.
    pub(super) fn open(path: &Path) -> Self {
        let file = cfg!(any(target_os = "android", target_os = "linux"))
            .then(|| OpenOptions::new().write(true).open(path).ok())
            .flatten();
        Self { file, unsynced: AtomicU64::new(0), is_running: AtomicBool::new(false) }
    }

    /// Counts written bytes.
    pub(super) fn wrote(&self, bytes: u64) {
        self.unsynced.fetch_add(bytes, Relaxed);
    }

    /// Starts a sync in the background if enough bytes were written and none runs.
    pub(super) fn start_if_due(self: &Arc<Self>) {
        if self.file.is_none()
            || self.unsynced.load(Relaxed) < STEP
            || self.is_running.swap(true, Relaxed)
        {
            return;
        }
        self.unsynced.store(0, Relaxed);
        let write_back = self.clone();
        drop(spawn_blocking(move || {
            if let Some(file) = &write_back.file {
                // A failure is reported by the final sync.
                let _ = file.sync_data();
            }
            write_back.is_running.store(false, Relaxed);
        }));
    }
}
