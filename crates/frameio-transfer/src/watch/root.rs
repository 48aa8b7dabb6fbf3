//! The watched directory: whether it is available, and whether it is on a network share.

use std::io;
use std::path::{Path, PathBuf};

use crate::directory_content::Content;
use crate::file_system;
use crate::local_file::reason;
use crate::tasks::blocking;

/// A watched directory, which may be on a share that is not always mounted.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub(super) path: PathBuf,
    /// File system when the directory was last available.
    device: Option<u64>,
}

/// An available directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Available {
    /// Whether another file system was mounted since the last check.
    pub(super) is_remounted: bool,
}

impl Root {
    /// Creates a directory that was on this file system in an earlier run.
    pub(super) const fn new(path: PathBuf, last_device: Option<u64>) -> Self {
        Self { path, device: last_device }
    }

    /// Checks whether the directory is available. Returns the reason if it is not.
    pub(super) async fn check(&mut self) -> Result<Available, String> {
        let mut this = self.clone();
        let checked = blocking(move || {
            let checked = this.check_blocking();
            Ok::<_, io::Error>((this, checked))
        });
        let (this, checked) = checked.await.map_err(|error| reason(&error))?;
        *self = this;
        checked
    }

    fn check_blocking(&mut self) -> Result<Available, String> {
        std::fs::read_dir(&self.path).map_err(|error| reason(&error))?;
        let now = file_system::id(&self.path);
        // The whole directory may have to be walked.
        let is_empty =
            self.is_other(now) && is_empty(&self.path).map_err(|error| reason(&error))?;
        self.found(now, is_empty)
    }

    /// Decides whether a directory that exists is the one of earlier checks.
    ///
    /// A share that is not mounted leaves an empty directory on another file system. A share that was
    /// mounted again may have another number, so the number alone decides nothing.
    fn found(&mut self, now: Option<u64>, is_empty: bool) -> Result<Available, String> {
        let is_other = self.is_other(now);
        if is_other && is_empty {
            return Err("it is empty and on another file system than before".to_owned());
        }
        self.device = now;
        Ok(Available { is_remounted: is_other })
    }

    fn is_other(&self, now: Option<u64>) -> bool {
        self.device.is_some() && self.device != now
    }
}

/// Returns whether a directory has no files, apart from those that the system leaves in the directory of
/// a share that is not mounted.
fn is_empty(path: &Path) -> io::Result<bool> {
    Content { hidden: true, follow_links: true }.exists(path).map(|exists| !exists)
}

/// Returns whether a directory is on a network share, as far as the system reports it.
pub(super) async fn is_network(path: &Path) -> bool {
    let path = path.to_owned();
    blocking(move || Ok::<_, io::Error>(file_system::is_network(&path))).await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_directory_on_another_file_system_is_unavailable() {
        let mut root = Root::new("/media".into(), None);
        let same = Ok(Available { is_remounted: false });
        assert_eq!(root.found(Some(1), true), same, "an empty directory of a first run");
        assert_eq!(root.found(Some(1), true), same, "all files were moved");
        let reason = root.found(Some(2), true).unwrap_err();
        assert!(reason.contains("another file system"), "{reason}");
        assert_eq!(root.found(Some(1), false), same, "the share returned");
        let remounted = Ok(Available { is_remounted: true });
        assert_eq!(root.found(Some(3), false), remounted, "a share may return with another number");
        assert_eq!(root.found(Some(3), true), same);
        let mut root = Root::new("/media".into(), Some(9));
        assert!(root.found(Some(1), true).is_err(), "not mounted when the run starts");
    }

    #[test]
    fn files_of_the_system_do_not_count_as_content() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        std::fs::create_dir(path.join("lost+found")).unwrap();
        std::fs::write(path.join(".DS_Store"), "x").unwrap();
        let mut root = Root::new(path.to_owned(), file_system::id(path));
        root.check_blocking().unwrap();
        root.device = root.device.map(|device| device ^ 1);
        assert_eq!(root.check_blocking().is_err(), root.device.is_some());
        std::fs::write(path.join("lost+found/a.mov"), "x").unwrap();
        assert_eq!(root.check_blocking().unwrap().is_remounted, file_system::id(path).is_some());
    }

    #[tokio::test]
    async fn a_temporary_directory_is_not_on_a_network_share() {
        let directory = tempfile::tempdir().unwrap();
        assert!(!is_network(directory.path()).await);
        let mut root = Root::new(directory.path().join("x"), None);
        assert_eq!(root.check().await.unwrap_err(), "no such file or directory");
        std::fs::write(&root.path, "x").unwrap();
        root.check().await.unwrap_err();
    }
}
