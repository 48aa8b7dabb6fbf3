//! Renames of remote folders whose local directories were renamed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use frameio_api::folders::{MoveFolder, ShowFolder, UpdateFolder};
use frameio_client::Client;
use frameio_core::{AccountId, FolderId};

use super::driver::Driver;
use crate::safe_name::is_local_name;
use crate::sync_state::stamp::Stamp;
use crate::sync_state::{GoneDirectory, SyncState};
use crate::tasks::blocking;
use crate::{Compared, Item, Outcome, RemotePath, TransferError, Verdict};

/// Directories that were renamed since both sides were equal.
#[derive(Default)]
pub(super) struct RenamedFolders {
    /// Recorded directories that no longer exist, when they are needed first.
    gone: Option<Vec<GoneDirectory>>,
    /// Earlier names in the state of files in renamed directories, by their new ones.
    files: HashMap<String, String>,
}

impl RenamedFolders {
    /// Reports a file as moved, if it is in a renamed directory.
    pub(super) fn moved(&mut self, key: &str, item: Item) -> Item {
        let Some(from) = self.files.remove(key) else { return item };
        let compared = Compared::new(Verdict::Changed, super::renames::reason(&from));
        let outcome = Outcome::Moved { from: RemotePath::new(from.split('/')) };
        Item { outcome, ..item }.compared(compared)
    }
}

impl Driver {
    /// Renames the remote folder of a directory that has a new name, if all recorded files of exactly one
    /// directory that no longer exists are in it. Returns the folder.
    ///
    /// The files that move alone would leave an empty folder, whose name every download would need.
    pub(super) async fn rename_folder(
        &mut self,
        state: &SyncState,
        (parent, remote, local): (Option<&FolderId>, &RemotePath, &Path),
    ) -> Result<Option<FolderId>, TransferError> {
        let matcher = &self.decider.matcher;
        let is_whole = !matcher.is_selective() && !matcher.has_excludes();
        if !is_whole || !state.is_known() || self.tree.directory().is_none() {
            return Ok(None);
        }
        let gone = match self.renamed_folders.gone.take() {
            Some(gone) => gone,
            None => state.gone_directories().await,
        };
        let found = only_match(state, &gone, local).await;
        self.renamed_folders.gone = Some(gone);
        let Some(GoneDirectory { key: from, folder, files }) = found else { return Ok(None) };
        let above = match from.rsplit_once('/') {
            Some((above, _)) => state.folder(above),
            None => Some(self.tree.folder.clone()),
        };
        let place = Place {
            client: self.transfers.inner.client.clone(),
            account: self.tree.account.clone(),
            old_parent: above,
            parent: parent.cloned(),
            old_name: from.rsplit('/').next().unwrap_or_default().to_owned(),
            name: remote.names().last().cloned().unwrap_or_default(),
        };
        let dry_run = self.tree.options.dry_run;
        if !self.reporting(Box::pin(place.rename(&folder, dry_run))).await? {
            return Ok(None);
        }
        let to = state.key(local);
        state.rename_directory(&from, &to).await;
        self.renames.rename_directory(&from, &to);
        let moved =
            files.into_iter().map(|(file, _)| (format!("{to}/{file}"), format!("{from}/{file}")));
        self.renamed_folders.files.extend(moved);
        if let Some(gone) = &mut self.renamed_folders.gone {
            let below = format!("{from}/");
            gone.retain(|other| other.key != from && !other.key.starts_with(&below));
        }
        Ok(Some(folder))
    }
}

/// Returns the directory whose recorded files are all in `local`, if it is the only one.
async fn only_match(
    state: &SyncState,
    gone: &[GoneDirectory],
    local: &Path,
) -> Option<GoneDirectory> {
    let mut found = None;
    for directory in gone {
        if !has_files(local.to_owned(), directory).await {
            continue;
        }
        // The files of a disk that is not mounted were not renamed.
        let (name, _) = directory.files.first()?;
        if state.is_elsewhere(&format!("{}/{name}", directory.key)).await {
            continue;
        }
        if found.replace(directory).is_some() {
            return None;
        }
    }
    found.cloned()
}

async fn has_files(local: PathBuf, directory: &GoneDirectory) -> bool {
    let files = directory.files.clone();
    let has_all = blocking(move || {
        let has = |(name, stamp): (String, Stamp)| {
            let path = name.split('/').fold(local.clone(), |path, name| path.join(name));
            std::fs::symlink_metadata(path)
                .is_ok_and(|now| now.is_file() && Stamp::of(&now) == stamp)
        };
        let mut files = files.into_iter().map(|(name, record)| (name, record.stamp));
        Ok::<_, std::io::Error>(files.all(has))
    });
    has_all.await.unwrap_or(false)
}

/// The earlier and the new place of a folder.
struct Place {
    client: Client,
    account: AccountId,
    old_parent: Option<FolderId>,
    /// `None` in a dry run that would create it.
    parent: Option<FolderId>,
    old_name: String,
    name: String,
}

impl Place {
    /// Renames a folder. Returns `false` if it is not in its earlier place.
    async fn rename(self, folder: &FolderId, dry_run: bool) -> Result<bool, TransferError> {
        let show = ShowFolder::new(&self.account, folder);
        let found = match self.client.send(show).await {
            Ok(found) => found,
            Err(error) if error.is_not_found() => return Ok(false),
            Err(error) => return Err(TransferError::call(error)),
        };
        let parent = found.parent_id.as_ref().map(|id| id.as_str());
        // An earlier run may have been killed between both steps.
        let is_known = is_local_name(&self.old_name, &found.name) || self.name == found.name;
        if !is_known || parent != self.old_parent.as_ref().map(|id| id.as_str()) {
            return Ok(false);
        }
        if dry_run {
            return Ok(true);
        }
        if found.name != self.name {
            let rename = UpdateFolder::new(&self.account, folder).name(&*self.name);
            self.client.send(rename).await.map_err(TransferError::call)?;
        }
        if let Some(into) = self.parent.filter(|into| Some(into.as_str()) != parent) {
            let into = MoveFolder::new(&self.account, folder, into);
            self.client.send(into).await.map_err(TransferError::call)?;
        }
        Ok(true)
    }
}
