//! Opening only regular files that have a single name.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

use crate::{NotRegular, system};

impl NotRegular {
    /// Classifies a file by its metadata. Returns `None` for a regular file with a single name.
    ///
    /// On Windows, the metadata does not have the number of hard links; [`open_regular`] detects them.
    pub fn of(metadata: &Metadata) -> Option<Self> {
        let kind = metadata.file_type();
        if kind.is_symlink() {
            return Some(Self::SymbolicLink);
        }
        if kind.is_dir() {
            return Some(Self::Directory);
        }
        if !kind.is_file() {
            return Some(system::special(kind));
        }
        system::names(metadata).and_then(Self::of_names)
    }

    fn of_open(file: &File) -> io::Result<Option<Self>> {
        let metadata = file.metadata()?;
        match Self::of(&metadata) {
            None => Ok(Self::of_names(system::names_of_open(file, &metadata)?)),
            kind => Ok(kind),
        }
    }

    fn of_names(names: u64) -> Option<Self> {
        // An open file that has been removed has no name.
        (names > 1).then_some(Self::HardLinks(names))
    }
}

/// Verifies that `path` is missing or a regular file with a single name. Returns whether it exists.
///
/// # Errors
///
/// Fails with [`NotRegular`] as the inner error for any other type of file, and if the path cannot be
/// looked up.
pub fn check_regular(path: &Path) -> io::Result<bool> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) => NotRegular::of(&metadata).map_or(Ok(true), |kind| Err(refused(kind))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Opens a regular file without following a symbolic link as its last component, and without
/// waiting for the other end of a named pipe.
///
/// Do not set `truncate`, which takes effect before the file is verified; call [`File::set_len`]
/// instead.
///
/// # Errors
///
/// Fails with [`NotRegular`] as the inner error for a symbolic link, a file with several hard links, a
/// directory, a pipe, a socket or a device. Otherwise fails like [`OpenOptions::open`].
pub fn open_regular(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // Opening a device can have side effects, so verify the path first.
    check_regular(path)?;
    system::no_follow(options);
    let file = options.open(path)?;
    match NotRegular::of_open(&file)? {
        None => Ok(file),
        Some(kind) => Err(refused(kind)),
    }
}

fn refused(kind: NotRegular) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path) -> io::Result<File> {
        open_regular(path, OpenOptions::new().read(true).write(true).create(true))
    }

    fn refusal(path: &Path) -> NotRegular {
        let error = open(path).unwrap_err();
        *error.get_ref().unwrap().downcast_ref().unwrap()
    }

    #[test]
    fn opens_regular_files_and_creates_missing_ones() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        assert!(!check_regular(&path).unwrap());
        open(&path).unwrap();
        assert!(check_regular(&path).unwrap());
        open(&path).unwrap();
    }

    #[test]
    fn refuses_hard_links_and_directories_without_touching_them() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("kept"), "precious").unwrap();
        std::fs::hard_link(at("kept"), at("hard")).unwrap();
        std::fs::create_dir(at("directory")).unwrap();
        assert_eq!(refusal(&at("hard")), NotRegular::HardLinks(2));
        assert_eq!(refusal(&at("directory")), NotRegular::Directory);
        assert_eq!(std::fs::read_to_string(at("kept")).unwrap(), "precious");
    }

    #[cfg(unix)]
    #[test]
    fn refuses_links_pipes_and_directories_without_touching_them() {
        use std::os::unix::fs::symlink;

        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("kept"), "precious").unwrap();
        std::fs::hard_link(at("kept"), at("hard")).unwrap();
        symlink(at("kept"), at("soft")).unwrap();
        symlink(at("created"), at("dangling")).unwrap();
        std::fs::create_dir(at("directory")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status();
        assert!(made.unwrap().success());
        for (name, kind) in [
            ("hard", NotRegular::HardLinks(2)),
            ("soft", NotRegular::SymbolicLink),
            ("dangling", NotRegular::SymbolicLink),
            ("directory", NotRegular::Directory),
            ("pipe", NotRegular::NamedPipe),
            ("socket", NotRegular::Socket),
        ] {
            assert_eq!(refusal(&at(name)), kind, "{name}");
        }
        assert_eq!(std::fs::read_to_string(at("kept")).unwrap(), "precious");
        assert!(!at("created").exists());
    }
}
