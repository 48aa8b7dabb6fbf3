//! Opening files in directories where somebody else may have put links or pipes.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::{create_dir_all, options, parent};

/// Opens a regular file that has no other name, without following a symbolic link and without
/// waiting for the other end of a pipe.
///
/// With `create`, a missing file is created at `path` itself. `options` must not have `truncate`: a
/// file is truncated before it can be checked. Call [`File::set_len`] afterwards.
///
/// The directories of `path` are followed as usual.
///
/// # Errors
/// When `path` is a symbolic link, a directory, a pipe or another special file, when the file has
/// other hard links (checked on Unix only), and when it cannot be opened.
pub fn open_only_link(path: &Path, options: &OpenOptions) -> io::Result<File> {
    let file = open_regular(path, options)?;
    match other_links(&file.metadata()?) {
        0 => Ok(file),
        _ => Err(refused("has another hard link")),
    }
}

/// Opens the file whose lock guards the file at `path`: the same name with `.lock` at its end.
///
/// It is created if it is missing, and never removed: a process could hold the lock of a removed file
/// while another one locks its successor. Missing parent directories are created. Call
/// [`File::lock`] or [`File::try_lock`] on it; the lock ends when the file is closed, however the
/// process ends.
///
/// # Errors
/// When the file is a link or not a regular file, and when it cannot be opened.
pub fn open_lock(path: &Path) -> io::Result<File> {
    create_dir_all(parent(path))?;
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    open_regular(&PathBuf::from(name), options().create(true).truncate(false).write(true))
}

fn open_regular(path: &Path, options: &OpenOptions) -> io::Result<File> {
    let file = match without_following(options).open(path) {
        Ok(file) => file,
        Err(error) => match path.symlink_metadata() {
            // The error of the system is about too many links, or about a pipe without a reader.
            Ok(found) if !found.is_file() && !found.is_dir() => return Err(kind_refused(&found)),
            _ => return Err(error),
        },
    };
    let found = file.metadata()?;
    if found.is_file() { Ok(file) } else { Err(kind_refused(&found)) }
}

fn kind_refused(found: &Metadata) -> io::Error {
    refused(if found.is_symlink() { "is a symbolic link" } else { "is not a regular file" })
}

fn refused(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

#[cfg(unix)]
fn without_following(options: &OpenOptions) -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let mut options = options.clone();
    // For a regular file, `NONBLOCK` changes nothing.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.custom_flags(flags.bits().cast_signed());
    options
}

#[cfg(windows)]
fn without_following(options: &OpenOptions) -> OpenOptions {
    use std::os::windows::fs::OpenOptionsExt;

    const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    let mut options = options.clone();
    options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
    options
}

#[cfg(not(any(unix, windows)))]
fn without_following(options: &OpenOptions) -> OpenOptions {
    options.clone()
}

#[cfg(unix)]
fn other_links(found: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(found).saturating_sub(1)
}

#[cfg(not(unix))]
fn other_links(_: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read, Write};

    use super::*;

    fn writable() -> OpenOptions {
        let mut options = options();
        options.read(true).write(true).create(true);
        options
    }

    #[test]
    fn opens_and_creates_regular_files() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        open_only_link(&path, &writable()).unwrap().write_all(b"one").unwrap();
        let mut text = String::new();
        open_only_link(&path, &writable()).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "one");
        let missing = open_only_link(&dir.path().join("none"), options().read(true));
        assert_eq!(missing.unwrap_err().kind(), io::ErrorKind::NotFound);
    }

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
    fn refuses_links_and_special_files_and_leaves_their_targets_alone() {
        use std::os::unix::fs::symlink;

        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("precious"), "precious").unwrap();
        symlink(at("precious"), at("link")).unwrap();
        symlink(at("new"), at("dangling")).unwrap();
        fs::hard_link(at("precious"), at("hard")).unwrap();
        fs::create_dir(at("directory")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
        assert!(made.success());
        for (name, why) in [
            ("link", "is a symbolic link"),
            ("dangling", "is a symbolic link"),
            ("hard", "has another hard link"),
            ("pipe", "is not a regular file"),
        ] {
            for options in [&writable(), options().read(true), options().write(true)] {
                let error = open_only_link(&at(name), options).unwrap_err();
                assert_eq!(error.to_string(), why, "{name}");
            }
        }
        assert!(open_only_link(&at("directory"), &writable()).is_err());
        assert!(!at("new").exists());
        assert_eq!(fs::read(at("precious")).unwrap(), b"precious");
        symlink(at("precious"), at("precious.lock")).unwrap();
        assert!(open_lock(&at("precious")).is_err());
    }
}
