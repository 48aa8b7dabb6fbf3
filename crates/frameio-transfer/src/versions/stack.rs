//! The stacking of a new version on a preceding file, in steps that can be repeated.
//!
//! Each run first reads where the new file is, and then takes only the steps that are missing. So a run
//! that follows a kill neither creates a second stack nor moves a file twice.

use std::sync::Arc;

#[cfg(feature = "experimental")]
use frameio_api::experimental::version_stacks::{
    ReorderVersionStack, VersionMove, VersionPlace, VersionStackEnd,
};
use frameio_api::files::{File, MoveFile};
use frameio_api::version_stacks::{CreateVersionStack, ShowVersionStack, VersionStack};
use frameio_core::{AccountId, FileId, VersionStackId};
use http::StatusCode;
use tokio::sync::Semaphore;

use crate::sync_state::Pending;
use crate::{Inner, TransferError, TransferErrorKind};

/// Maximum number of attempts at a call whose response is lost.
const ATTEMPTS: u32 = 3;

/// Number of stacking calls that wait for their quota at the same time.
const TURNS: usize = 2;

/// Position of a new version in its version stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stacked {
    /// The new version is the head, which the web app shows.
    Head,
    /// The service has another head. Make the new version the head in the web app.
    NotHead,
}

/// Result of stacking.
#[derive(Debug)]
pub(crate) enum Stacking {
    Done(Stacked, VersionStackId),
    /// Somebody else has changed the preceding file; nothing was stacked.
    Conflict(&'static str),
    /// The new file no longer exists.
    Gone,
}

/// Stacks new versions. Clones share the limit of concurrent calls.
#[derive(Clone)]
pub(crate) struct Stacker {
    pub(crate) inner: Arc<Inner>,
    pub(crate) account: AccountId,
    /// Whether a new version may be made the head by an experimental operation.
    #[cfg_attr(not(feature = "experimental"), expect(dead_code, reason = "needs that operation"))]
    pub(crate) reorder: bool,
    turns: Arc<Semaphore>,
}

impl Stacker {
    pub(crate) fn new(inner: Arc<Inner>, account: AccountId, reorder: bool) -> Self {
        Self { inner, account, reorder, turns: Arc::new(Semaphore::new(TURNS)) }
    }

    /// Stacks the uploaded file `new` on the preceding file, unless that was done before.
    pub(crate) async fn stack(
        &self,
        pending: &Pending,
        new: &FileId,
    ) -> Result<Stacking, TransferError> {
        // The calls have a small quota. Few of them wait for it, so that no deadline is reached.
        let _turn = self.turns.acquire().await;
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let Some(file) = self.show(new).await? else {
                return Ok(Stacking::Gone);
            };
            let is_in_folder = is_parent(&file, pending.folder.as_str());
            if !is_in_folder {
                return self.read_back(&file).await;
            }
            match self.add(pending, new).await {
                Ok(None) => {}
                Ok(Some(conflict)) => return Ok(Stacking::Conflict(conflict)),
                Err(error) if is_refusal(&error) => return Err(error),
                // The call may have succeeded although its response was lost.
                Err(error) => last = Some(error),
            }
        }
        let stuck = || {
            let message = "the service accepted the version, but did not stack it";
            TransferError::new(TransferErrorKind::Mismatch, message).of_file(new)
        };
        Err(last.unwrap_or_else(stuck))
    }

