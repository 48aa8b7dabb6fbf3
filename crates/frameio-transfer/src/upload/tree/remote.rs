//! What is in the folders of the service already.

use std::collections::HashMap;

use frameio_core::{AccountId, FileId, FolderId};
use unicode_normalization::UnicodeNormalization;

use crate::{SafeNames, TransferError, TransferErrorKind};
use frameio_api::assets::{Asset, AssetSort};
use frameio_api::files::FileStatus;
use frameio_api::folders::{CreateFolder, ListFolderChildren};
use frameio_client::Client;

/// A folder of the service, and what is in it by name.
pub(super) struct Remote {
    /// None where it would have to be created, in a dry run.
    pub(super) id: Option<FolderId>,
    children: HashMap<String, Vec<Child>>,
    /// Those that have another name on a disk, by that one.
    renamed: HashMap<String, Child>,
}

#[derive(Clone)]
enum Child {
    Folder(FolderId),
    File(RemoteFile),
}

/// A file, or the newest version of a version stack.
#[derive(Clone)]
pub(super) struct RemoteFile {
    pub(super) id: FileId,
    pub(super) size: u64,
    pub(super) is_complete: bool,
}

impl Remote {
    /// A folder that nothing is in.
    pub(super) fn empty(id: Option<FolderId>) -> Self {
        Self { id, children: HashMap::new(), renamed: HashMap::new() }
    }

    /// A folder with what is in it.
    pub(super) async fn list(
        client: &Client,
        account: &AccountId,
        id: FolderId,
    ) -> Result<Self, TransferError> {
        let mut this = Self::empty(Some(id.clone()));
        let mut names = SafeNames::new();
        // In the order of a download, which so gives the same names on a disk.
        let list = ListFolderChildren::new(account, id).sort(AssetSort::CreatedAtAsc);
        let mut items = client.items(list.page_size(500));
        while let Some(asset) = items.next().await {
            let asset = asset.map_err(TransferError::call)?;
            let on_disk = names.name(asset.name(), asset.id().as_str());
            let file = match &asset {
                Asset::File(file) => Some(&**file),
                Asset::VersionStack(stack) => stack.head_version.as_deref(),
                _ => None,
            };
            let child = match (&asset, file) {
                (Asset::Folder(folder), _) => Child::Folder(folder.id.clone()),
                (_, Some(file)) => Child::File(RemoteFile {
                    id: file.id.clone(),
                    size: file.file_size,
                    is_complete: file.status != FileStatus::Created,
                }),
                _ => continue,
            };
            if on_disk != asset.name() {
                this.renamed.insert(key(&on_disk), child.clone());
            }
            this.children.entry(key(asset.name())).or_default().push(child);
        }
        Ok(this)
    }

    /// What has a name; or else what a download gives this name, so that it is not sent back as
    /// something else.
    fn children(&self, name: &str) -> &[Child] {
        let renamed = || self.renamed.get(&key(name)).map(std::slice::from_ref);
        self.children.get(&key(name)).map(Vec::as_slice).or_else(renamed).unwrap_or_default()
    }

    /// The files of a name.
    pub(super) fn files(&self, name: &str) -> Vec<RemoteFile> {
        let files = self.children(name).iter().filter_map(|child| match child {
            Child::File(file) => Some(file.clone()),
            Child::Folder(_) => None,
        });
        files.collect()
    }

    /// The folder of a name, created where there is none, unless it is a dry run.
    pub(super) async fn folder(
        &self,
        client: &Client,
        account: &AccountId,
        name: &str,
        dry_run: bool,
    ) -> Result<Self, TransferError> {
        let folders: Vec<_> = self
            .children(name)
            .iter()
            .filter_map(|child| match child {
                Child::Folder(id) => Some(id),
                Child::File(_) => None,
            })
            .collect();
        match (&*folders, &self.id) {
            ([id], _) => Self::list(client, account, (*id).clone()).await,
            ([], Some(id)) if !dry_run => {
                let create = CreateFolder::new(account, id).name(name);
                let folder = client.send(create).await.map_err(TransferError::call)?;
                Ok(Self::empty(Some(folder.id)))
            }
            ([], _) => Ok(Self::empty(None)),
            (all, _) => {
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
}

/// What names have in common that look the same: macOS writes accents in its own way.
fn key(name: &str) -> String {
    name.nfc().collect()
}
