//! The start of the upload of a tree: settings that are refused, and what the run opens.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use tokio::task::JoinSet;

use super::decide::Decider;
use super::deletions::LocalNames;
use super::driver::Driver;
use super::duplicates::Creations;
use super::levels::{Level, LevelState};
use super::local::Walker;
use super::remote::RemoteFolders;
use super::renamed_folders::RenamedFolders;
use super::renames::Renames;
use super::state::StateDirectory;
use super::{Roots, UploadTree};
use crate::directory_content::Content;
use crate::filter::{Bases, FileMatcher};
use crate::local_file::LocalFile;
use crate::local_file::source_failed;
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
    let named = open_named(&tree).await?;
    let root = Level {
        state: decider.state.clone(),
        ..Level::new(RemotePath::default(), PathBuf::new(), LevelState::Found(Box::new(root)))
    };
    let driver = Driver {
        renames: renames(&tree, &decider),
        renamed_folders: RenamedFolders::default(),
        moved: HashSet::new(),
        named,
        left: Vec::new(),
        local: LocalNames::default(),
        decider,
        transfers,
        queue: tree.options.backlog(),
        tree,
        folders,
        is_eager,
        levels: vec![root],
        uploads: JoinSet::new(),
        stacking: JoinSet::new(),
        new_versions: 0,
        creations: Creations::default(),
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
    match tree.directory() {
        Some(directory) => {
            let state = tree.options.open_state(tree.place(), directory, Access::Exclusive).await?;
            let content = Content { hidden: tree.hidden, follow_links: tree.follow_links };
            tree.options.check_content(state.as_ref(), (directory, content)).await?;
            Ok(state)
        }
        None => Ok(None),
    }
}

/// Opens the states of the directories of files that are given as paths.
async fn open_named(tree: &UploadTree) -> Result<HashMap<PathBuf, SyncState>, TransferError> {
    let mut states = HashMap::new();
    let Roots::Paths(paths) = &tree.roots else { return Ok(states) };
    let directories = paths.clone();
    let directories = blocking(move || {
        let files = directories
            .into_iter()
            .filter(|path| matches!(LocalFile::look_up(path), Ok(LocalFile::Regular(_))));
        Ok::<_, std::io::Error>(files.map(|path| directory_of(&path).to_owned()).collect())
    });
    let directories: Vec<PathBuf> = directories.await.map_err(source_failed)?;
    for directory in directories {
        if states.contains_key(&directory) {
            continue;
        }
        if let Some(state) =
            tree.options.open_state(tree.place(), &directory, Access::Shared).await?
        {
            states.insert(directory, state);
        }
    }
    Ok(states)
}

/// Returns the directory of a file, to which its name is joined to the same path: the empty path for a bare
/// name.
pub(super) fn directory_of(file: &Path) -> &Path {
    file.parent().unwrap_or_else(|| Path::new(""))
}

/// Opens the directory of manifests. A dry run has none.
async fn open_manifests(tree: &UploadTree) -> Option<StateDirectory> {
    let manifests = tree.manifests.clone().or_else(|| tree.options.states.clone());
    let path = manifests.filter(|_| !tree.options.dry_run)?;
    StateDirectory::open(path, tree.account.clone(), tree.options.on_warning.clone()).await
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
        checksums: options.open_checksums().await?,
        bases: match &tree.roots {
            Roots::Within(directory) => matcher.bases(directory),
            Roots::Paths(_) => Bases::default(),
        },
        matcher,
        on_conflict: options.on_conflict,
        verify_remote: options.verify_remote,
        dry_run: options.dry_run,
        hash_reports: options.hash_reports(),
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
