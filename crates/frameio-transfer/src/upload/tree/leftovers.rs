//! New versions that an earlier run has sent and not stacked, and whose local files no longer exist.

use std::path::PathBuf;

use frameio_api::files::FileStatus;
use frameio_core::FileId;

use super::driver::Driver;
use super::waiting::sent;
use crate::sync_state::{Pending, SyncState};
use crate::upload::manifest::Manifest;
use crate::{Compared, Item, Outcome, RemotePath, TransferError, Verdict};

impl Driver {
    /// Stacks versions that earlier runs have uploaded, and whose local files no longer exist.
    pub(super) async fn stack_leftovers(&mut self) {
        let selection = self.tree.selection.as_ref();
        let excludes_leftovers = selection.is_some_and(|selection| !selection.leftovers);
        if self.tree.options.dry_run || excludes_leftovers {
            return;
        }
        let root = RemotePath::default();
        let mut states = std::mem::take(&mut self.left);
        let whole = self.named.values().chain(&self.decider.state);
        states.extend(whole.map(|state| (root.clone(), state.clone())));
        for (above, state) in states {
            self.stack_leftovers_of(&above, &state).await;
        }
    }

    async fn stack_leftovers_of(&mut self, above: &RemotePath, state: &SyncState) {
        for (key, mut pending) in state.all_pending() {
            let local = state.local_path(&key);
            // Not all local files are walked.
            if self.local.contains(&key)
                || self.local.contains(&local.to_string_lossy())
                || state.has_file(&key)
            {
                continue;
            }
            let reason = "it was sent by an earlier run, and the local file no longer exists";
            let compared = Compared::new(Verdict::NewVersion, reason);
            let outcome = Outcome::Transferred { bytes: 0, digest: None };
            let remote = above.append(&RemotePath::new(key.split('/')));
            let item = Item::new(remote, PathBuf::new(), outcome).compared(compared);
            match self.complete_leftover(state, &key, &mut pending).await {
                Ok(Some(id)) => {
                    self.stack(Some((state.clone(), key)), pending, item.of_file(Some(id)));
                }
                Ok(None) => state.end_pending(&key).await,
                Err(error) => self.done(Item::failed(item.remote, item.local, error)),
            }
        }
    }

    /// Returns the file of a version whose upload is complete, and records it.
    async fn complete_leftover(
        &mut self,
        state: &SyncState,
        key: &str,
        pending: &mut Pending,
    ) -> Result<Option<FileId>, TransferError> {
        if let Some((id, ..)) = &pending.new {
            return Ok(Some(id.clone()));
        }
        let Some(manifests) = &self.folders.state else { return Ok(None) };
        let local = state.local_path(key);
        let Some(path) = manifests.manifest(&pending.folder, &local) else { return Ok(None) };
        let Some((id, stamp)) = sent(&path).await else { return Ok(None) };
        match self.decider.stacker.show(&id).await? {
            Some(file) if file.status != FileStatus::Created => {}
            _ => return Ok(None),
        }
        pending.new = Some((id.clone(), stamp, None));
        state.put_pending(key, pending.clone()).await?;
        Manifest::remove_unused(path).await;
        Ok(Some(id))
    }
}
