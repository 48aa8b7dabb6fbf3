//! Uploads of the originals.

use frameio_api::assets::Asset;
use frameio_api::files::{File, FileStatus};
use frameio_core::{FileId, FolderId};
use frameio_transfer::Upload;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::folders::{no_folder, path};
use super::{Kind, RestoreEvent, Run};
use crate::error::ArchiveError;
use crate::layout::STATE;
use crate::tasks::blocking;

/// Directory of the manifests of uploads.
const MANIFESTS: &str = "uploads";

impl Run {
    /// Uploads the files, each into its folder. Versions are stacked later.
    pub(super) async fn files(&self) -> Result<(), ArchiveError> {
        let directory = self.directory.clone();
        blocking(move || directory.create(&format!("{STATE}/{MANIFESTS}"))).await?;
        let mut items = self.items().await?;
        let mut uploads = FuturesUnordered::new();
        let mut unsaved = 0;
        loop {
            let batch = items.next().await?;
            if batch.is_empty() {
                break;
            }
            for item in &batch {
                for (file, local) in item.files() {
                    let Some(local) = local else {
                        unsaved += 1;
                        continue;
                    };
                    while uploads.len() >= self.settings.files_in_flight {
                        uploads.next().await.transpose()?;
                    }
                    let (what, folder) = (path(item), self.folder(&item.folder_id));
                    let (file, local) = (file.clone(), local.to_owned());
                    uploads.push(Box::pin(async move {
                        match self.upload(&file, folder, &local).await {
                            Ok(()) => Ok(()),
                            Err(error) => self.failed(&what, error),
                        }
                    }));
                }
            }
        }
        while let Some(uploaded) = uploads.next().await {
            uploaded?;
        }
        self.report.impossible("files", unsaved, "the archive does not have their content");
        let files = self.report.files();
        self.report.impossible("creators and dates of files", files, "the API cannot set them");
        Ok(())
    }

    async fn upload(
        &self,
        file: &File,
        folder: Option<FolderId>,
        local: &str,
    ) -> Result<(), ArchiveError> {
        let is_earlier = self.state.created(Kind::File, file.id.as_str()).is_some();
        if !is_earlier {
            let folder = folder.ok_or_else(no_folder)?;
            let id = self.upload_new(file, &folder, local).await?;
            self.state.done(Kind::File, file.id.as_str(), id.as_str()).await?;
        }
        self.report.count(|counts| {
            counts.files += 1;
            counts.bytes += file.file_size;
        });
        let size = file.file_size;
        self.report.event(RestoreEvent::FileRestored { path: local, size, is_earlier });
        Ok(())
    }

    async fn upload_new(
        &self,
        file: &File,
        folder: &FolderId,
        local: &str,
    ) -> Result<FileId, ArchiveError> {
        let name = frameio_transfer::safe_name(&format!("{}.upload", file.id.as_str()));
        let manifest = self.directory.state(MANIFESTS).join(name);
        let (directory, path, saved) = (self.directory.clone(), local.to_owned(), manifest.clone());
        let (source, has_manifest) =
            blocking(move || Ok((directory.original(&path)?, saved.exists()))).await?;
        let is_begun = self.state.begin(Kind::File, file.id.as_str()).await?;
        if is_begun && !has_manifest {
            // The earlier run was killed before its first part or after its last one.
            let is_same = |asset: &Asset| {
                asset.as_file().is_some_and(|it| {
                    let is_complete = it.status != FileStatus::Created;
                    it.name == file.name && it.file_size == file.file_size && is_complete
                })
            };
            if let Some(found) = self.existing(folder, is_same).await? {
                return Ok(found.id().into());
            }
        }
        let upload = Upload::from_path(&self.settings.account, folder, source)
            .name(&*file.name)
            .manifest(manifest)
            .restart(true);
        let uploaded = self.transfers.upload(upload).await.map_err(ArchiveError::transfer)?;
        let restarted = u64::from(uploaded.replaced.is_some());
        let reason = "an incomplete upload of an earlier run remains; delete it";
        self.report.impossible(local, restarted, reason);
        Ok(uploaded.file.id)
    }
}
