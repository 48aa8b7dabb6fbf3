//! Deletion of remote folders that a run has emptied, and whose directories no longer exist.

use std::collections::HashSet;
use std::path::PathBuf;

use frameio_api::folders::{DeleteFolder, ListFolderChildren};
use frameio_core::FolderId;

use super::decide::Decider;
use super::deletions::Listing;
use crate::sync_state::{directories_above, state_key};
use crate::{Item, Outcome, RemotePath, TransferError};

/// Deletes the folders of files that were deleted or moved, if nothing is in them. Returns items for those
/// that cannot be deleted.
///
/// An empty folder would keep its name in downloads, in which a file may have it by now.
pub(super) async fn delete(
    decider: &Decider,
    (listing, root): (&Listing, &FolderId),
    moved: &HashSet<String>,
    items: &[Item],
) -> Vec<Item> {
    let (Some(state), false) = (&decider.state, decider.dry_run) else { return Vec::new() };
    let deleted = items.iter().filter(|item| matches!(item.outcome, Outcome::Deleted));
    let deleted = deleted.map(|item| state_key(item.remote.names()));
    let directories = directories_above(deleted.chain(moved.iter().cloned()));
    let mut failed = Vec::new();
    // Directories below are after those above.
    for key in directories.into_iter().rev() {
        let excluded = decider.matcher.exclude(&decider.bases, &key, true).is_some();
        let Some(folder) = state.folder(&key).filter(|_| !excluded) else { continue };
        if state.local_path(&key).is_dir() || !listing.has_folder(root, &key, folder.as_str()) {
            continue;
        }
        if let Err(error) = delete_empty(decider, &folder).await {
            failed.push(Item::failed(RemotePath::new(key.split('/')), PathBuf::new(), error));
        }
    }
    failed
}

async fn delete_empty(decider: &Decider, folder: &FolderId) -> Result<(), TransferError> {
    let client = &decider.transfers.inner.client;
    let account = &decider.stacker.account;
    let list = ListFolderChildren::new(account, folder).page_size(1);
    match client.items(list).next().await {
        None => {}
        Some(Ok(_)) => return Ok(()),
        Some(Err(error)) if error.is_not_found() => return Ok(()),
        Some(Err(error)) => return Err(TransferError::call(error)),
    }
    match client.send(DeleteFolder::new(account, folder)).await {
        Err(error) if !error.is_not_found() => Err(TransferError::call(error)),
        _ => Ok(()),
    }
}
