//! What happens to a file after it was sent: a command, and a move out of the directory.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use frameio_core::{AccountId, FileId};

use crate::local_file::reason;
use crate::rename_new::rename_new;
use crate::sync_state::stamp::Stamp;
use crate::tasks::blocking;
use crate::{RemotePath, TransferError, TransferErrorKind};

/// Maximum number of files of one name in the directory of sent files.
const MAX_COPIES: u32 = 10_000;

/// What a [`Watch`](crate::Watch) does with a local file after it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AfterUpload {
    /// Keep the file.
    #[default]
    Keep,
    /// Move the file to a directory, with the same path as in the watched directory. Existing files
    /// are never replaced: the moved file gets a number, as in `a (2).mov`.
    Move(PathBuf),
}

/// A file that a [`Watch`](crate::Watch) has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SentFile {
    /// Local path, before the file is moved.
    pub local: PathBuf,
    /// Path below the remote folder.
    pub remote: RemotePath,
    /// Account that contains the file.
    pub account_id: AccountId,
    /// Id of the remote file.
    pub file_id: FileId,
}

/// Callback for a sent file.
pub(super) type OnSent =
    Arc<dyn Fn(SentFile) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// Actions for each sent file.
#[derive(Clone, Default)]
pub(super) struct Actions {
    pub(super) on_sent: Option<OnSent>,
    pub(super) after: AfterUpload,
}

impl fmt::Debug for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actions")
            .field("on_sent", &self.on_sent.is_some())
            .field("after", &self.after)
            .finish()
    }
}

/// The actions of one file.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) key: String,
    pub(super) file: SentFile,
    /// Path in the watched directory.
    pub(super) below: PathBuf,
    /// Size and time of the content that was sent.
    pub(super) stamp: Stamp,
    /// Whether the callback is called. It is not for a file that was at the service already.
    pub(super) is_new: bool,
}

/// Result of the actions of one file.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) key: String,
    pub(super) local: PathBuf,
    pub(super) stamp: Stamp,
    pub(super) result: Result<Option<PathBuf>, ActionError>,
}

/// A failed action.
#[derive(Debug)]
pub(super) enum ActionError {
    Callback(String),
    Move(String),
}

impl Actions {
    pub(super) const fn is_empty(&self) -> bool {
        self.on_sent.is_none() && matches!(self.after, AfterUpload::Keep)
    }

    pub(super) const fn moves(&self) -> bool {
        matches!(self.after, AfterUpload::Move(_))
    }

    /// Creates the directory of sent files. Returns its path in the watched directory if it is there.
    pub(super) async fn prepare(&self, root: &Path) -> Result<Option<PathBuf>, TransferError> {
        let AfterUpload::Move(directory) = &self.after else { return Ok(None) };
        let (target, root) = (directory.clone(), root.to_owned());
        let below = blocking(move || {
            std::fs::create_dir_all(&target)?;
            let (target, root) = (target.canonicalize()?, root.canonicalize()?);
            Ok::<_, io::Error>(target.strip_prefix(root).map(Path::to_owned).ok())
        });
        let below = below.await.map_err(|error| {
            let directory = directory.display();
            let message = format!("cannot use the directory '{directory}': {}", reason(&error));
            TransferError::new(TransferErrorKind::Disk, message).because(error)
        })?;
        if below.as_ref().is_some_and(|below| below.as_os_str().is_empty()) {
            let message = "sent files cannot be moved to the watched directory itself";
            return Err(TransferError::new(TransferErrorKind::Invalid, message));
        }
        Ok(below)
    }

    /// Runs the actions of a file.
    pub(super) async fn run(self, job: Job) -> Finished {
        let Job { key, file, below, stamp, is_new } = job;
        let local = file.local.clone();
        let result = self.run_inner((file, is_new), &below, stamp).await;
        Finished { key, local, stamp, result }
    }

