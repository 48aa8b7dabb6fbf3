//! The upload of one file of a tree: upload, record, stacking and report.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use frameio_api::files::FileStatus;
use frameio_core::{FileId, FolderId};
use tokio::time::Instant;

use super::abandoned;
use super::decide::{Base, hash_unchanged, record};
use super::duplicates::Created;
use super::folder_log::FolderLog;
use super::remote::{Child, RemoteFile, added, files, report_added};
use super::state::StateDirectory;
use crate::checksums::Checksums;
use crate::sync_state::stamp::{Stamp, Xxh64};
use crate::sync_state::{Pending, SyncState};
use crate::upload::UploadManifest;
use crate::upload::manifest::Manifest;
use crate::versions::stack::{Stacker, Stacking};
use crate::{
    Checksum, Compared, IfExists, Item, OnConflict, Outcome, RemotePath, Stacked, TransferError,
    TransferErrorKind, Transfers, Upload, Uploaded, Verdict,
};

/// Upload of a file, which is skipped if another run uploads the file first.
pub(super) struct FileUpload {
    pub(super) transfers: Transfers,
    pub(super) checksums: Option<Checksums>,
    pub(super) upload: Upload,
    pub(super) remote: RemotePath,
    pub(super) local: PathBuf,
    pub(super) size: Option<u64>,
    pub(super) modified: Option<SystemTime>,
    pub(super) if_exists: IfExists,
    pub(super) compared: Compared,
    pub(super) folder: FolderId,
    /// State of the tree, and the name of the file in it.
    pub(super) state: Option<(SyncState, String)>,
    /// Preceding version, on which the file is stacked.
    pub(super) base: Option<Base>,
    /// Incomplete remote files of this name.
    pub(super) unfinished: Vec<RemoteFile>,
    pub(super) manifest: Option<(StateDirectory, PathBuf)>,
    /// Log of additions to the folder by other runs.
    pub(super) log: Option<FolderLog>,
}

/// Result of an upload, and the version that remains to be stacked.
pub(super) struct Finished {
    pub(super) items: Vec<Item>,
    pub(super) stack: Option<StackUpload>,
    /// New files, whose names did not exist.
    pub(super) created: Vec<Created>,
}

/// A complete file that becomes a new version.
pub(super) struct StackUpload {
    pub(super) stacker: Stacker,
    pub(super) state: Option<(SyncState, String)>,
    pub(super) on_conflict: OnConflict,
    pub(super) pending: Pending,
    /// Item of the file if it is stacked.
    pub(super) item: Item,
}

impl FileUpload {
    /// Uploads the file. Returns its item, and items of unfinished files of its name.
    pub(super) async fn run(self, stacker: Stacker, on_conflict: OnConflict) -> Finished {
        let (remote, local) = (self.remote.clone(), self.local.clone());
        let (compared, state) = (self.compared.clone(), self.state.clone());
        let mut unfinished: Vec<_> = self.unfinished.iter().map(|file| file.id.clone()).collect();
        let (size, folder) = (self.size, self.folder.clone());
        let mut created = None;
        let mut stack = None;
        let mut items = Vec::new();
        let started = Instant::now();
        match Box::pin(self.send(&mut unfinished)).await {
            Ok(Sent { file_id, view_url, size, outcome, restarted, pending }) => {
                unfinished.retain(|id| *id != file_id);
                let is_new = pending.is_none() && compared.verdict == Verdict::New;
                if is_new && matches!(outcome, Outcome::Transferred { .. }) {
                    let known = unfinished.iter().map(|id| id.as_str().to_owned()).collect();
                    let id = file_id.as_str().to_owned();
                    let (remote, local) = (remote.clone(), local.clone());
                    created = Some(Created { folder, remote, local, id, known });
                }
                let item = Item::new(remote.clone(), local.clone(), outcome).sized(size);
                let item = item.took(started.elapsed()).linked(view_url);
                let mut item = item.of_file(Some(file_id)).compared(compared);
                item.restarted = restarted;
                match pending {
                    Some(pending) => {
                        stack = Some(StackUpload { stacker, state, on_conflict, pending, item });
                    }
                    None => items.push(item),
                }
            }
            Err(error) => {
                let error = noting_complete(&stacker, error).await;
                unfinished.retain(|id| Some(id) != error.file_id());
                let item = Item::failed(remote.clone(), local.clone(), error).sized(size);
                items.push(item.took(started.elapsed()).compared(compared));
            }
        }
        items.extend(unfinished.into_iter().map(|id| {
            Item::new(remote.clone(), local.clone(), Outcome::Unfinished).of_file(Some(id))
        }));
        Finished { items, stack, created: created.into_iter().collect() }
    }

