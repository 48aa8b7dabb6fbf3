//! Folders from the root to the current position of the walk.

use std::path::PathBuf;

use frameio_core::FolderId;

use super::UploadTree;
use super::driver::Driver;
use super::duplicates::Created;
use super::remote::RemoteFolder;
use super::versions::Numbering;
use crate::safe_name::name_with_hash;
use crate::sync_state::{Access, SyncState, state_key};
use crate::{RemotePath, TransferError};

pub(super) struct Level {
    pub(super) path: RemotePath,
    pub(super) local: PathBuf,
    pub(super) found: LevelState,
    /// Records of the directory and the folder, if they are known.
    pub(super) state: Option<SyncState>,
    /// Files with version numbers, which are uploaded in the order of their numbers.
    pub(super) groups: Numbering,
    /// Whether patterns excluded some of its content.
    pub(super) has_excluded: bool,
}

pub(super) enum LevelState {
    /// Not looked up yet.
    Unknown,
    Found(Box<RemoteFolder>),
    /// The folder can be neither found nor created.
    Broken,
}

impl Level {
    pub(super) fn new(path: RemotePath, local: PathBuf, found: LevelState) -> Self {
        Self { path, local, found, state: None, groups: Numbering::default(), has_excluded: false }
    }
}

impl Driver {
    /// Leaves the current folder. Creates it if it contains no files to upload, unless it is only
    /// empty because of the patterns.
    pub(super) async fn leave(&mut self) {
        self.send_groups().await;
        let Some(level) = self.levels.last() else { return };
        let is_unknown = matches!(level.found, LevelState::Unknown);
        let is_left_out = is_unknown && level.has_excluded;
        if is_unknown && self.is_eager && !is_left_out {
            self.find().await;
        }
        let left = self.levels.pop();
        self.left.extend(left.and_then(|level| self.unfinished(level)));
        if let Some(parent) = self.levels.last_mut().filter(|_| is_left_out) {
            parent.has_excluded = true;
        }
    }

    /// Finds or creates the folders from the root to the current position.
    pub(super) async fn find(&mut self) {
        let folders = self.folders.clone();
        for at in 1..self.levels.len() {
            let [.., above, level] = self.levels.get_mut(..=at).unwrap_or_default() else { break };
            if !matches!(level.found, LevelState::Unknown) {
                continue;
            }
            let LevelState::Found(parent) = std::mem::replace(&mut above.found, LevelState::Broken)
            else {
                level.found = LevelState::Broken;
                continue;
            };
            let (path, local) = (level.path.clone(), level.local.clone());
            let opening = (path.clone(), local.clone(), above.state.clone());
            let name = path.names().last().map_or("", |name| name);
            let state = above.state.clone().filter(|_| self.tree.selection.is_none());
            let recorded = state.as_ref().and_then(|state| state.folder(&state.key(&local)));
            let found = folders.find(&parent, name, (&local, recorded.as_ref())).await;
            let found = match (found, &state) {
                (Ok(None), Some(state)) => {
                    let place = (parent.id.as_ref(), &path, &*local);
                    Box::pin(self.rename_folder(state, place)).await
                }
                (found, _) => found,
            };
            let folder = match found {
                Ok(found) => self.reporting(folders.folder(found, (&parent, name))).await,
                Err(error) => Err(error),
            };
            let opened = match folder {
                Ok(folder) => {
                    if let (true, Some(id), Some(parent)) =
                        (folder.is_created, &folder.id, &parent.id)
                    {
                        self.creations.add(Created {
                            folder: parent.clone(),
                            remote: path.clone(),
                            local: local.clone(),
                            id: id.as_str().to_owned(),
                            known: Vec::new(),
                        });
                    }
                    let state = open_state(&self.tree, opening, folder.id.as_ref()).await;
                    state.map(|state| (LevelState::Found(Box::new(folder)), state))
                }
                Err(error) => Err(error),
            };
            let (found, state) = opened.unwrap_or_else(|error| {
                self.failed(path, local, error);
                (LevelState::Broken, None)
            });
            if let [.., above, level] = self.levels.get_mut(..=at).unwrap_or_default() {
                above.found = LevelState::Found(parent);
                (level.found, level.state) = (found, state);
            }
        }
    }

    /// Returns the state of a given directory with versions that are not stacked.
    fn unfinished(&self, level: Level) -> Option<(RemotePath, SyncState)> {
        let is_root = self.tree.directory().is_none() && self.levels.len() == 1;
        let state = level.state.filter(|state| is_root && !state.all_pending().is_empty())?;
        Some((level.path, state))
    }
}

/// Returns the state of a directory: that of the directory above, or its own if it is given as a path.
async fn open_state(
    tree: &UploadTree,
    (path, local, above): (RemotePath, PathBuf, Option<SyncState>),
    folder: Option<&FolderId>,
) -> Result<Option<SyncState>, TransferError> {
    // A dry run would create the folder.
    let Some(folder) = folder else { return Ok(above) };
    let Some(state) = above else {
        let is_given = path.names().len() == 1;
        return match is_given {
            true => tree.options.open_state((&tree.account, folder), &local, Access::Shared).await,
            false => Ok(None),
        };
    };
    // With a template, the folder is not that of the directory.
    let key = state.key(&local);
    let name = path.names().last().map_or("", |name| name);
    // A download has saved the folder under another name, because a file had its own one.
    let other = state.key(&local.with_file_name(name_with_hash(name, folder.as_str())));
    if state.folder(&other).as_ref() == Some(folder) && state.local_path(&other).is_dir() {
        return Ok(Some(state));
    }
    if tree.selection.is_none() || key == state_key(path.names()) {
        state.adopt(&key, folder).await?;
    }
    Ok(Some(state))
}
