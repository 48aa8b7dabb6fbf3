//! New versions that an earlier run has sent and not stacked, as a download finds them.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use frameio_core::{AccountId, FileId, FolderId};

use super::SyncState;
use super::stamp::{Stamp, Xxh64};

/// Remote file of a manifest, which may be incomplete, and the stamp of the sent content.
pub(crate) type InManifest = Pin<Box<dyn Future<Output = Option<(FileId, Stamp)>> + Send>>;

/// Reads the manifest of an upload in a directory, by the remote folder and the local path.
pub(crate) type ReadManifest = fn(PathBuf, AccountId, FolderId, PathBuf) -> InManifest;

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
    pub(crate) async fn of(
        state: &SyncState,
        (manifests, account): (&Path, &AccountId),
        read: ReadManifest,
    ) -> Self {
        let mut waiting = Self::default();
        for (key, pending) in state.all_pending() {
            let new = match pending.new {
                Some(new) => Some(new),
                None => {
                    let (manifests, local) = (manifests.to_owned(), state.local_path(&key));
                    let sent = read(manifests, account.clone(), pending.folder, local).await;
                    sent.map(|(id, stamp)| (id, stamp, None))
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
        let is_same = state.is_unchanged((*stamp, *hash), (local, now)).await?;
        Ok(is_same.then_some(id))
    }
}

impl SyncState {
    /// Returns whether a local file still has the content that was sent.
    pub(crate) async fn is_unchanged(
        &self,
        (stamp, hash): (Stamp, Option<Xxh64>),
        (local, now): (&Path, Stamp),
    ) -> io::Result<bool> {
        Ok(match hash {
            Some(hash) if stamp.size == now.size && stamp != now => self.hash(local).await? == hash,
            _ => stamp == now,
        })
    }
}
