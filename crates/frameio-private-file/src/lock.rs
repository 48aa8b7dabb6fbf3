//! Locks between processes.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::regular::open_regular;
use crate::{create_dir_all, options, parent};

/// Opens the lock file of the file at `path`, which has the same name followed by `.lock`.
///
/// Creates the lock file and missing parent directories. Call [`File::lock`] or [`File::try_lock`] on
/// the result; the lock is released when the file is closed, even if the process is killed.
///
/// The lock file is never removed. Otherwise one process could hold the lock of the removed file while
/// another process locks its successor.
///
/// # Errors
///
/// Fails if the lock file is a link, is not a regular file, or cannot be opened.
pub fn open_lock(path: &Path) -> io::Result<File> {
    create_dir_all(parent(path))?;
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    open_regular(&PathBuf::from(name), options().create(true).truncate(false).write(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_process_has_a_lock() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/file");
        let first = open_lock(&path).unwrap();
        first.try_lock().unwrap();
        let second = open_lock(&path).unwrap();
        assert!(second.try_lock().is_err());
        drop(first);
        second.try_lock().unwrap();
        assert!(dir.path().join("a/file.lock").is_file());
    }

    #[cfg(unix)]
    #[test]
    fn does_not_follow_a_link_in_place_of_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("precious"), "precious").unwrap();
        std::os::unix::fs::symlink(at("precious"), at("file.lock")).unwrap();
        assert!(open_lock(&at("file")).is_err());
        assert_eq!(std::fs::read(at("precious")).unwrap(), b"precious");
    }
}
