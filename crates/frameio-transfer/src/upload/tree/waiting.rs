//! New versions that an earlier run has sent and not stacked, as a download finds them.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use frameio_core::{AccountId, FileId};

use super::state::manifest_path;
use crate::sync_state::SyncState;
use crate::sync_state::stamp::{Stamp, Xxh64};
use crate::upload::manifest::{Manifest, SavedDestination};

/// Files that are complete at the service and wait to be stacked by the next upload.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    ids: HashSet<FileId>,
    /// File and content by the name in the state.
    sent: HashMap<String, (FileId, Stamp, Option<Xxh64>)>,
}

impl Waiting {
    /// Reads the files of a state. A run that was killed right after an upload has recorded its file in the
    /// manifest only, which is in `manifests`.
    pub(crate) async fn of(state: &SyncState, manifests: &Path, account: &AccountId) -> Self {
        let mut waiting = Self::default();
        for (key, pending) in state.all_pending() {
            let new = match pending.new {
                Some(new) => Some(new),
                None => {
                    let local = state.local_path(&key);
                    match manifest_path(manifests, account, &pending.folder, &local) {
                        Some(manifest) => sent(&manifest).await,
                        None => None,
                    }
                }
            };
            if let Some(new) = new {
                waiting.ids.insert(new.0.clone());
                waiting.sent.insert(key, new);
            }
        }
        waiting
    }

    /// Returns whether a remote file waits to be stacked.
    pub(crate) fn contains(&self, id: &FileId) -> bool {
        self.ids.contains(id)
    }

    /// Returns the file that was sent of a local file, if the local file still has this content.
    pub(crate) async fn unchanged(
        &self,
        (state, key): (&SyncState, &str),
        (local, now): (&Path, Stamp),
    ) -> io::Result<Option<&FileId>> {
        let Some((id, stamp, hash)) = self.sent.get(key) else { return Ok(None) };
        let is_same = match hash {
            _ if *stamp == now => true,
            Some(hash) if stamp.size == now.size => state.hash(local).await? == *hash,
            _ => false,
        };
        Ok(is_same.then_some(id))
    }
}

async fn sent(manifest: &Path) -> Option<(FileId, Stamp, Option<Xxh64>)> {
    let saved = Manifest::peek(manifest).await?;
    let SavedDestination::File(_, id) = &saved.destination else { return None };
    let stamp = Stamp { size: saved.fingerprint.size, modified: saved.fingerprint.modified };
    Some((id.clone(), stamp, None))
}