    /// Adds the file to a stack. Returns a reason if the preceding file has changed.
    async fn add(
        &self,
        pending: &Pending,
        new: &FileId,
    ) -> Result<Option<&'static str>, TransferError> {
        let Some(stack_id) = &pending.stack else { return self.create(pending, new).await };
        let Some(stack) = self.show_stack(stack_id).await? else {
            return Ok(Some("the version stack was deleted at the service"));
        };
        if stack.head_version.is_none_or(|head| head.id != pending.old) {
            return Ok(Some("another version was added to the version stack"));
        }
        let into_stack = MoveFile::new(&self.account, new, stack_id.clone());
        self.inner.client.send(into_stack).await.map_err(TransferError::call)?;
        Ok(None)
    }

    async fn create(
        &self,
        pending: &Pending,
        new: &FileId,
    ) -> Result<Option<&'static str>, TransferError> {
        let Some(old) = self.show(&pending.old).await? else {
            return Ok(Some("the preceding version was deleted at the service"));
        };
        if !is_parent(&old, pending.folder.as_str()) {
            return Ok(Some("the preceding version was moved or stacked at the service"));
        }
        // The oldest file is first.
        let files = [pending.old.clone(), new.clone()];
        let create = CreateVersionStack::new(&self.account, &pending.folder, files);
        self.inner.client.send(create).await.map_err(TransferError::call)?;
        Ok(None)
    }

    /// Reads the stack of a new version, and makes the version the head if that is enabled.
    async fn read_back(&self, file: &File) -> Result<Stacking, TransferError> {
        let moved = Stacking::Conflict("the new version was moved at the service");
        let Some(stack_id) = file.parent_id.clone().map(VersionStackId::from) else {
            return Ok(moved);
        };
        let Some(stack) = self.show_stack(&stack_id).await? else { return Ok(moved) };
        if is_head(&stack, &file.id) {
            return Ok(Stacking::Done(Stacked::Head, stack_id));
        }
        if !self.move_to_top(&stack_id, &file.id).await? {
            return Ok(Stacking::Done(Stacked::NotHead, stack_id));
        }
        let stack = self.show_stack(&stack_id).await?;
        let is_head = stack.is_some_and(|stack| is_head(&stack, &file.id));
        let stacked = if is_head { Stacked::Head } else { Stacked::NotHead };
        Ok(Stacking::Done(stacked, stack_id))
    }

    /// Makes a version the head. Returns whether this is enabled.
    #[cfg(feature = "experimental")]
    async fn move_to_top(
        &self,
        stack: &VersionStackId,
        file: &FileId,
    ) -> Result<bool, TransferError> {
        if self.reorder {
            let to_top = VersionMove::new(file, VersionPlace::At(VersionStackEnd::Top));
            let reorder = ReorderVersionStack::new(&self.account, stack, to_top);
            self.inner.client.send(reorder).await.map_err(TransferError::call)?;
        }
        Ok(self.reorder)
    }

    #[cfg(not(feature = "experimental"))]
    #[expect(clippy::unused_async, reason = "the other form calls the service")]
    async fn move_to_top(&self, _: &VersionStackId, _: &FileId) -> Result<bool, TransferError> {
        Ok(false)
    }

    /// Shows a file; `None` if it does not exist.
    pub(crate) async fn show(&self, id: &FileId) -> Result<Option<File>, TransferError> {
        found(self.inner.show((&self.account, id)).await)
    }

    async fn show_stack(&self, id: &VersionStackId) -> Result<Option<VersionStack>, TransferError> {
        let show = ShowVersionStack::new(&self.account, id);
        found(self.inner.client.send(show).await.map_err(TransferError::call))
    }
}

fn is_parent(file: &File, parent: &str) -> bool {
    file.parent_id.as_ref().is_some_and(|id| id.as_str() == parent)
}

fn is_head(stack: &VersionStack, file: &FileId) -> bool {
    stack.head_version.as_ref().is_some_and(|head| head.id == *file)
}

fn found<T>(result: Result<T, TransferError>) -> Result<Option<T>, TransferError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if status(&error) == Some(StatusCode::NOT_FOUND) => Ok(None),
        Err(error) => Err(error),
    }
}

fn status(error: &TransferError) -> Option<StatusCode> {
    error.api().and_then(|error| error.status())
}

fn is_refusal(error: &TransferError) -> bool {
    status(error).is_some_and(|status| status.is_client_error())
}
