//! Folders, and the items that an earlier run may have created in them.

use frameio_api::assets::Asset;
use frameio_api::folders::{CreateFolder, Folder, ListFolderChildren};
use frameio_core::FolderId;

use super::{Kind, Run};
use crate::error::ArchiveError;
use crate::layout::Item;

impl Run {
    /// Creates the folders. A folder precedes its content in the archive.
    pub(super) async fn folders(&self) -> Result<(), ArchiveError> {
        let mut items = self.items().await?;
        loop {
            let batch = items.next().await?;
            if batch.is_empty() {
                return Ok(());
            }
            for item in &batch {
                let Asset::Folder(folder) = &item.asset else { continue };
                let restricted = u64::from(folder.restricted == Some(true));
                let reason = "the folder is no longer restricted";
                self.report.impossible(&path(item), restricted, reason);
                match Box::pin(self.create_folder(item, folder)).await {
                    Ok(()) => self.report.count(|counts| counts.folders += 1),
                    Err(error) => self.failed(&path(item), error)?,
                }
            }
        }
    }

    async fn create_folder(&self, item: &Item, folder: &Folder) -> Result<(), ArchiveError> {
        let old = folder.id.as_str();
        if self.state.created(Kind::Folder, old).is_some() {
            return Ok(());
        }
        let parent = self.folder(&item.folder_id).ok_or_else(no_folder)?;
        let is_same = |asset: &Asset| asset.as_folder().is_some_and(|it| it.name == folder.name);
        let found = match self.state.begin(Kind::Folder, old).await? {
            true => self.existing(&parent, is_same).await?.map(|asset| asset.id().to_string()),
            false => None,
        };
        let new = match found {
            Some(id) => id,
            None => {
                let create = CreateFolder::new(&self.settings.account, &parent);
                let create = create.name(&*folder.name);
                self.client.send(create).await.map_err(ArchiveError::call)?.id.into()
            }
        };
        self.state.done(Kind::Folder, old, &new).await
    }

    /// Finds an item that an earlier run created without noting it: one that is not known yet.
    pub(super) async fn existing(
        &self,
        folder: &FolderId,
        is_same: impl Fn(&Asset) -> bool,
    ) -> Result<Option<Asset>, ArchiveError> {
        let list = ListFolderChildren::new(&self.settings.account, folder).page_size(500);
        let mut assets = self.client.items(list).strict(true);
        while let Some(asset) = assets.next().await.transpose().map_err(ArchiveError::call)? {
            if is_same(&asset) && self.state.claim(asset.id().as_str()) {
                return Ok(Some(asset));
            }
        }
        Ok(None)
    }
}

/// Returns the path of an item in the project.
pub(super) fn path(item: &Item) -> String {
    frameio_transfer::RemotePath::new(&item.path).to_string()
}

/// The folder of an item could not be created.
pub(super) fn no_folder() -> ArchiveError {
    let message = "its folder could not be created";
    ArchiveError::new(crate::ArchiveErrorKind::Service, message)
}
