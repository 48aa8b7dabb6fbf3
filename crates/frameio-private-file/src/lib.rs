//! Files and directories that only their owner can read, replaced atomically.
//!
//! On Unix, files get the mode 0600 and directories 0700. On other systems they get the permissions
//! that the directory above gives them.
//!
//! | to | use |
//! |---|---|
//! | replace a file | [`write()`] |
//! | replace a file whose new content cannot be had again | [`Reserved`] |
//! | keep other processes out | [`open_lock`], then [`File::try_lock`] or [`File::lock`] |
//! | open a file that somebody else may have put there | [`open_regular`] |
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

mod lock;
mod reason;
mod regular;
mod reserved;

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

pub use self::lock::open_lock;
pub use self::reason::reason;
pub use self::regular::{NotRegular, check_regular, open_regular};
pub use self::reserved::Reserved;

/// Creates a directory and its missing parents, readable by the owner alone.
///
/// Existing directories keep their permissions.
///
/// # Errors
/// When a directory cannot be created, or a file has the name of one.
pub fn create_dir_all(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Options for opening a file, which make a new one readable by the owner alone.
pub fn options() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has a mode to set"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Replaces the file at `path` with `content`, and creates missing parent directories.
///
/// The content is written to a temporary file in the same directory, synced, and renamed; then the
/// directory is synced. A reader, and a crash at any moment, sees the old content or the new one.
///
/// # Errors
/// When the directory cannot be created, or the disk is full or fails. The old content is kept.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = parent(path);
    create_dir_all(directory)?;
    // A temporary file has the mode 0600.
    let mut file = NamedTempFile::with_prefix_in(".new-", directory)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_directory(directory)
}

/// The directory of the file at `path`; for a bare file name the current one.
pub fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes a rename within `directory` survive a crash.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_the_content_and_leaves_nothing_else() {
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
