//! The upload of one file of a tree: comparison, upload and report.

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
    Checksum, Existing, Item, Outcome, RemotePath, TransferError, TransferErrorKind, Transfers,
    Upload,
};

/// Method of comparison with existing files.
#[derive(Clone)]
pub(super) struct Comparison {
    pub(super) existing: Existing,
    pub(super) checksums: Option<Checksums>,
}

impl Comparison {
    /// Returns the remote file that equals a local one, or `None` if the local file must be uploaded.
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
                    let message = "a file of this name already exists";
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

/// Upload of a file, which is skipped if another run uploads the file first.
pub(super) struct FileUpload {
    pub(super) transfers: Transfers,
    pub(super) comparison: Comparison,
    pub(super) upload: Upload,
    pub(super) remote: RemotePath,
    pub(super) local: PathBuf,
    pub(super) size: Option<u64>,
    /// Incomplete remote files of this name.
    pub(super) unfinished: Vec<RemoteFile>,
    pub(super) manifest: Option<(StateDirectory, PathBuf)>,
    /// Log of additions to the folder by other runs.
    pub(super) log: Option<FolderLog>,
}

impl FileUpload {
    /// Uploads the file. Returns its item, and items of unfinished files of its name.
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
        // Checked after locking, because another run may have uploaded the file since the folder was
        // listed.
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
            match uploaded.digest.as_ref().filter(|digest| digest.checksum() == Checksum::Xxh3) {
                Some(digest) => checksums.keep(&id, digest.as_str()).await,
                None => keep_checksum(&checksums, &id, &self.local, before).await,
            }
        }
        let size = self.size.unwrap_or(uploaded.bytes);
        let child = Child::File(RemoteFile { id: id.clone(), size, is_complete: true });
        report_added(self.log.as_ref(), &name, child).await;
        // The lock is released after the log is written, so that other runs see the entry.
        remove(locked).await;
        Ok((id, Outcome::Transferred { bytes: uploaded.bytes, digest: uploaded.digest }))
    }
}

async fn remove(manifest: Option<Manifest>) {
    if let Some(manifest) = manifest {
        manifest.remove().await;
    }
}

/// Removes a manifest without an upload.
async fn failed(manifest: Option<Manifest>, error: TransferError) -> TransferError {
    if let Some(manifest) = manifest.filter(|manifest| !manifest.has_upload()) {
        manifest.remove().await;
    }
    error
}

/// Returns size and modification time, to detect modifications of a file.
async fn stamp(path: PathBuf) -> Option<(u64, SystemTime)> {
    let read = blocking(move || {
        let metadata = std::fs::metadata(path)?;
        Ok::<_, io::Error>((metadata.len(), metadata.modified()?))
    });
    read.await.ok()
}

/// Records the checksum of an uploaded file.
async fn keep_checksum(
    checksums: &Checksums,
    id: &FileId,
    local: &Path,
    before: Option<(u64, SystemTime)>,
) {
    let Ok(checksum) = hash(local.to_owned()).await else { return };
    // The file may have been modified or replaced after the upload.
    if before.is_some() && before == stamp(local.to_owned()).await {
        checksums.keep(id, &checksum).await;
    }
}
