//! The start of the download of a tree: settings that are refused, and what the run opens.

use std::collections::HashSet;

use tokio::task::JoinSet;

use super::decide::Decider;
use super::deletions::{self, Found};
use super::driver::{TreeDownload, at};
use super::local_folder::LocalFolder;
use super::{DownloadTree, Root};
use crate::filter::Bases;
use crate::local_file::unopened;
use crate::sync_state::{Access, Pair, SyncState};
use crate::tasks::blocking;
use crate::{Rendition, Summary, TransferError, TransferErrorKind, Transfers, VersionChoice};

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
    let path = directory.clone();
    let directory = at(&directory, move || LocalFolder::read(path)).await?;
    let decider = Decider {
        transfers: transfers.clone(),
        state,
        checksums: checksums.clone(),
        directory: tree.directory.clone(),
        trash: deletions::trash(&tree.directory),
        bases: Bases::new(None, &tree.directory),
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
        records: open_records(&tree).await,
        transfers,
        tree,
        checksums,
        downloads: JoinSet::new(),
        summary: Summary::default(),
    };
    Ok(run.run(directory).await)
}

/// Refuses settings that exclude each other.
fn check(tree: &DownloadTree) -> Result<(), TransferError> {
    let refuse =
        |message: &'static str| Err(TransferError::new(TransferErrorKind::Invalid, message));
    let has_state = tree.options.states.is_some();
    if has_state && !matches!(tree.root, Root::Folder(..)) {
        return refuse("only the download of a folder can have a state");
    }
    if tree.renditions.is_empty() {
        return refuse("the list of renditions is empty");
    }
    if has_state && tree.renditions != [Rendition::Original] {
        return refuse("only a download of originals can have a state");
    }
    if has_state && tree.versions != VersionChoice::Head {
        return refuse("only a download of heads can have a state");
    }
    if tree.options.deletion.is_some() && !has_state {
        return refuse("only a download with a state can delete files");
    }
    Ok(())
}

/// Opens the state of downloads. Without it, later uploads compare files by size and time.
async fn open_records(tree: &DownloadTree) -> Option<SyncState> {
    let directory = tree.records.as_ref().filter(|_| !tree.options.dry_run)?;
    match SyncState::open(directory, Pair::downloads(), Access::Shared).await {
        Ok(state) => Some(state),
        Err(error) => {
            tracing::warn!(target: "frameio::transfer", %error, "state.not_opened");
            None
        }
    }
}

/// Opens the state of the tree.
async fn open_state(tree: &DownloadTree) -> Result<Option<SyncState>, TransferError> {
    let options = &tree.options;
    let needs_opening = options.states.is_some() && options.open_state.is_none();
    let Some(place) = tree.place().filter(|_| needs_opening) else {
        return Ok(options.opened_state());
    };
    let path = tree.directory.clone();
    // A dry run does not create the directory.
    let canonical = blocking(move || path.canonicalize().or_else(|_| std::path::absolute(path)));
    let directory = canonical.await.map_err(|error| unopened(&tree.directory, error))?;
    options.open_state(place, Some(directory), Access::Exclusive).await
}