    async fn send(self, unfinished: &mut Vec<FileId>) -> Result<Sent, TransferError> {
        let name = self.upload_name();
        let (mut upload, mut locked) = (self.upload, None);
        if let Some((state, path)) = &self.manifest
            && let Some((manifest, saved)) = state.lock_manifest(path).await?
        {
            let saved = saved.map(Box::new);
            let on_failure = state.on_failure();
            let incomplete = unfinished.clone();
            let manifest_of_upload = manifest.clone();
            upload.manifest = Some(UploadManifest::Locked {
                manifest: manifest_of_upload,
                saved,
                on_failure,
                incomplete,
            });
            locked = Some(manifest);
        }
        // Checked after locking, because another run may have uploaded the file since the folder was
        // listed.
        let files = files(&added(self.log.as_ref(), &name).await);
        match same(self.if_exists, self.checksums.as_ref(), &files, (&self.local, self.size)).await
        {
            Ok(None) => {}
            Ok(Some(file_id)) => {
                remove(locked).await;
                return Ok(Sent::by_another_run(file_id, self.size));
            }
            Err(error) => return Err(failed(locked, error).await),
        }
        let pending = self.base.map(|Base { old, stack }| Pending {
            folder: self.folder.clone(),
            old,
            stack,
            new: None,
        });
        // Recorded before the upload, so that a complete file is stacked after a kill.
        if let (Some((state, key)), Some(pending)) = (&self.state, &pending)
            && let Err(error) = state.put_pending(key, pending.clone()).await
        {
            return Err(failed(locked, error).await);
        }
        let before = Stamp::read(self.local.clone()).await;
        let uploaded = match self.transfers.upload(upload).await {
            Ok(uploaded) => uploaded,
            Err(error) => return Err(failed(locked, error).await),
        };
        let sent = SentFile {
            checksums: self.checksums,
            state: self.state,
            local: self.local,
            before: before.filter(|_| self.size.is_some()),
        };
        let pending = sent.record(&uploaded, pending).await?;
        let (id, view_url) = (uploaded.file.id, Some(uploaded.file.view_url));
        let size = self.size.unwrap_or(uploaded.bytes);
        let child = Child::File(RemoteFile::uploaded(id.clone(), size));
        report_added(self.log.as_ref(), &name, child).await;
        if let Some(intentions) = locked.as_ref().map(Manifest::intentions) {
            let incomplete = &self.unfinished;
            let removed =
                abandoned::remove(&self.transfers, intentions, incomplete, Some(&id)).await;
            unfinished.retain(|id| !removed.contains(id));
        }
        // The lock is released after the log is written, so that other runs see the entry.
        remove(locked).await;
        let outcome = Outcome::Transferred { bytes: uploaded.bytes, digest: uploaded.digest };
        let restarted = uploaded.restarted;
        Ok(Sent { file_id: id, view_url, size: Some(size), outcome, restarted, pending })
    }

    /// Returns the item of a file that is not uploaded.
    pub(super) fn failed(self, error: TransferError) -> Item {
        Item::failed(self.remote, self.local, error).compared(self.compared)
    }

