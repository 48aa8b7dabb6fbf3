//! Replacing a file when its new content is complete.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

use crate::{options, parent, system};

/// New content of a file, written to a temporary file.
///
/// [`finish`](Self::finish) replaces the file atomically: readers see either the old or the new
/// content. Dropping the value keeps the old content.
///
/// On Windows, a file that another program has open is replaced only if that program permits it; see
/// [`rename`](crate::rename()).
///
/// ```
/// use std::io::Write;
///
/// use frameio_private_file::Replacement;
///
/// # fn main() -> std::io::Result<()> {
/// # let dir = tempfile::tempdir()?;
/// let path = dir.path().join("report.csv");
/// let mut report = Replacement::readable(&path)?;
/// report.write_all(b"name,size\n")?;
/// report.finish()?;
/// assert_eq!(std::fs::read(&path)?, b"name,size\n");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Replacement {
    file: File,
    temporary: TempPath,
    target: PathBuf,
}

impl Replacement {
    /// Creates a temporary file next to `target` that only its owner can read.
    ///
    /// # Errors
    ///
    /// Fails if no file can be created in the directory of `target`, or the directory is missing.
    pub fn private(target: &Path) -> io::Result<Self> {
        Self::create(target, parent(target), || options())
    }

    /// Creates a temporary file next to `target` that others can read, as any new file of the process.
    ///
    /// # Errors
    ///
    /// Fails if no file can be created in the directory of `target`, or the directory is missing.
    pub fn readable(target: &Path) -> io::Result<Self> {
        Self::create(target, parent(target), OpenOptions::new)
    }

    /// Creates a temporary file in another directory, which must be on the file system of `target`.
    /// Only its owner can read it.
    ///
    /// # Errors
    ///
    /// Fails if no file can be created in the directory.
    pub fn private_in(directory: &Path, target: &Path) -> io::Result<Self> {
        Self::create(target, directory, || options())
    }

    fn create(
        target: &Path,
        directory: &Path,
        options: impl Fn() -> OpenOptions,
    ) -> io::Result<Self> {
        // Not created by `tempfile`, which would mark the file as temporary on Windows and limit the
        // length of its path there.
        let file = Builder::new()
            .prefix(".frameio-new-")
            .make_in(directory, |path| options().write(true).create_new(true).open(path))?;
        let (file, temporary) = file.into_parts();
        Ok(Self { file, temporary, target: target.to_owned() })
    }

    /// Returns the temporary file, for example to sync it.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Moves the temporary file to the target. Does not sync it.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be replaced. It is unchanged then.
    pub fn finish(mut self) -> io::Result<()> {
        system::rename(&self.temporary, &self.target)?;
        self.temporary.disable_cleanup(true);
        Ok(())
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_an_open_file_and_leaves_no_temporary_file() {
        let dir = tempfile::tempdir().unwrap();
        // Longer than the paths that old functions of Windows accept.
        let long = dir.path().join("x".repeat(120)).join("y".repeat(120)).join("z".repeat(120));
        std::fs::create_dir_all(&long).unwrap();
        let path = long.join("file");
        for content in ["one", "two"] {
            let reader = File::open(&path);
            let mut new = Replacement::readable(&path).unwrap();
            new.write_all(content.as_bytes()).unwrap();
            new.finish().unwrap();
            assert_eq!(reader.is_ok(), content == "two");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        }
        drop(Replacement::private(&path).unwrap());
        assert_eq!(std::fs::read_dir(&long).unwrap().count(), 1);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
    }

    #[cfg(unix)]
    #[test]
    fn others_can_read_only_readable_files() {
        use std::os::unix::fs::PermissionsExt;

        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        std::fs::write(dir.path().join("any"), "").unwrap();
        Replacement::readable(&path).unwrap().finish().unwrap();
        assert_eq!(mode(&path), mode(&dir.path().join("any")));
        Replacement::private(&path).unwrap().finish().unwrap();
        assert_eq!(mode(&path), 0o600);
    }
}
