//! New versions that an earlier run has sent and not stacked, and whose local files no longer exist.

use std::path::PathBuf;

use frameio_api::files::FileStatus;
use frameio_core::FileId;

use super::driver::Driver;
use crate::sync_state::{Pending, split_path_key};
use crate::upload::manifest::Manifest;
use crate::{Compared, Item, Outcome, RemotePath, TransferError, Verdict};

impl Driver {
    /// Stacks versions that earlier runs have uploaded, and whose local files no longer exist.
    pub(super) async fn stack_leftovers(&mut self) {
        let Some(state) = self.decider.state.clone().filter(|_| !self.tree.options.dry_run) else {
            return;
        };
        let selection = self.tree.selection.clone();
        if selection.as_ref().is_some_and(|selection| !selection.leftovers) {
            return;
        }
        for (key, mut pending) in state.all_pending() {
            // A selection does not name all local files.
            let exists = || selection.is_some() && self.tree.local_path(&key).exists();
            if self.local.contains(&key) || exists() {
                continue;
            }
            let compared = Compared {
                verdict: Verdict::NewVersion,
                reason: "it was sent by an earlier run, and the local file no longer exists"
                    .to_owned(),
            };
            let outcome = Outcome::Transferred { bytes: 0, digest: None };
            let remote =
                RemotePath::new(split_path_key(&key).1.split('/').filter(|name| !name.is_empty()));
            let item = Item::new(remote, PathBuf::new(), outcome).compared(compared);
            match self.complete_leftover(&key, &mut pending).await {
                Ok(Some(id)) => self.stack(key, pending, item.of_file(Some(id))),
                Ok(None) => state.end_pending(&key).await,
                Err(error) => self.done(Item::failed(item.remote, item.local, error)),
            }
        }
    }

    /// Returns the file of a version whose upload is complete, and records it.
    async fn complete_leftover(
        &mut self,
        key: &str,
        pending: &mut Pending,
    ) -> Result<Option<FileId>, TransferError> {
        if let Some((id, ..)) = &pending.new {
            return Ok(Some(id.clone()));
        }
        let (Some(state), Some(manifests)) = (&self.decider.state, &self.folders.state) else {
            return Ok(None);
        };
        let local = self.tree.local_path(key);
        let Some(path) = manifests.manifest(&pending.folder, &local) else { return Ok(None) };
        let Some((id, stamp)) = self.decider.sent(&path).await else { return Ok(None) };
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