    fn upload_name(&self) -> String {
        self.remote.names().last().cloned().unwrap_or_default()
    }
}

/// The local file of a complete upload.
struct SentFile {
    checksums: Option<Checksums>,
    state: Option<(SyncState, String)>,
    local: PathBuf,
    /// Stamp before the upload; `None` for a pipe.
    before: Option<Stamp>,
}

impl SentFile {
    /// Records the content that was sent. Returns the new version with the step that follows.
    async fn record(
        self,
        uploaded: &Uploaded,
        mut pending: Option<Pending>,
    ) -> Result<Option<Pending>, TransferError> {
        let Self { checksums, state, local, before } = self;
        let (id, digest) = (&uploaded.file.id, uploaded.digest.as_ref());
        if let (Some(checksums), Some(before)) = (&checksums, before) {
            match digest.filter(|digest| digest.checksum() == Checksum::Xxh3) {
                Some(digest) => checksums.keep(id, digest.as_str()).await,
                None => keep_checksum(checksums, id, &local, before).await,
            }
        }
        let sent = digest.and_then(Xxh64::of);
        if let Some(pending) = &mut pending {
            let stamp = before.unwrap_or(Stamp { size: uploaded.bytes, modified: None });
            let mut hash = sent;
            if let Some((state, key)) = &state {
                if hash.is_none() {
                    hash = hash_unchanged(state, &local, stamp).await;
                }
                pending.new = Some((id.clone(), stamp, hash));
                state.put_pending(key, pending.clone()).await?;
            }
            pending.new = Some((id.clone(), stamp, hash));
        } else if let (Some((state, key)), Some(before)) = (&state, before) {
            record(state, key, &local, (id, before, sent)).await;
        }
        Ok(pending)
    }
}

/// A file that was sent.
struct Sent {
    file_id: FileId,
    view_url: Option<String>,
    size: Option<u64>,
    outcome: Outcome,
    /// Reason why an earlier upload was not resumed.
    restarted: Option<String>,
    /// The step of stacking that follows.
    pending: Option<Pending>,
}

impl Sent {
    /// Returns the result of a file that another run has sent.
    const fn by_another_run(file_id: FileId, size: Option<u64>) -> Self {
        let (view_url, restarted, pending) = (None, None, None);
        Self { file_id, view_url, size, outcome: Outcome::Skipped, restarted, pending }
    }
}

impl StackUpload {
    /// Stacks the file. Returns its item, and the preceding file of a next version.
    pub(super) async fn run(self) -> (Item, Option<Base>) {
        let Self { stacker, state, on_conflict, pending, mut item } = self;
        let Some((id, stamp, hash)) = pending.new.clone() else { return (item, None) };
        let stacked = stacker.stack(&pending, &id).await;
        let mut next = None;
        let is_settled = match stacked {
            Ok(Stacking::Done(stacked, stack)) => {
                item.stacked = Some(stacked);
                if let (Stacked::NotHead, Some(compared)) = (stacked, &mut item.compared) {
                    compared.reason += "; stacked, but not head";
                }
                next = Some(Base { old: id.clone(), stack: Some(stack) });
                true
            }
            Ok(Stacking::Conflict(reason)) => {
                let message = format!("{reason}; the file was uploaded next to it");
                let error = TransferError::new(TransferErrorKind::Conflict, message).of_file(&id);
                item.outcome = Outcome::Conflict(error);
                on_conflict == OnConflict::KeepBoth
            }
            Ok(Stacking::Gone) => {
                let message = "the new version was deleted at the service before it was stacked";
                let error = TransferError::new(TransferErrorKind::Conflict, message).of_file(&id);
                item.outcome = Outcome::Conflict(error);
                if let Some((state, key)) = &state {
                    state.end_pending(key).await;
                }
                false
            }
            Err(error) => {
                item.outcome = Outcome::Failed(error.of_file(&id));
                false
            }
        };
        if let Some((state, key)) = state.filter(|_| is_settled) {
            let equal_at = super::decide::now_nanos();
            let record = crate::sync_state::Record { stamp, xxh64: hash, file_id: id, equal_at };
            state.put(&key, record).await;
        }
        (item, next)
    }
}

