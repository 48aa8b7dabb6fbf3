//! The state directory, which contains manifests, folder logs and locks shared by several runs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use frameio_core::{AccountId, FolderId};
use twox_hash::XxHash3_64;

use super::folder_log::FolderLog;
use crate::error::OnFailure;
use crate::local_file::reason;
use crate::lock_file::{Mode, Patience, try_lock};
use crate::tasks::blocking;
use crate::upload::manifest::{Failure, Manifest, Saved};
use crate::{TransferError, TransferErrorKind};

/// Maximum wait for another run that is creating a folder.
const CREATION: Duration = Duration::from_secs(900);

/// The state directory of a tree.
#[derive(Clone)]
pub(super) struct StateDirectory {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    account: AccountId,
    on_warning: Option<OnFailure>,
    has_warned: AtomicBool,
}

/// Lock of the creation of a folder, removed on drop.
pub(super) struct CreationLock {
    path: PathBuf,
    _file: std::fs::File,
}

impl StateDirectory {
    /// Creates the directory, accessible only to the owner. Warns and returns `None` on failure.
    pub(super) async fn open(
        path: PathBuf,
        account: AccountId,
        on_warning: Option<OnFailure>,
    ) -> Option<Self> {
        let has_warned = AtomicBool::new(false);
        let inner = Inner { path: path.clone(), account, on_warning, has_warned };
        let this = Self { inner: Arc::new(inner) };
        let created = blocking(move || {
            frameio_private_file::create_dir_all(&path)?;
            // Verify that files can be created.
            tempfile::tempfile_in(&path)
        });
        match created.await {
            Ok(_) => Some(this),
            Err(error) => {
                this.warn_of(error);
                None
            }
        }
    }

    /// Locks and reads the manifest of a file, after waiting for another run that uploads the same
    /// file. Warns and returns `None` if the manifest cannot be read or written.
    pub(super) async fn lock_manifest(
        &self,
        path: &Path,
    ) -> Result<Option<(Manifest, Option<Saved>)>, TransferError> {
        match Manifest::wait(path).await {
            Ok(locked) => Ok(Some(locked)),
            Err(failure @ (Failure::InUse | Failure::Unreadable)) => Err(failure.at(path)),
            Err(failure @ Failure::Io(_)) => {
                self.warn(&failure.at(path));
                Ok(None)
            }
        }
    }

    /// Returns the path of the directory.
    pub(super) fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Returns the path of the manifest of a file, which depends on the local path and the folder.
    pub(super) fn manifest(&self, folder: &FolderId, local: &Path) -> Option<PathBuf> {
        manifest_path(&self.inner.path, &self.inner.account, folder, local)
    }

    /// Opens the log of a folder. Warns and returns `None` on failure.
    pub(super) async fn log(&self, folder: &FolderId) -> Option<FolderLog> {
        let path = self.path_of(&[folder.as_str()], "log");
        FolderLog::open(path).await.inspect_err(|error| self.warn_of(copy(error))).ok()
    }

    /// Locks the creation of a folder, after waiting for another run that creates it.
    pub(super) async fn lock_creation(
        &self,
        parent: &FolderId,
        name: &str,
    ) -> Result<Option<CreationLock>, TransferError> {
        let path = self.path_of(&[parent.as_str(), name], "lock");
        let mut patience = Patience::within(CREATION);
        loop {
            let file = path.clone();
            match blocking(move || try_lock(&file, true, Mode::Exclusive)).await {
                Ok(Some(file)) => return Ok(Some(CreationLock { path, _file: file })),
                Ok(None) if patience.wait(&path).await => {}
                Ok(None) => {
                    let message = "timed out after 15 minutes waiting for another upload to create this folder";
                    return Err(TransferError::new(TransferErrorKind::Manifest, message));
                }
                Err(error) => {
                    self.warn_of(error);
                    return Ok(None);
                }
            }
        }
    }

    /// Returns a callback that reports errors as warnings.
    pub(super) fn on_failure(&self) -> OnFailure {
        let this = self.clone();
        Arc::new(move |error| this.warn(error))
    }

    fn warn_of(&self, error: io::Error) {
        let path = self.inner.path.display();
        let message = format!("cannot save the state of uploads in '{path}': {}", reason(&error));
        self.warn(&TransferError::new(TransferErrorKind::Manifest, message).because(error));
    }

    /// Reports that uploads cannot be resumed. Only the first error reaches the callback.
    fn warn(&self, error: &TransferError) {
        tracing::warn!(target: "frameio::transfer", %error, "upload.not_resumable");
        let is_first = !self.inner.has_warned.swap(true, Ordering::Relaxed);
        if let Some(on_warning) = self.inner.on_warning.as_ref().filter(|_| is_first) {
            on_warning(error);
        }
    }

    fn path_of(&self, keys: &[&str], extension: &str) -> PathBuf {
        path_of(&self.inner.path, &self.inner.account, keys, extension)
    }
}

/// Returns the path of the manifest of a file in a state directory.
pub(super) fn manifest_path(
    directory: &Path,
    account: &AccountId,
    folder: &FolderId,
    local: &Path,
) -> Option<PathBuf> {
    // A manifest needs an absolute path in UTF-8.
    let local = std::path::absolute(local).ok()?;
    Some(path_of(directory, account, &[folder.as_str(), local.to_str()?], "upload"))
}

fn path_of(directory: &Path, account: &AccountId, keys: &[&str], extension: &str) -> PathBuf {
    let keys: Vec<_> = std::iter::once(account.as_str()).chain(keys.iter().copied()).collect();
    let hash = XxHash3_64::oneshot(keys.join("\0").as_bytes());
    directory.join(format!("{hash:016x}.{extension}"))
}

impl Drop for CreationLock {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.path));
    }
}

fn copy(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}
