//! The start of the download of a tree: settings that are refused, and what the run opens.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use frameio_core::{AccountId, FolderId};
use tokio::task::JoinSet;

use super::decide::Decider;
use super::deletions::{self, Found};
use super::driver::{TreeDownload, at};
use super::local_folder::LocalFolder;
use super::local_renames::LocalRenames;
use super::{DownloadTree, Root};
use crate::directory_content::Content;
use crate::sync_state::waiting::Waiting;
use crate::sync_state::{Access, SyncState};
use crate::{Summary, TransferError, TransferErrorKind, Transfers};

pub(super) async fn run(
    transfers: Transfers,
    tree: DownloadTree,
) -> Result<Summary, TransferError> {
    let checksums = tree.options.open_checksums().await?;
    check(&tree)?;
    let options = &tree.options;
    let matcher = options.filter.matcher()?;
    let directory = tree.directory.clone();
    // A watched directory that no longer exists must not be created again.
    if !options.dry_run && options.open_state.is_none() {
        let path = directory.clone();
        at(&directory, move || std::fs::create_dir_all(path)).await?;
    }
    let state = open_state(&tree).await?;
    let waiting = match tree.place() {
        Some((account, _)) => waiting((&transfers, &tree), state.as_ref(), account).await,
        None => Arc::default(),
    };
    let path = directory.clone();
    let directory = at(&directory, move || LocalFolder::read(path)).await?;
    let decider = Decider {
        transfers: transfers.clone(),
        state,
        is_synced: tree.place().is_some(),
        local_renames: LocalRenames::default(),
        waiting,
        checksums: checksums.clone(),
        directory: tree.directory.clone(),
        trash: deletions::trash(&tree.directory),
        bases: matcher.bases(&tree.directory),
        matcher,
        on_conflict: options.on_conflict,
        verify_remote: options.verify_remote,
        dry_run: options.dry_run,
        hash_reports: options.hash_reports(),
    };
    let run = TreeDownload {
        decider,
        found: Found::default(),
        created: HashSet::new(),
        queue: options.backlog(),
        has_no_originals: false,
        transfers,
        tree,
        checksums,
        downloads: JoinSet::new(),
        unnamed: BTreeMap::new(),
        summary: Summary::default(),
    };
    run.run(directory).await
}

/// Refuses settings that exclude each other.
fn check(tree: &DownloadTree) -> Result<(), TransferError> {
    let refuse =
        |message: &'static str| Err(TransferError::new(TransferErrorKind::Invalid, message));
    let has_state = tree.options.states.is_some();
    if has_state && matches!(tree.root, Root::Project(..)) {
        return refuse("a download of a project has no state; download its root folder");
    }
    if tree.renditions.is_empty() {
        return refuse("the list of renditions is empty");
    }
    if tree.options.deletion.is_some() && (!has_state || tree.place().is_none()) {
        return refuse("only the download of a folder with a state can delete files");
    }
    Ok(())
}

/// Opens the state of the tree.
async fn open_state(tree: &DownloadTree) -> Result<Option<SyncState>, TransferError> {
    match tree.place() {
        Some(place) => {
            let state = tree.options.open_state(place, &tree.directory, Access::Exclusive).await?;
            tree.options
                .check_content(state.as_ref(), (&tree.directory, Content::default()))
                .await?;
            Ok(state)
        }
        None => Ok(None),
    }
}

/// Returns the new versions that an upload of the directory has to stack.
async fn waiting(
    (transfers, tree): (&Transfers, &DownloadTree),
    state: Option<&SyncState>,
    account: &AccountId,
) -> Arc<Waiting> {
    match (state, tree.manifests.as_ref().or(tree.options.states.as_ref())) {
        (Some(state), Some(manifests)) => {
            Arc::new(Waiting::of(state, (manifests, account), transfers.inner.read_manifest).await)
        }
        _ => Arc::default(),
    }
}

impl TreeDownload {
    /// Opens the state of a given item: that of its directory and its folder.
    pub(super) async fn enter(
        &mut self,
        account: &AccountId,
        folder: Option<&FolderId>,
        directory: &Path,
    ) -> Result<(), TransferError> {
        self.decider.state = match folder {
            Some(folder) => self.tree.options.open_for_items((account, folder), directory).await?,
            None => None,
        };
        self.decider.waiting =
            waiting((&self.transfers, &self.tree), self.decider.state.as_ref(), account).await;
        self.decider.directory = directory.to_owned();
        self.decider.trash = deletions::trash(directory);
        Ok(())
    }
}
