//! The start of the upload of a tree: settings that are refused, and what the run opens.

use std::path::PathBuf;

use tokio::task::JoinSet;

use super::decide::Decider;
use super::deletions::LocalNames;
use super::driver::Driver;
use super::levels::{Level, LevelState};
use super::local::Walker;
use super::remote::RemoteFolders;
use super::renames::Renames;
use super::state::StateDirectory;
use super::{Roots, UploadTree};
use crate::filter::{Bases, FileMatcher};
use crate::local_file::unopened;
use crate::sync_state::elsewhere::Elsewhere;
use crate::sync_state::{Access, SyncState};
use crate::tasks::blocking;
use crate::versions::stack::Stacker;
use crate::{OnConflict, RemotePath, Summary, TransferError, TransferErrorKind, Transfers};

pub(super) async fn run(transfers: Transfers, tree: UploadTree) -> Result<Summary, TransferError> {
    check(&tree)?;
    let matcher = tree.options.filter.matcher()?.hidden(tree.hidden);
    let walker = Walker::new(&tree, matcher.clone()).await?;
    let sync_state = open_state(&tree).await?;
    let folders = RemoteFolders {
        client: transfers.inner.client.clone(),
        account: tree.account.clone(),
        state: open_manifests(&tree).await,
        dry_run: tree.options.dry_run,
        version_pattern: tree.version_pattern.clone(),
    };
    let root = folders.list(tree.folder.clone()).await?;
    let is_eager = !matcher.is_selective() && tree.selection.is_none();
    let decider = decider(&transfers, &tree, sync_state, matcher).await?;
    let driver = Driver {
        renames: renames(&tree, &decider),
        local: LocalNames::default(),
        decider,
        transfers,
        queue: tree.options.backlog(),
        tree,
        folders,
        is_eager,
        levels: vec![Level::new(
            RemotePath::default(),
            PathBuf::new(),
            LevelState::Found(Box::new(root)),
        )],
        uploads: JoinSet::new(),
        stacking: JoinSet::new(),
        new_versions: 0,
        summary: Summary::default(),
    };
    driver.run(walker).await
}

/// Refuses settings that exclude each other.
fn check(tree: &UploadTree) -> Result<(), TransferError> {
    let refuse =
        |message: &'static str| Err(TransferError::new(TransferErrorKind::Invalid, message));
    if tree.options.on_conflict == OnConflict::Replace {
        return refuse("the service cannot replace files; use another policy for conflicts");
    }
    let has_state = tree.options.states.is_some() && tree.directory().is_some();
    if tree.options.deletion.is_some() && !has_state {
        return refuse("only the upload of one directory with a state can delete files");
    }
    Ok(())
}

/// Opens the state of the tree.
async fn open_state(tree: &UploadTree) -> Result<Option<SyncState>, TransferError> {
    if tree.options.states.is_none() || tree.options.open_state.is_some() {
        return Ok(tree.options.opened_state());
    }
    let (directory, access) = match tree.directory() {
        Some(directory) => {
            let canonical = directory.to_owned();
            let canonical = blocking(move || canonical.canonicalize()).await;
            (Some(canonical.map_err(|error| unopened(directory, error))?), Access::Exclusive)
        }
        None => (None, Access::Shared),
    };
    tree.options.open_state(tree.place(), directory, access).await
}

/// Opens the directory of manifests. A dry run has none.
async fn open_manifests(tree: &UploadTree) -> Option<StateDirectory> {
    let manifests = tree.manifests.clone().or_else(|| tree.options.states.clone());
    let path = manifests.filter(|_| !tree.options.dry_run)?;
    StateDirectory::open(path, tree.account.clone(), tree.on_warning.clone()).await
}

async fn decider(
    transfers: &Transfers,
    tree: &UploadTree,
    state: Option<SyncState>,
    matcher: FileMatcher,
) -> Result<Decider, TransferError> {
    let options = &tree.options;
    Ok(Decider {
        transfers: transfers.clone(),
        stacker: Stacker::new(transfers.inner.clone(), tree.account.clone(), tree.reorder),
        state,
        directory: tree.directory().map(ToOwned::to_owned),
        checksums: options.open_checksums().await?,
        matcher,
        bases: match &tree.roots {
            Roots::Within(directory) => Bases::new(None, directory),
            Roots::Paths(_) => Bases::default(),
        },
        on_conflict: options.on_conflict,
        verify_remote: options.verify_remote,
        dry_run: options.dry_run,
        hash_reports: options.hash_reports(),
        elsewhere: Elsewhere::new(options.states.clone()),
    })
}

/// Returns the records of files that may have been renamed.
fn renames(tree: &UploadTree, decider: &Decider) -> Renames {
    let finds_renames = tree.directory().is_some()
        && tree.selection.as_ref().is_none_or(|selection| selection.renames);
    let records = decider.state.as_ref().filter(|_| finds_renames);
    let mut records = records.map(SyncState::records).unwrap_or_default();
    records.retain(|(key, record)| decider.selects(key, record.stamp));
    Renames::new(records)
}
