//! Folders of the service, and what is in them.

use std::collections::HashMap;

use frameio_api::assets::{Asset, AssetSort};
use frameio_api::files::FileStatus;
use frameio_api::folders::{CreateFolder, ListFolderChildren};
use frameio_client::Client;
use frameio_core::{AccountId, FileId, FolderId};
use unicode_normalization::UnicodeNormalization;

use super::folder_log::FolderLog;
use super::state::StateDirectory;
use crate::{SafeNames, TransferError, TransferErrorKind};

/// Lists and creates folders of one account.
#[derive(Clone)]
pub(super) struct RemoteFolders {
    pub(super) client: Client,
    pub(super) account: AccountId,
    pub(super) state: Option<StateDirectory>,
    pub(super) dry_run: bool,
}

/// A folder of the service, and what is in it by name.
pub(super) struct RemoteFolder {
    /// `None` where it would have to be created, in a dry run.
    pub(super) id: Option<FolderId>,
    children: HashMap<String, Vec<Child>>,
    /// Those that have another name on a disk, by that one.
    renamed: HashMap<String, Child>,
    /// What other runs add to it.
    pub(super) log: Option<FolderLog>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Child {
    Folder(FolderId),
    File(RemoteFile),
}

/// A file, or the newest version of a version stack.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RemoteFile {
    pub(super) id: FileId,
    pub(super) size: u64,
    pub(super) is_complete: bool,
}

impl RemoteFolders {
    /// Lists a folder.
    pub(super) async fn list(&self, id: FolderId) -> Result<RemoteFolder, TransferError> {
        // Before the list: what others add from now on is in the one or in the other.
        let mut folder = self.empty(Some(id.clone())).await;
        let mut names = SafeNames::new();
        // In the order of a download, which so gives the same names on a disk.
        let list = ListFolderChildren::new(&self.account, id).sort(AssetSort::CreatedAtAsc);
        let mut items = self.client.items(list.page_size(500));
        while let Some(asset) = items.next().await {
            let asset = asset.map_err(TransferError::call)?;
            let on_disk = names.name(asset.name(), asset.id().as_str());
            let Some(child) = Child::of(&asset) else { continue };
            if on_disk != asset.name() {
                folder.renamed.insert(key(&on_disk), child.clone());
            }
            folder.children.entry(key(asset.name())).or_default().push(child);
        }
        Ok(folder)
    }

    /// Returns the folder of a name in `parent`, created where it is missing, unless it is a dry
    /// run.
    pub(super) async fn folder(
        &self,
        parent: &RemoteFolder,
        name: &str,
    ) -> Result<RemoteFolder, TransferError> {
        match (only_folder(parent.children(name))?, &parent.id) {
            (Some(id), _) => self.list(id).await,
            (None, Some(id)) if !self.dry_run => self.create(parent, id, name).await,
            (None, _) => Ok(self.empty(None).await),
        }
    }

    async fn create(
        &self,
        parent: &RemoteFolder,
        parent_id: &FolderId,
        name: &str,
    ) -> Result<RemoteFolder, TransferError> {
        let _lock = match &self.state {
            Some(state) => state.lock_creation(parent_id, name).await?,
            None => None,
        };
        // Another run may have created it since `parent` was listed.
        if let Some(id) = only_folder(&parent.added(name).await)? {
            return self.list(id).await;
        }
        let create = CreateFolder::new(&self.account, parent_id).name(name);
        let created = self.client.send(create).await.map_err(TransferError::call)?;
        let folder = self.empty(Some(created.id.clone())).await;
        parent.report_added(name, Child::Folder(created.id)).await;
        Ok(folder)
    }

    /// A folder without children.
    async fn empty(&self, id: Option<FolderId>) -> RemoteFolder {
        let log = match (&self.state, &id) {
            (Some(state), Some(id)) => state.log(id).await,
            _ => None,
        };
        RemoteFolder { id, children: HashMap::new(), renamed: HashMap::new(), log }
    }
}

impl Child {
    fn of(asset: &Asset) -> Option<Self> {
        let file = match asset {
            Asset::Folder(folder) => return Some(Self::Folder(folder.id.clone())),
            Asset::File(file) => &**file,
            Asset::VersionStack(stack) => stack.head_version.as_deref()?,
            _ => return None,
        };
        Some(Self::File(RemoteFile {
            id: file.id.clone(),
            size: file.file_size,
            is_complete: file.status != FileStatus::Created,
        }))
    }
}

impl RemoteFolder {
    /// Returns what has a name; or else what a download gives this name, so that it is not sent back
    /// as something else.
    fn children(&self, name: &str) -> &[Child] {
        let renamed = || self.renamed.get(&key(name)).map(std::slice::from_ref);
        self.children.get(&key(name)).map(Vec::as_slice).or_else(renamed).unwrap_or_default()
    }

    /// Returns the files of a name.
    pub(super) fn files(&self, name: &str) -> Vec<RemoteFile> {
        files(self.children(name))
    }

    /// Returns what other runs added under a name since the folder was listed.
    async fn added(&self, name: &str) -> Vec<Child> {
        added(self.log.as_ref(), name).await
    }

    async fn report_added(&self, name: &str, child: Child) {
        report_added(self.log.as_ref(), name, child).await;
    }
}

/// Returns what other runs added to a folder under a name; nothing where there is no log to read.
pub(super) async fn added(log: Option<&FolderLog>, name: &str) -> Vec<Child> {
    let Some(log) = log else { return Vec::new() };
    log.added(name).await.unwrap_or_else(|error| {
        tracing::warn!(target: "frameio::transfer", %error, "folder_log.not_read");
        Vec::new()
    })
}

/// Lets other runs know of a child that was added to a folder.
pub(super) async fn report_added(log: Option<&FolderLog>, name: &str, child: Child) {
    let Some(log) = log else { return };
    if let Err(error) = log.append(name, &child).await {
        tracing::warn!(target: "frameio::transfer", %error, "folder_log.not_written");
    }
}

pub(super) fn files(children: &[Child]) -> Vec<RemoteFile> {
    let files = children.iter().filter_map(|child| match child {
        Child::File(file) => Some(file.clone()),
        Child::Folder(_) => None,
    });
    files.collect()
}

/// Returns the folder among children of one name, if there is one.
fn only_folder(children: &[Child]) -> Result<Option<FolderId>, TransferError> {
    let folders = children.iter().filter_map(|child| match child {
        Child::Folder(id) => Some(id),
        Child::File(_) => None,
    });
    let folders: Vec<_> = folders.collect();
    match &*folders {
        [] => Ok(None),
        [id] => Ok(Some((*id).clone())),
        all => {
            let ids: Vec<_> = all.iter().map(|id| id.as_str()).collect();
            let message = format!(
                "there are {} folders of this name: rename all but one of {}",
                all.len(),
                ids.join(", ")
            );
            Err(TransferError::new(TransferErrorKind::Ambiguous, message))
        }
    }
}

/// Returns what names have in common that look the same: macOS writes accents in its own way.
pub(super) fn key(name: &str) -> String {
    name.nfc().collect()
}
