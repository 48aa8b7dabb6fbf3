//! The file systems of recorded files.
//!
//! Camera cards are mounted at the same path day after day. A file of a card that is no longer mounted
//! has not been deleted, so each record has the file system that its file was on.

use std::io;
use std::path::Path;

use super::{Access, SyncState, format};
use crate::file_system;
use crate::tasks::blocking;

impl SyncState {
    /// Returns the file system that the file with a name in the state is on, or would be on if it existed.
    pub(super) async fn device(&self, full: &str) -> Option<u64> {
        let path = self.inner.pair.directory.join(full);
        blocking(move || Ok::<_, io::Error>(device_of(&path))).await.ok().flatten()
    }

    /// Returns whether the recorded file was on another file system than the one that is mounted at its
    /// path now, so that its absence does not mean that it was deleted.
    pub(crate) async fn is_elsewhere(&self, key: &str) -> bool {
        let recorded = self.known(key).and_then(|known| known.device);
        recorded.is_some() && recorded != self.device(&self.full(key)).await
    }

    /// Records that a file, whose content is the recorded one, is on another file system now.
    pub(super) async fn renew_device(&self, key: &str) {
        if self.inner.access == Access::Read || !self.is_elsewhere(key).await {
            return;
        }
        let key = self.full(key);
        let device = self.device(&key).await;
        let line = {
            let mut files = self.inner.files();
            let Some(known) = files.get_mut(&key) else { return };
            known.device = device;
            // The line of a record also ends a version or a download that is not finished.
            let is_finished = known.pending.is_none() && known.arriving.is_none();
            let record = known.record.as_ref().filter(|_| is_finished);
            record.map(|record| format::record(&key, record, device))
        };
        if let Some(line) = line {
            self.write(line, false).await;
        }
    }
}

/// Returns the file system of the directory of a file, or of the nearest directory above that exists.
fn device_of(path: &Path) -> Option<u64> {
    path.ancestors().skip(1).find_map(file_system::id)
}
