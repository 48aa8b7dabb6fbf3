//! Replacing a file in two steps: reserve the space first, write the content later.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use crate::{create_dir_all, options, parent, system};

/// Reserved disk space for the next content of a file.
///
/// Reserve space before an action that cannot be repeated, such as spending a refresh token. A full
/// disk, an exceeded quota or a missing permission is then detected in time.
/// [`commit`](Self::commit) replaces the file atomically, like [`write()`](crate::write). Dropping the
/// value keeps the old content.
///
/// The space is a file whose name ends in `.new`; a leftover of a killed process is replaced. Only one
/// process may reserve the same file at a time, so hold a [lock](crate::open_lock).
///
/// On a copy-on-write file system, `commit` can still run out of space and fail like `write`.
///
/// ```
/// use frameio_private_file::Reserved;
///
/// # fn main() -> std::io::Result<()> {
/// # let dir = tempfile::tempdir()?;
/// let path = dir.path().join("tokens.json");
/// let reserved = Reserved::new(&path, 4096)?;
/// let content = b"{}"; // The response to a request that can be sent only once.
/// reserved.commit(content)?;
/// assert_eq!(std::fs::read(&path)?, content);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Reserved {
    file: File,
    staged: Staged,
    path: PathBuf,
}

/// File with the reserved space, removed on drop unless it was renamed.
#[derive(Debug)]
struct Staged {
    path: PathBuf,
    is_committed: bool,
}

impl Reserved {
    /// Reserves `bytes` for the file at `path`, and creates missing parent directories.
    ///
    /// The space is filled and synced, so that it is really allocated.
    ///
    /// # Errors
    ///
    /// Fails if the directory cannot be created or the disk is full.
    pub fn new(path: &Path, bytes: u64) -> io::Result<Self> {
        create_dir_all(parent(path))?;
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        let space = PathBuf::from(name);
        match fs::remove_file(&space) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = options().write(true).create_new(true).open(&space)?;
        let staged = Staged { path: space, is_committed: false };
        io::copy(&mut io::Read::take(io::repeat(b' '), bytes), &mut file)?;
        file.sync_all()?;
        Ok(Self { file, staged, path: path.to_owned() })
    }

    /// Replaces the file with `content`.
    ///
    /// # Errors
    ///
    /// Fails if the disk fails, or if the content is longer than the reserved space and the disk is
    /// full. The old content is kept.
    pub fn commit(mut self, content: &[u8]) -> io::Result<()> {
        self.file.rewind()?;
        self.file.write_all(content)?;
        self.file.set_len(u64::try_from(content.len()).unwrap_or(u64::MAX))?;
        self.file.sync_all()?;
        system::rename(&self.staged.path, &self.path)?;
        self.staged.is_committed = true;
        system::sync_directory(parent(&self.path))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.is_committed {
            // A leftover file is replaced by the next reservation.
            drop(fs::remove_file(&self.path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap().map(|it| it.unwrap().file_name());
        let mut names: Vec<_> = entries.map(|it| it.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn replaces_the_file_with_shorter_and_longer_content() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/file");
        for content in [&b"short"[..], &[7; 10_000], b""] {
            let reserved = Reserved::new(&path, 4096).unwrap();
            assert_eq!(fs::metadata(&reserved.staged.path).unwrap().len(), 4096);
            reserved.commit(content).unwrap();
            assert_eq!(fs::read(&path).unwrap(), content);
            assert_eq!(names(path.parent().unwrap()), ["file"]);
        }
    }

    #[test]
    fn keeps_the_old_content_when_it_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        crate::write(&path, b"old").unwrap();
        drop(Reserved::new(&path, 4096).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(dir.path()), ["file"]);
    }

    #[test]
    fn replaces_the_leftover_of_a_killed_process() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(dir.path().join("file.new"), vec![b'x'; 9000]).unwrap();
        Reserved::new(&path, 100).unwrap().commit(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(dir.path()), ["file"]);
    }

    #[cfg(unix)]
    #[test]
    fn does_not_write_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let other = dir.path().join("other");
        fs::write(&other, "precious").unwrap();
        let staged = dir.path().join("file.new");
        std::os::unix::fs::symlink(&other, &staged).unwrap();
        Reserved::new(&path, 100).unwrap().commit(b"one").unwrap();
        fs::hard_link(&other, &staged).unwrap();
        Reserved::new(&path, 100).unwrap().commit(b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read(&other).unwrap(), b"precious");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_has_access() {
        use std::os::unix::fs::PermissionsExt;

        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        Reserved::new(&path, 10).unwrap().commit(b"x").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
