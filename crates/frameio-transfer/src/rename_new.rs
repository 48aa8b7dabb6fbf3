//! Renames that replace nothing.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use frameio_private_file::is_at;

use crate::safe_name::folded;

/// Renames a file without replacing another one.
///
/// A file system that ignores case has only one of two names that differ in case; such a file is
/// renamed too.
///
/// # Errors
///
/// Fails with `AlreadyExists` if the target exists.
pub(crate) fn rename_new(path: &Path, target: &Path) -> io::Result<()> {
    match system::rename(path, target) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_alias(path, target) => {
            fs::rename(path, target)
        }
        renamed => renamed,
    }
}

/// Returns whether both paths refer to the same file, because the file system ignores case.
fn is_alias(path: &Path, target: &Path) -> bool {
    let name = |path: &Path| path.file_name().map(|name| folded(&name.to_string_lossy()));
    path.parent() == target.parent()
        && name(path) == name(target)
        && File::open(path).is_ok_and(|file| is_at(target, &file).unwrap_or(false))
}

#[cfg(unix)]
mod system {
    use std::fs;
    use std::io;
    use std::path::Path;

    use super::onto_placeholder;

    pub(super) fn rename(path: &Path, target: &Path) -> io::Result<()> {
        #[cfg(any(target_os = "android", target_os = "linux", target_vendor = "apple"))]
        {
            use rustix::fs::{CWD, RenameFlags, renameat_with};
            use rustix::io::Errno;
            match renameat_with(CWD, path, CWD, target, RenameFlags::NOREPLACE) {
                // Some file systems do not support it.
                Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
                result => return result.map_err(Into::into),
            }
        }
        match fs::hard_link(path, target) {
            Ok(()) => fs::remove_file(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            // A file system without hard links.
            Err(_) => onto_placeholder(path, target),
        }
    }
}

/// A second name could not be removed again while another program has the file open.
#[cfg(windows)]
mod system {
    pub(super) use super::onto_placeholder as rename;
}

/// Creates an empty file, so that the target cannot be created by others, and replaces it.
fn onto_placeholder(path: &Path, target: &Path) -> io::Result<()> {
    fs::symlink_metadata(path)?;
    drop(File::options().write(true).create_new(true).open(target)?);
    let renamed = frameio_private_file::rename(path, target);
    if renamed.is_err() {
        let _ = fs::remove_file(target);
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_an_existing_target() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for rename in [rename_new, onto_placeholder] {
            fs::write(at("a"), "a").unwrap();
            fs::write(at("b"), "b").unwrap();
            let error = rename(&at("a"), &at("b")).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read_to_string(at("b")).unwrap(), "b");
            rename(&at("a"), &at("c")).unwrap();
            assert_eq!(fs::read_to_string(at("c")).unwrap(), "a");
            let error = rename(&at("a"), &at("d")).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
            fs::remove_file(at("c")).unwrap();
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no placeholder");
            fs::remove_file(at("b")).unwrap();
        }
    }

    #[test]
    fn changes_the_case_of_a_name() {
        let dir = tempfile::tempdir().unwrap();
        let (lower, upper) = (dir.path().join("clip.mov"), dir.path().join("Clip.mov"));
        fs::write(&lower, "x").unwrap();
        rename_new(&lower, &upper).unwrap();
        let names: Vec<_> =
            fs::read_dir(dir.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(names, ["Clip.mov"]);
    }
}
