//! What is done with a file after the decision on it.

use std::path::Path;

use frameio_core::{FileId, FolderId};

use super::abandoned;
use super::decide::{Action, Base, Candidate, Decision};
use super::driver::{Driver, LocalFile};
use super::file::{FileUpload, StackUpload};
use super::queue::Job;
use crate::sync_state::stamp::Xxh64;
use crate::sync_state::{Pending, SyncState};
use crate::{
    Checksum, Compared, Item, Outcome, RemotePath, TransferError, TransferErrorKind, Upload,
};

/// A file that was decided on.
struct Decided {
    file: LocalFile,
    compared: Compared,
    /// Remote file that was compared.
    file_id: Option<FileId>,
    /// Recorded checksum of a local file that is unchanged.
    recorded: Option<Xxh64>,
}

impl Decided {
    /// Returns the item of the file, if it is not sent.
    fn item(&self, outcome: Outcome) -> Item {
        let (remote, candidate, _) = &self.file;
        let id = self.file_id.as_ref();
        let known = candidate.existing.iter().find(|file| Some(&file.id) == id);
        let view_url = known.and_then(|file| file.view_url.as_deref()).map(str::to_owned);
        let mut item = Item::new(remote.clone(), candidate.local.clone(), outcome);
        item.recorded = self.recorded.map(|hash| hash.digest());
        item.is_version = known.is_some_and(|file| file.stack.is_some());
        let item = item.sized(candidate.size).of_file(self.file_id.clone()).linked(view_url);
        item.compared(self.compared.clone())
    }
}

impl Driver {
    /// Carries out a decision.
    pub(super) async fn decided(
        &mut self,
        file: LocalFile,
        decided: Result<Decision, TransferError>,
    ) {
        if let Some(job) = self.prepare(file, decided).await {
            self.enqueue(Job::One(Box::new(job))).await;
        }
    }

    /// Reports a file, or returns its upload.
    pub(super) async fn prepare(
        &mut self,
        file: LocalFile,
        decided: Result<Decision, TransferError>,
    ) -> Option<FileUpload> {
        let Decision { action, compared, file_id, recorded } = match decided {
            Ok(decision) => decision,
            Err(error) => {
                self.failed(file.0, file.1.local, error);
                return None;
            }
        };
        let decided = Decided { file, compared, file_id, recorded };
        let base = match action {
            Action::Skip => {
                // The leftover of a run that was stopped after the upload was complete.
                self.remove_manifest(&decided).await;
                let item = decided.item(Outcome::Skipped);
                let item = self.renamed_folders.moved(&decided.file.1.key, item);
                self.done(item);
                return None;
            }
            Action::List => {
                self.done(decided.item(Outcome::Changed));
                return None;
            }
            Action::Conflict => {
                let reason = decided.compared.reason.clone();
                let error = TransferError::new(TransferErrorKind::Conflict, reason);
                self.done(decided.item(Outcome::Conflict(error)));
                return None;
            }
            Action::Stack(pending) if !self.tree.options.dry_run => {
                self.remove_manifest(&decided).await;
                let item = decided.item(Outcome::Transferred { bytes: 0, digest: None });
                let Candidate { state, key, .. } = decided.file.1;
                self.stack(state.map(|state| (state, key)), pending, item);
                return None;
            }
            Action::Send | Action::Stack(_) => None,
            Action::Version(_) if self.new_versions >= self.tree.max_new_versions => {
                let message = format!(
                    "not sent: this run already has {} new versions, the maximum; raise it with \
                     '--max-new-versions'",
                    self.tree.max_new_versions
                );
                let error = TransferError::new(TransferErrorKind::Invalid, message);
                self.done(decided.item(Outcome::Failed(error)));
                return None;
            }
            Action::Version(base) => {
                self.new_versions += 1;
                Some(base)
            }
        };
        self.file_upload(decided, base)
    }

    /// Returns the upload of a file, or reports that a dry run would send it.
    fn file_upload(&mut self, decided: Decided, base: Option<Base>) -> Option<FileUpload> {
        let folder = decided.file.1.folder.clone().filter(|_| !self.tree.options.dry_run);
        let Some(folder) = folder else {
            let bytes = decided.file.1.size;
            self.done(decided.item(Outcome::Planned { bytes }));
            return None;
        };
        let Decided { file: (remote, candidate, log), compared, .. } = decided;
        let Candidate { local, size, manifest, .. } = candidate;
        let upload = self.upload(&folder, (&remote, &local), candidate.state.is_some());
        let unfinished = candidate.existing.into_iter().filter(|file| !file.is_complete);
        Some(FileUpload {
            transfers: self.transfers.clone(),
            checksums: self.decider.checksums.clone(),
            upload: upload.restart(manifest.is_some()),
            remote,
            local,
            size,
            modified: candidate.modified,
            if_exists: candidate.if_exists,
            compared,
            folder,
            state: candidate.state.map(|state| (state, candidate.key)),
            base,
            unfinished: unfinished.collect(),
            manifest,
            log,
        })
    }

    async fn remove_manifest(&mut self, decided: &Decided) {
        if let Some((_, manifest)) = decided.file.1.manifest.clone() {
            let (transfers, existing) = (self.transfers.clone(), decided.file.1.existing.clone());
            self.reporting(Box::pin(abandoned::discard(&transfers, manifest, &existing))).await;
        }
    }

    fn upload(
        &self,
        folder: &FolderId,
        (remote, local): (&RemotePath, &Path),
        has_state: bool,
    ) -> Upload {
        let name = remote.names().last().cloned().unwrap_or_default();
        let mut upload = Upload::from_path(&self.tree.account, folder, local).name(name);
        if let Some(parts) = self.tree.parts_in_flight {
            upload = upload.parts_in_flight(parts);
        }
        let recorded = self.decider.checksums.as_ref().map(|_| Checksum::Xxh3);
        let state = has_state.then_some(Checksum::Xxh64);
        if let Some(checksum) = self.tree.options.checksum.or(recorded).or(state) {
            upload = upload.checksum(checksum);
        }
        if let Some(report) = self.tree.options.report.clone() {
            let remote = remote.clone();
            upload = upload.progress(move |progress| report(&remote, progress));
        }
        upload
    }

    pub(super) fn stack(
        &mut self,
        state: Option<(SyncState, String)>,
        pending: Pending,
        item: Item,
    ) {
        let stack = StackUpload {
            stacker: self.decider.stacker.clone(),
            state,
            on_conflict: self.tree.options.on_conflict,
            pending,
            item,
        };
        self.stacking.spawn(async move { vec![stack.run().await.0] });
    }
}
