//! Settings that the uploads and downloads of trees share.

use std::path::{Path, PathBuf};

use frameio_core::{AccountId, FolderId};

use crate::backlog::{Backlog, OnTotals};
use crate::checksums::Checksums;
use crate::hashing::{HashReports, OnHashing};
use crate::summary::{OnItem, OnProgress};
use crate::sync_state::{Access, Pair, SyncState};
use crate::{Checksum, Deletion, Filter, OnConflict, Order, TransferError, TransferErrorKind};

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
    pub(crate) on_item: Option<OnItem>,
    pub(crate) report: Option<OnProgress>,
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
            on_item: None,
            report: None,
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

    /// Returns the reports of files that are read to compare their content.
    pub(crate) fn hash_reports(&self) -> HashReports {
        HashReports::new(self.on_hashing.clone())
    }

    /// Returns the state that a watcher has opened.
    pub(crate) fn opened_state(&self) -> Option<SyncState> {
        let open = self.open_state.clone();
        open.map(|state| state.reporting(self.hash_reports()))
    }

    /// Opens the state of a directory and a folder, unless a watcher has opened it. A dry run only
    /// reads it.
    pub(crate) async fn open_state(
        &self,
        (account, folder): (&AccountId, &FolderId),
        directory: Option<PathBuf>,
        access: Access,
    ) -> Result<Option<SyncState>, TransferError> {
        if let Some(open) = self.opened_state() {
            return Ok(Some(open));
        }
        let Some(states) = &self.states else { return Ok(None) };
        let access = if self.dry_run { Access::Read } else { access };
        let (account, folder) = (account.clone(), folder.clone());
        let pair = Pair { account, folder, directory, is_deleting: self.deletion.is_some() };
        let state = SyncState::open(states, pair, access).await?;
        Ok(Some(state.reporting(self.hash_reports())))
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
