//! Deletion of files that exist only at the target.

use std::fmt;
use std::sync::Arc;

use frameio_api::comments::ListComments;
use frameio_core::{AccountId, FileId};

use crate::{Inner, RemotePath, TransferError};

/// Callback that confirms the deletion of files.
type Confirm = Arc<dyn Fn(&[RemotePath]) -> bool + Send + Sync>;

/// Settings for the deletion of files that exist only at the target of a run.
///
/// Only files that the state has recorded as equal are deleted, and only if they are unchanged on both
/// sides. Remote files of other users, version stacks, and files of a disk that is not mounted are kept. A
/// run deletes nothing, and fails, if the local directory contains no files, is on another file system than
/// in the last run, or if a folder or directory could not be listed completely.
///
/// | setting | default |
/// |---|---|
/// | maximum number of files | 100; with more, nothing is deleted |
/// | files with comments | kept |
/// | confirmation | none |
#[derive(Clone)]
#[must_use = "the settings have no effect until they are passed to a run"]
pub struct Deletion {
    pub(crate) max: usize,
    pub(crate) reviewed: bool,
    pub(crate) confirm: Option<Confirm>,
}

impl Default for Deletion {
    fn default() -> Self {
        Self { max: 100, reviewed: false, confirm: None }
    }
}

impl Deletion {
    /// Creates the default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the maximum number of files. If more would be deleted, none is deleted.
    pub fn max(mut self, files: usize) -> Self {
        self.max = files;
        self
    }

    /// Deletes remote files with comments too.
    pub fn reviewed(mut self, reviewed: bool) -> Self {
        self.reviewed = reviewed;
        self
    }

    /// Calls `confirm` with the files before the first one is deleted, on a thread that may block. If
    /// it returns `false`, nothing is deleted. A dry run does not call it.
    pub fn confirm(
        mut self,
        confirm: impl Fn(&[RemotePath]) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.confirm = Some(Arc::new(confirm));
        self
    }

    /// Returns a reason not to delete this many files.
    pub(crate) fn refuses(&self, files: usize) -> Option<String> {
        (files > self.max).then(|| {
            let plural = if files == 1 { "file" } else { "files" };
            format!(
                "{files} {plural} would be deleted, but the maximum is {}; nothing was deleted: \
                 raise it with '--max-delete'",
                self.max
            )
        })
    }

    /// Asks for confirmation.
    pub(crate) async fn is_confirmed(&self, files: Vec<RemotePath>) -> bool {
        let Some(confirm) = self.confirm.clone() else { return true };
        let asked = tokio::task::spawn_blocking(move || confirm(&files)).await;
        crate::tasks::settled(asked).unwrap_or(false)
    }
}

impl fmt::Debug for Deletion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deletion")
            .field("max", &self.max)
            .field("reviewed", &self.reviewed)
            .finish_non_exhaustive()
    }
}

impl Inner {
    /// Returns whether a file has comments.
    pub(crate) async fn has_comments(
        &self,
        account: &AccountId,
        file: &FileId,
    ) -> Result<bool, TransferError> {
        let mut comments =
            self.client.items(ListComments::new(account, file).page_size(1)).strict(true);
        match comments.next().await {
            None => Ok(false),
            Some(Ok(_)) => Ok(true),
            Some(Err(error)) => Err(TransferError::call(error)),
        }
    }
}
