//! Version stacks, in the order of their versions.

use frameio_api::assets::Asset;
use frameio_api::files::{MoveFile, ShowFile};
use frameio_api::version_stacks::{CreateVersionStack, ShowVersionStack};
use frameio_core::{AssetId, FileId, FolderId, VersionStackId};

use super::folders::{no_folder, path};
use super::{Kind, Run};
use crate::error::ArchiveError;
use crate::layout::Item;

/// Maximum number of files in a call that creates a stack.
const FILES: usize = 10;

impl Run {
    pub(super) async fn stacks(&self) -> Result<(), ArchiveError> {
        let mut items = self.items().await?;
        loop {
            let batch = items.next().await?;
            if batch.is_empty() {
                return Ok(());
            }
            for item in &batch {
                let Asset::VersionStack(stack) = &item.asset else { continue };
                let ids: Vec<FileId> = item
                    .versions
                    .iter()
                    .filter_map(|it| self.state.created(Kind::File, it.file.id.as_str()))
                    .map(FileId::from)
                    .collect();
                if ids.len() < 2 {
                    let reason = "a version stack needs two versions; the file is restored alone";
                    self.report.impossible(&path(item), 1, reason);
                    continue;
                }
                match Box::pin(self.stack(item, stack.id.as_str(), &ids)).await {
                    Ok(()) => self.report.count(|counts| counts.version_stacks += 1),
                    Err(error) => self.failed(&path(item), error)?,
                }
            }
        }
    }

    /// Creates a stack, or continues one of an earlier run.
    async fn stack(&self, item: &Item, old: &str, ids: &[FileId]) -> Result<(), ArchiveError> {
        if self.state.created(Kind::VersionStack, old).is_some() {
            return Ok(());
        }
        let folder = self.folder(&item.folder_id).ok_or_else(no_folder)?;
        let is_begun = self.state.begin(Kind::VersionStack, old).await?;
        let stack = match (is_begun, ids.first()) {
            (true, Some(first)) => self.stack_of(first, &folder).await?,
            _ => None,
        };
        let stack = match stack {
            Some(stack) => stack,
            None => self.create_stack(&folder, ids).await?,
        };
        for id in ids {
            if self.stack_of(id, &folder).await?.is_none() {
                let into = MoveFile::new(&self.settings.account, id, AssetId::from(stack.clone()));
                self.client.send(into).await.map_err(ArchiveError::call)?;
            }
        }
        self.check_head(item, &stack, ids).await?;
        self.state.done(Kind::VersionStack, old, stack.as_str()).await
    }

    async fn create_stack(
        &self,
        folder: &FolderId,
        ids: &[FileId],
    ) -> Result<VersionStackId, ArchiveError> {
        // The oldest file is first.
        let first: Vec<FileId> = ids.iter().take(FILES).cloned().collect();
        let create = CreateVersionStack::new(&self.settings.account, folder, first);
        Ok(self.client.send(create).await.map_err(ArchiveError::call)?.id)
    }

    /// Returns the stack of a file; `None` if it is in the folder.
    async fn stack_of(
        &self,
        file: &FileId,
        folder: &FolderId,
    ) -> Result<Option<VersionStackId>, ArchiveError> {
        let show = ShowFile::new(&self.settings.account, file);
        let shown = self.client.send(show).await.map_err(ArchiveError::call)?;
        let parent = shown.parent_id.filter(|parent| parent.as_str() != folder.as_str());
        Ok(parent.map(VersionStackId::from))
    }

    /// Notes a head that is not the one of the archive. The service does not document which version
    /// becomes the head.
    async fn check_head(
        &self,
        item: &Item,
        stack: &VersionStackId,
        ids: &[FileId],
    ) -> Result<(), ArchiveError> {
        let show = ShowVersionStack::new(&self.settings.account, stack);
        let shown = self.client.send(show).await.map_err(ArchiveError::call)?;
        let head = shown.head_version.map(|head| head.id);
        if !item.is_ordered {
            let reason = "the order of its versions is unknown in the archive";
            self.report.impossible(&path(item), 1, reason);
        } else if head.as_ref() != ids.last() {
            self.report.impossible(&path(item), 1, "the service has made another version the head");
        }
        Ok(())
    }
}