/// Returns the file among those that another run has added that equals the local one.
async fn same(
    if_exists: IfExists,
    checksums: Option<&Checksums>,
    added: &[RemoteFile],
    (local, size): (&Path, Option<u64>),
) -> Result<Option<FileId>, TransferError> {
    let complete = || added.iter().filter(|file| file.is_complete);
    if if_exists == IfExists::Fail
        && let Some(file) = complete().next()
    {
        let message = "a file of this name already exists";
        let error = TransferError::new(TransferErrorKind::Conflict, message);
        return Err(error.of_file(&file.id));
    }
    let alike = complete().filter(|file| Some(file.size) == size).map(|file| file.id.clone());
    let alike: Vec<_> = alike.collect();
    match checksums {
        Some(checksums) if !alike.is_empty() => checksums.find(alike, local).await,
        _ => Ok(alike.into_iter().next()),
    }
}

/// Adds to the error of a file that has changed during its upload that the service has it anyway: the change
/// may be found only after the last part was sent.
async fn noting_complete(stacker: &Stacker, error: TransferError) -> TransferError {
    let changed = error.file_id().filter(|_| error.kind() == TransferErrorKind::SourceChanged);
    let Some(id) = changed else { return error };
    match stacker.show(id).await {
        Ok(Some(file)) if file.status != FileStatus::Created => error.noting(
            "; all of it was sent before, so the service has a complete file with other content",
        ),
        _ => error,
    }
}

async fn remove(manifest: Option<Manifest>) {
    if let Some(manifest) = manifest {
        manifest.remove().await;
    }
}

/// Removes a manifest without an upload.
async fn failed(manifest: Option<Manifest>, error: TransferError) -> TransferError {
    if let Some(manifest) = manifest.filter(|manifest| !manifest.is_needed()) {
        manifest.remove().await;
    }
    error
}

/// Records the checksum of an uploaded file.
async fn keep_checksum(checksums: &Checksums, id: &FileId, local: &Path, before: Stamp) {
    let Ok(checksum) = checksums.hash(local).await else { return };
    // The file may have been modified or replaced after the upload.
    if Some(before) == Stamp::read(local.to_owned()).await {
        checksums.keep(id, &checksum).await;
    }
}

#[cfg(test)]
mod tests {
    use frameio_api::files::CreateLocalUpload;
    use frameio_client::Client;
    use frameio_sim::Sim;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn notes_that_the_service_has_a_file_that_changed_after_its_last_part() {
        let sim = Sim::builder().quotas(false).build();
        let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
        let transfers = Transfers::builder(client.clone()).storage(sim.clone()).build();
        let demo = sim.demo();
        let (account, folder) = (&demo.account_id, &demo.root_folder_id);
        let upload = Upload::from_bytes(account, folder, "a.mov", vec![1; 5]);
        let complete = transfers.upload(upload).await.unwrap().file.id;
        let create = CreateLocalUpload::new(account, folder, "b.mov", 5);
        let incomplete = client.send(create).await.unwrap().id;
        let stacker = Stacker::new(transfers.inner.clone(), account.clone(), false);
        for (id, kind, is_noted) in [
            (&complete, TransferErrorKind::SourceChanged, true),
            (&complete, TransferErrorKind::Storage, false),
            (&incomplete, TransferErrorKind::SourceChanged, false),
        ] {
            let error = TransferError::new(kind, "it was modified").of_file(id);
            let noted = noting_complete(&stacker, error).await.to_string();
            assert_eq!(noted.contains("the service has a complete file"), is_noted, "{noted}");
        }
    }
}
