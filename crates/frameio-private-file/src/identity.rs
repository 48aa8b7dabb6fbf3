//! Identity of open files.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::system;

/// Returns whether `path` still refers to an open file, which another process may have moved, removed
/// or replaced. Does not follow a symbolic link.
///
/// A lock belongs to the file and not to its name, so check it after locking.
///
/// # Errors
///
/// Fails if the file at `path` cannot be looked up.
pub fn is_at(path: &Path, file: &File) -> io::Result<bool> {
    match system::is_at(path, file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_or_replaced_file_is_no_longer_at_its_path() {
        let dir = tempfile::tempdir().unwrap();
        let (path, moved) = (dir.path().join("a"), dir.path().join("b"));
        std::fs::write(&path, "x").unwrap();
        let file = File::open(&path).unwrap();
        assert!(is_at(&path, &file).unwrap());
        std::fs::rename(&path, &moved).unwrap();
        assert!(!is_at(&path, &file).unwrap());
        assert!(is_at(&moved, &file).unwrap());
        std::fs::write(&path, "y").unwrap();
        assert!(!is_at(&path, &file).unwrap());
        assert!(!is_at(dir.path(), &file).unwrap());
    }
}
