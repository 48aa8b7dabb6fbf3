//! Folders from the root to the current position of the walk.

use std::path::PathBuf;

use super::driver::Driver;
use super::remote::RemoteFolder;
use super::versions::Numbering;
use crate::RemotePath;

pub(super) struct Level {
    pub(super) path: RemotePath,
    pub(super) local: PathBuf,
    pub(super) state: LevelState,
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
    pub(super) fn new(path: RemotePath, local: PathBuf, state: LevelState) -> Self {
        Self { path, local, state, groups: Numbering::default(), has_excluded: false }
    }
}

impl Driver {
    /// Leaves the current folder. Creates it if it contains no files to upload, unless it is only
    /// empty because of the patterns.
    pub(super) async fn leave(&mut self) {
        self.send_groups().await;
        let Some(level) = self.levels.last() else { return };
        let is_unknown = matches!(level.state, LevelState::Unknown);
        let is_left_out = is_unknown && level.has_excluded;
        if is_unknown && self.is_eager && !is_left_out {
            self.find().await;
        }
        self.levels.pop();
        if let Some(parent) = self.levels.last_mut().filter(|_| is_left_out) {
            parent.has_excluded = true;
        }
    }

    /// Finds or creates the folders from the root to the current position.
    pub(super) async fn find(&mut self) {
        let folders = self.folders.clone();
        for at in 1..self.levels.len() {
            let [.., above, level] = self.levels.get_mut(..=at).unwrap_or_default() else { break };
            if !matches!(level.state, LevelState::Unknown) {
                continue;
            }
            let LevelState::Found(above) = std::mem::replace(&mut above.state, LevelState::Broken)
            else {
                level.state = LevelState::Broken;
                continue;
            };
            let (path, local) = (level.path.clone(), level.local.clone());
            let name = path.names().last().map_or("", |name| name);
            let folder = self.reporting(folders.folder(&above, name)).await;
            let state = match folder {
                Ok(folder) => LevelState::Found(Box::new(folder)),
                Err(error) => {
                    self.failed(path, local, error);
                    LevelState::Broken
                }
            };
            if let [.., parent, level] = self.levels.get_mut(..=at).unwrap_or_default() {
                parent.state = LevelState::Found(above);
                level.state = state;
            }
        }
    }
}