    async fn run_inner(
        self,
        (file, is_new): (SentFile, bool),
        below: &Path,
        stamp: Stamp,
    ) -> Result<Option<PathBuf>, ActionError> {
        let local = file.local.clone();
        if let Some(on_sent) = self.on_sent.filter(|_| is_new) {
            on_sent(file).await.map_err(ActionError::Callback)?;
        }
        let AfterUpload::Move(directory) = self.after else { return Ok(None) };
        let target = directory.join(below);
        let moved = blocking(move || move_file(&local, &target, stamp));
        moved.await.map_err(|error| ActionError::Move(reason(&error)))
    }
}

/// Moves a file that still has this stamp. Returns its new path, or `None` if the file has changed or no
/// longer exists.
fn move_file(local: &Path, target: &Path, stamp: Stamp) -> io::Result<Option<PathBuf>> {
    if !is_unchanged(local, stamp)? {
        return Ok(None);
    }
    std::fs::create_dir_all(frameio_private_file::parent(target))?;
    for number in 1..=MAX_COPIES {
        let target = if number == 1 { target.to_owned() } else { numbered(target, number) };
        let moved = match rename_new(local, &target) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                copy_and_remove(local, &target, stamp)
            }
            moved => moved.map(|()| true),
        };
        match moved {
            Ok(is_moved) => return Ok(is_moved.then_some(target)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many files have this name"))
}

fn is_unchanged(local: &Path, stamp: Stamp) -> io::Result<bool> {
    match std::fs::symlink_metadata(local) {
        Ok(metadata) => Ok(metadata.is_file() && Stamp::of(&metadata) == stamp),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Moves a file to another file system. The target appears when it is complete and on disk.
fn copy_and_remove(local: &Path, target: &Path, stamp: Stamp) -> io::Result<bool> {
    let directory = frameio_private_file::parent(target);
    // A file of `tempfile_in` would be marked as temporary on Windows, with a limit of its path.
    let mut copy = tempfile::Builder::new().prefix(".frameio-").make_in(directory, |path| {
        frameio_private_file::options().write(true).create_new(true).open(path)
    })?;
    let mut source = std::fs::File::open(local)?;
    io::copy(&mut source, copy.as_file_mut())?;
    if let Some(modified) = stamp.modified {
        copy.as_file().set_modified(modified)?;
    }
    copy.as_file().set_permissions(source.metadata()?.permissions())?;
    copy.as_file().sync_all()?;
    if !is_unchanged(local, stamp)? {
        return Ok(false);
    }
    let (_, mut copy) = copy.into_parts();
    rename_new(&copy, target)?;
    copy.disable_cleanup(true);
    std::fs::remove_file(local)?;
    Ok(true)
}

/// Adds a number to the name of a file, before its extension.
fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!(" ({number})"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(path: &Path) -> Stamp {
        Stamp::of(&std::fs::metadata(path).unwrap())
    }

    #[test]
    fn moves_only_unchanged_files_and_replaces_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let target = path("sent/Day 1/a.mov");
        for (content, expected) in [("1", "a.mov"), ("2", "a (2).mov"), ("3", "a (3).mov")] {
            std::fs::write(path("a.mov"), content).unwrap();
            let moved = move_file(&path("a.mov"), &target, stamp(&path("a.mov"))).unwrap();
            let moved = moved.unwrap();
            assert_eq!(moved, target.with_file_name(expected));
            assert_eq!(std::fs::read_to_string(moved).unwrap(), content);
            assert!(!path("a.mov").exists());
        }
        std::fs::write(path("a.mov"), "4").unwrap();
        let before = stamp(&path("a.mov"));
        std::fs::write(path("a.mov"), "changed").unwrap();
        assert_eq!(move_file(&path("a.mov"), &target, before).unwrap(), None);
        assert!(path("a.mov").exists());
        assert_eq!(move_file(&path("gone"), &target, before).unwrap(), None);
    }

    #[test]
    fn a_copy_to_another_file_system_replaces_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        std::fs::write(path("a"), "new").unwrap();
        std::fs::write(path("b"), "old").unwrap();
        let error = copy_and_remove(&path("a"), &path("b"), stamp(&path("a"))).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        let before = stamp(&path("a"));
        assert!(copy_and_remove(&path("a"), &path("c"), before).unwrap());
        assert_eq!((stamp(&path("c")), path("a").exists()), (before, false));
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
    }
}
