//! Files and directories that only their owner can read, replaced atomically.
//!
//! On Unix, files have the mode 0600 and directories 0700. On Windows they inherit the access rights of
//! the parent directory. In the profile of a user, from which the SDK takes its default directories,
//! those are the user, the system and administrators. Elsewhere, such as in `C:\ProgramData`, other users
//! can read new files, so restrict the directory.
//!
//! The SDK uses this crate for tokens, profiles and the state of transfers. It does not depend on
//! the rest of the SDK and has no features.
//!
//! | task | function |
//! |---|---|
//! | replace a file | [`write()`] |
//! | replace a file by content that is written step by step | [`Replacement`] |
//! | replace a file whose new content cannot be obtained twice | [`Reserved`] |
//! | rename a file | [`rename()`] |
//! | lock out other processes | [`open_lock`], then [`File::try_lock`](std::fs::File::try_lock) or [`File::lock`](std::fs::File::lock) |
//! | verify that the path of an open file is still its path | [`is_at`] |
//! | open a file that may have been planted by somebody else | [`open_regular`] |
//! | quote an I/O error in a message | [`reason()`] |
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! # let dir = tempfile::tempdir()?;
//! let path = dir.path().join("state/tokens.json");
//! frameio_private_file::write(&path, b"{}")?;
//! assert_eq!(std::fs::read(&path)?, b"{}");
//! # Ok(())
//! # }
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

mod identity;
mod lock;
mod not_regular;
#[cfg(any(windows, test))]
mod patience;
mod reason;
mod regular;
mod replacement;
mod reserved;
mod system;
#[cfg(any(windows, test))]
mod windows_message;

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

pub use self::identity::is_at;
pub use self::lock::open_lock;
pub use self::not_regular::NotRegular;
pub use self::reason::reason;
pub use self::regular::{check_regular, open_regular};
pub use self::replacement::Replacement;
pub use self::reserved::Reserved;

/// Creates a directory and its missing parents, accessible only to the owner.
///
/// Existing directories keep their permissions.
///
/// # Errors
///
/// Fails if a directory cannot be created, or a file of that name exists.
pub fn create_dir_all(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    system::exclude_from_directory(&mut builder);
    builder.create(path)
}

/// Returns options for opening a file. A file that they create is accessible only to the owner.
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    system::exclude(&mut options);
    options
}

/// Replaces the file at `path` with `content`, and creates missing parent directories.
///
/// The content is written to a temporary file in the same directory, synced, and renamed; then the
/// directory is synced. Readers see either the old or the new content, even after a crash.
///
/// # Errors
///
/// Fails if the directory cannot be created, or the disk is full or fails. The old content is kept.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = parent(path);
    create_dir_all(directory)?;
    let mut file = Replacement::private(path)?;
    file.write_all(content)?;
    file.file().sync_all()?;
    file.finish()?;
    system::sync_directory(directory)
}

/// Renames a file and replaces the target.
///
/// On Windows, waits for almost a second while the target or the file is open in a program that does not
/// permit it, such as a virus scanner.
///
/// # Errors
///
/// Fails like [`std::fs::rename`].
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    system::rename(from, to)
}

/// Returns the directory of the file at `path`, which is `.` for a bare file name.
pub fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_the_content_and_leaves_no_temporary_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/file");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn keeps_the_old_content_when_writing_fails() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("directory");
        std::fs::create_dir_all(path.join("child")).unwrap();
        assert!(write(&path, b"content").is_err());
        assert!(path.join("child").is_dir());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_has_access() {
        use std::os::unix::fs::PermissionsExt;

        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/file");
        write(&path, b"one").unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&dir.path().join("a")), 0o700);
        assert_eq!(mode(&dir.path().join("a/b")), 0o700);
        let opened = dir.path().join("opened");
        options().create(true).append(true).open(&opened).unwrap();
        assert_eq!(mode(&opened), 0o600);
    }
}
