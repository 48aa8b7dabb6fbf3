//! One file of a tree: whether it is sent, and what is reported of it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use frameio_core::FileId;

use super::folder_log::FolderLog;
use super::remote::{Child, RemoteFile, added, files, report_added};
use super::state::StateDirectory;
use crate::checksums::{Checksums, hash};
use crate::tasks::blocking;
use crate::upload::UploadManifest;
use crate::upload::manifest::Manifest;
use crate::{
    Existing, Item, Outcome, RemotePath, TransferError, TransferErrorKind, Transfers, Upload,
};

/// How a file is compared with those that exist.
#[derive(Clone)]
pub(super) struct Comparison {
    pub(super) existing: Existing,
    pub(super) checksums: Option<Checksums>,
}

impl Comparison {
    /// Returns the file that is the same as a local one, as far as can be told; `None` if that is to
    /// be sent.
    pub(super) async fn same(
        &self,
        files: &[RemoteFile],
        local: &Path,
        size: Option<u64>,
    ) -> Result<Option<FileId>, TransferError> {
        let complete = || files.iter().filter(|file| file.is_complete);
        if self.existing == Existing::Refuse {
            return match complete().next() {
                None => Ok(None),
                Some(file) => {
                    let message = "there is a file of this name already";
                    let error = TransferError::new(TransferErrorKind::Invalid, message);
                    Err(error.of_file(&file.id))
                }
            };
        }
        let alike = complete().filter(|file| Some(file.size) == size).map(|file| file.id.clone());
        let alike: Vec<_> = alike.collect();
        match &self.checksums {
            Some(checksums) if !alike.is_empty() => checksums.find(alike, local).await,
            _ => Ok(alike.into_iter().next()),
        }
    }
}

/// A file that is sent, unless another run does so first.
pub(super) struct FileUpload {
    pub(super) transfers: Transfers,
    pub(super) comparison: Comparison,
    pub(super) upload: Upload,
    pub(super) remote: RemotePath,
    pub(super) local: PathBuf,
    pub(super) size: Option<u64>,
    /// Files of this name that are not complete.
    pub(super) unfinished: Vec<RemoteFile>,
    pub(super) manifest: Option<(StateDirectory, PathBuf)>,
    /// What other runs add to its folder.
    pub(super) log: Option<FolderLog>,
}

impl FileUpload {
    /// Sends the file; the item of it, and those of unfinished files of its name.
    pub(super) async fn run(mut self) -> Vec<Item> {
        let (remote, local) = (self.remote.clone(), self.local.clone());
        let mut unfinished: Vec<_> =
            std::mem::take(&mut self.unfinished).into_iter().map(|file| file.id).collect();
        let item = match self.send(&mut unfinished).await {
            Ok((file_id, outcome)) => {
                unfinished.retain(|id| *id != file_id);
                let (remote, local) = (remote.clone(), local.clone());
                Item { remote, local, file_id: Some(file_id), outcome }
            }
            Err(error) => {
                unfinished.retain(|id| Some(id) != error.file_id());
                Item::failed(remote.clone(), local.clone(), error)
            }
        };
        let unfinished = unfinished.into_iter().map(|id| Item {
            remote: remote.clone(),
            local: local.clone(),
            file_id: Some(id),
            outcome: Outcome::Unfinished,
        });
        [item].into_iter().chain(unfinished).collect()
    }

    async fn send(self, unfinished: &mut Vec<FileId>) -> Result<(FileId, Outcome), TransferError> {
        let name = self.remote.names().last().cloned().unwrap_or_default();
        let (mut upload, mut locked) = (self.upload, None);
        if let Some((state, path)) = &self.manifest
            && let Some((manifest, saved)) = state.lock_manifest(path).await?
        {
            let saved = saved.map(Box::new);
            let on_failure = state.on_failure();
            upload.manifest =
                Some(UploadManifest::Locked { manifest: manifest.clone(), saved, on_failure });
            locked = Some(manifest);
        }
        // Only now that no other run can begin it: one may have sent it since the folder was listed.
        let files = files(&added(self.log.as_ref(), &name).await);
        match self.comparison.same(&files, &self.local, self.size).await {
            Ok(None) => {}
            Ok(Some(file_id)) => {
                remove(locked).await;
                return Ok((file_id, Outcome::Skipped));
            }
            Err(error) => return Err(failed(locked, error).await),
        }
        let before = stamp(self.local.clone()).await;
        let uploaded = match self.transfers.upload(upload).await {
            Ok(uploaded) => uploaded,
            Err(error) => return Err(failed(locked, error).await),
        };
        if let Some(replaced) = uploaded.replaced.filter(|id| !unfinished.contains(id)) {
            unfinished.push(replaced);
        }
        let id = uploaded.file.id;
        if let Some(checksums) = self.comparison.checksums.filter(|_| self.size.is_some()) {
            keep_checksum(&checksums, &id, &self.local, before).await;
        }
        let size = self.size.unwrap_or(uploaded.bytes);
        let child = Child::File(RemoteFile { id: id.clone(), size, is_complete: true });
        report_added(self.log.as_ref(), &name, child).await;
        // Others see the log before the lock is gone.
        remove(locked).await;
        Ok((id, Outcome::Transferred { bytes: uploaded.bytes, digest: None }))
    }
}

async fn remove(manifest: Option<Manifest>) {
    if let Some(manifest) = manifest {
        manifest.remove().await;
    }
}

/// Removes a manifest by which nothing can be resumed.
async fn failed(manifest: Option<Manifest>, error: TransferError) -> TransferError {
    if let Some(manifest) = manifest.filter(|manifest| !manifest.is_begun()) {
        manifest.remove().await;
    }
    error
}

/// Size and modification time, by which it is found that a file was written to.
async fn stamp(path: PathBuf) -> Option<(u64, SystemTime)> {
    let read = blocking(move || {
        let metadata = std::fs::metadata(path)?;
        Ok::<_, io::Error>((metadata.len(), metadata.modified()?))
    });
    read.await.ok()
}

/// Keeps the checksum of a file that was sent.
async fn keep_checksum(
    checksums: &Checksums,
    id: &FileId,
    local: &Path,
    before: Option<(u64, SystemTime)>,
) {
    let Ok(checksum) = hash(local.to_owned()).await else { return };
    // It may be another file by now than the one that was sent.
    if before.is_some() && before == stamp(local.to_owned()).await {
        checksums.keep(id, &checksum).await;
    }
}
