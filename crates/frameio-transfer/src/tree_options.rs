//! Settings that the uploads and downloads of trees share.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use frameio_core::{AccountId, FolderId};

use crate::backlog::{Backlog, OnTotals};
use crate::checksums::Checksums;
use crate::directory_content::Content;
use crate::error::OnFailure;
use crate::hashing::{HashReports, OnHashing};
use crate::local_file::unopened;
use crate::summary::{OnFound, OnItem, OnProgress};
use crate::sync_state::{Access, Pair, SyncState};
use crate::{
    Checksum, Deletion, Filter, OnConflict, Order, RemotePath, TransferError, TransferErrorKind,
};

/// Settings of an upload or a download of a tree. The methods that set them are documented there.
#[derive(Clone)]
pub(crate) struct TreeOptions {
    pub(crate) filter: Filter,
    pub(crate) order: Option<Order>,
    pub(crate) on_conflict: OnConflict,
    pub(crate) verify_remote: bool,
    /// Directory of state files.
    pub(crate) states: Option<PathBuf>,
    /// State that stays open between the runs of a watcher.
    pub(crate) open_state: Option<SyncState>,
    pub(crate) deletion: Option<Deletion>,
    pub(crate) checksum: Option<Checksum>,
    /// File of the checksums of earlier runs.
    pub(crate) checksums: Option<PathBuf>,
    pub(crate) dry_run: bool,
    pub(crate) on_hashing: Option<OnHashing>,
    pub(crate) on_totals: Option<OnTotals>,
    pub(crate) on_found: Option<OnFound>,
    pub(crate) on_item: Option<OnItem>,
    pub(crate) report: Option<OnProgress>,
    /// Called for errors that do not fail the run.
    pub(crate) on_warning: Option<OnFailure>,
    /// Whether a record that was not written has been reported.
    has_warned: Arc<AtomicBool>,
}

impl TreeOptions {
    pub(crate) fn new() -> Self {
        Self {
            filter: Filter::new(),
            order: None,
            on_conflict: OnConflict::Skip,
            verify_remote: false,
            states: None,
            open_state: None,
            deletion: None,
            checksum: None,
            checksums: None,
            dry_run: false,
            on_hashing: None,
            on_totals: None,
            on_found: None,
            on_item: None,
            report: None,
            on_warning: None,
            has_warned: Arc::default(),
        }
    }

    /// Refuses settings that a watcher cannot have. Returns the directory of state files, if any.
    pub(crate) fn watchable(&self) -> Result<Option<&Path>, TransferError> {
        if self.deletion.is_some() || self.dry_run {
            let message = "a watcher cannot delete files or show what it would do";
            return Err(TransferError::new(TransferErrorKind::Invalid, message));
        }
        Ok(self.states.as_deref())
    }

    /// Opens the state of a directory and a folder, unless a watcher has opened it. A dry run only
    /// reads it.
    pub(crate) async fn open_state(
        &self,
        place: (&AccountId, &FolderId),
        directory: &Path,
        access: Access,
    ) -> Result<Option<SyncState>, TransferError> {
        if let Some(state) = self.open_state.clone() {
            return Ok(Some(state.reporting(self.hash_reports())));
        }
        let Some(states) = &self.states else { return Ok(None) };
        let access = if self.dry_run { Access::Read } else { access };
        let pair = Pair::new(place, directory).await.map_err(|error| unopened(directory, error))?;
        let pair = Pair { is_deleting: self.deletion.is_some(), ..pair };
        let state = SyncState::open(states, pair, access, self.on_failure()).await?;
        // The checksums of earlier runs are compared only on request, because that reads all files.
        let state = state.reading_files(self.checksums.is_some());
        Ok(Some(state.reporting(self.hash_reports())))
    }

    /// Refuses to delete files if the directory has none of the recorded ones.
    pub(crate) async fn check_content(
        &self,
        state: Option<&SyncState>,
        (directory, content): (&Path, Content),
    ) -> Result<(), TransferError> {
        match state {
            Some(state) if self.deletion.is_some() && !state.is_empty() => {
                content.require(directory).await
            }
            _ => Ok(()),
        }
    }

    /// Opens the state of a downloaded item. If it cannot be written, the download continues without one.
    pub(crate) async fn open_for_items(
        &self,
        place: (&AccountId, &FolderId),
        directory: &Path,
    ) -> Result<Option<SyncState>, TransferError> {
        let opened = self.open_state(place, directory, Access::Shared).await;
        let is_unwritable = |error: &TransferError| {
            let error = error.cause().and_then(|cause| cause.downcast_ref::<io::Error>());
            error.is_some_and(|error| error.kind() != io::ErrorKind::InvalidData)
        };
        match opened {
            Err(error) if is_unwritable(&error) => {
                if let Some(on_failure) = self.on_failure() {
                    on_failure(&error);
                }
                Ok(None)
            }
            opened => opened,
        }
    }

    /// Reports a file that was found.
    pub(crate) fn found(&self, remote: &RemotePath, local: &Path, size: Option<u64>) {
        if let Some(on_found) = &self.on_found {
            on_found(remote, local, size);
        }
    }

    /// Returns a callback that reports the first record that cannot be written.
    pub(crate) fn on_failure(&self) -> Option<OnFailure> {
        let (on_warning, has_warned) = (self.on_warning.clone()?, self.has_warned.clone());
        Some(Arc::new(move |error| {
            if !has_warned.swap(true, Ordering::Relaxed) {
                on_warning(error);
            }
        }))
    }

    /// Returns the reports of files that are read to compare their content.
    pub(crate) fn hash_reports(&self) -> HashReports {
        HashReports::new(self.on_hashing.clone())
    }

    /// Opens the checksums of earlier runs.
    pub(crate) async fn open_checksums(&self) -> Result<Option<Checksums>, TransferError> {
        match self.checksums.clone() {
            Some(path) => Checksums::open(path, self.hash_reports()).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns an empty list of files that wait for their transfer.
    pub(crate) fn backlog<T>(&self) -> Backlog<T> {
        Backlog::new(self.order, self.on_totals.clone())
    }
}
