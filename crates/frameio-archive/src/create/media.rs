//! Download of the originals.

use std::collections::HashMap;
use std::path::Path;

use frameio_api::assets::Asset;
use frameio_api::files::File;
use frameio_core::FileId;
use frameio_mhl::HashFormat;
use frameio_transfer::{Checksum, Download, Existing};
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::{CreateEvent, Run};
use crate::error::ArchiveError;
use crate::layout::{ITEMS, Item, MEDIA, SavedFile};
use crate::lines::{Batches, Lines, Log};
use crate::tasks::blocking;

/// Files that were saved, in the order in which they were complete.
pub(super) const LOG: &str = "files.jsonl";

/// Files that earlier runs have saved.
type Saved = HashMap<FileId, (u64, String)>;

impl Run {
    /// Saves the originals that earlier runs have not.
    pub(super) async fn media(&self) -> Result<(), ArchiveError> {
        let path = self.directory.state(LOG);
        let directory = self.directory.clone();
        let (log, earlier) = blocking(move || {
            directory.create(MEDIA)?;
            let log = Log::open(path.clone())?;
            let mut earlier = Saved::new();
            for saved in Lines::<SavedFile>::open(&path)? {
                let saved = saved?;
                earlier.insert(saved.file_id, (saved.size, saved.path));
            }
            Ok((log, earlier))
        })
        .await?;
        let mut items = Batches::<Item>::open(self.directory.at(ITEMS)).await?;
        let mut downloads = FuturesUnordered::new();
        loop {
            let batch = items.next().await?;
            if batch.is_empty() {
                break;
            }
            for item in &batch {
                self.directory_of(item).await?;
                for (file, local) in item.files() {
                    let Some(local) = local else { continue };
                    while downloads.len() >= self.settings.files_in_flight {
                        downloads.next().await.transpose()?;
                    }
                    let is_earlier = earlier.get(&file.id).is_some_and(|(_, path)| path == local);
                    let (path, file) = (item.path.clone(), file.clone());
                    let (local, log) = (local.to_owned(), &log);
                    downloads.push(Box::pin(async move {
                        match self.save(&file, &local, is_earlier, log).await {
                            Ok(()) => Ok(()),
                            Err(error) => self.failed(&path, &file.id, error),
                        }
                    }));
                }
            }
        }
        while let Some(saved) = downloads.next().await {
            saved?;
        }
        Ok(())
    }

    /// Creates the directory of a folder.
    async fn directory_of(&self, item: &Item) -> Result<(), ArchiveError> {
        if let (Asset::Folder(_), Some(local)) = (&item.asset, item.local.clone()) {
            let directory = self.directory.clone();
            blocking(move || directory.create(&local)).await?;
        }
        Ok(())
    }

    async fn save(
        &self,
        file: &File,
        local: &str,
        is_earlier: bool,
        log: &Log,
    ) -> Result<(), ArchiveError> {
        let (path, size) = (self.directory.at(local), file.file_size);
        if is_earlier && has_size(&path, size).await? {
            self.event(CreateEvent::FileSaved { path: local, size, is_earlier: true });
            return Ok(());
        }
        let download = Download::new(&self.settings.account, &file.id, &path)
            .checksum(Checksum::Xxh64)
            .existing(Existing::ReplaceDifferent);
        let done = self.transfers.download(download).await.map_err(ArchiveError::transfer)?;
        let xxh64 = match done.digest {
            Some(digest) => digest.as_str().to_owned(),
            // A run was killed after the last byte and before it noted the file.
            None => hash(path).await?,
        };
        let (file_id, size) = (file.id.clone(), done.size);
        log.append(&SavedFile { file_id, path: local.to_owned(), size, xxh64 }).await?;
        self.event(CreateEvent::FileSaved { path: local, size, is_earlier: done.skipped });
        Ok(())
    }
}

/// Returns whether a regular file has this size.
async fn has_size(path: &Path, size: u64) -> Result<bool, ArchiveError> {
    let path = path.to_owned();
    blocking(move || {
        let found = std::fs::symlink_metadata(path);
        Ok(found.is_ok_and(|found| found.is_file() && found.len() == size))
    })
    .await
}

async fn hash(path: std::path::PathBuf) -> Result<String, ArchiveError> {
    blocking(move || {
        let hash = HashFormat::Xxh64.hash_file(&path);
        let hash = hash.map_err(|error| ArchiveError::disk(&path, error))?;
        Ok(hash.as_str().to_owned())
    })
    .await
}
