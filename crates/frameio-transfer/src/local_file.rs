//! Opening of local files, without blocking on pipes and with precise errors.

use std::fs::{File, FileType, Metadata};
use std::io;
use std::path::Path;

pub(crate) use frameio_private_file::reason;

use crate::{TransferError, TransferErrorKind};

/// Type of a local file, after following symbolic links.
#[derive(Debug)]
pub(crate) enum LocalFile {
    Regular(Metadata),
    Directory,
    /// A pipe, which has no size and can be read only once.
    #[cfg_attr(not(unix), expect(dead_code, reason = "only Unix has pipes with paths"))]
    Pipe,
    /// A device or a socket, with its description for messages.
    Special(&'static str),
}

impl LocalFile {
    /// Looks up the type of the file at `path`.
    pub(crate) fn look_up(path: &Path) -> io::Result<Self> {
        let metadata = std::fs::metadata(path).map_err(|error| dangling(path, error))?;
        Ok(Self::of(metadata))
    }

    pub(crate) fn of(metadata: Metadata) -> Self {
        let kind = metadata.file_type();
        if kind.is_file() {
            Self::Regular(metadata)
        } else if kind.is_dir() {
            Self::Directory
        } else {
            special(kind)
        }
    }

    /// Opens a file or a pipe, without waiting for the other end of the pipe.
    pub(crate) fn open(path: &Path) -> io::Result<(File, Self)> {
        // Opening a device can have side effects, so look up the type first.
        let found = Self::look_up(path)?;
        found.is_readable()?;
        let mut options = File::options();
        options.read(true);
        // The file may have been replaced by a pipe since the lookup.
        #[cfg(unix)]
        {
            use rustix::fs::OFlags;
            let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
            std::os::unix::fs::OpenOptionsExt::custom_flags(
                &mut options,
                flags.bits().cast_signed(),
            );
        }
        let file = options.open(path)?;
        let opened = Self::of(file.metadata()?);
        opened.is_readable()?;
        Ok((file, opened))
    }

    /// Fails for types that cannot be read.
    fn is_readable(&self) -> io::Result<()> {
        match self {
            Self::Directory => Err(io::ErrorKind::IsADirectory.into()),
            other => other.is_uploadable(),
        }
    }

    /// Fails for types other than file, directory and pipe.
    pub(crate) fn is_uploadable(&self) -> io::Result<()> {
        match self {
            Self::Regular(_) | Self::Pipe | Self::Directory => Ok(()),
            Self::Special(name) => {
                let message = format!("it is {name}, which cannot be uploaded");
                Err(io::Error::new(io::ErrorKind::InvalidInput, message))
            }
        }
    }
}

#[cfg(unix)]
fn special(kind: FileType) -> LocalFile {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        LocalFile::Pipe
    } else if kind.is_socket() {
        LocalFile::Special("a socket")
    } else {
        LocalFile::Special("a device")
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> LocalFile {
    LocalFile::Special("not a regular file")
}

/// Adds the missing target to the error of a dangling symbolic link.
fn dangling(path: &Path, error: io::Error) -> io::Error {
    match std::fs::read_link(path) {
        Ok(target) if error.kind() == io::ErrorKind::NotFound => {
            let message =
                format!("it is a symbolic link to '{}', which does not exist", target.display());
            io::Error::new(io::ErrorKind::NotFound, message)
        }
        _ => error,
    }
}

/// Creates the error of a local file that cannot be looked up or opened.
pub(crate) fn unopened(path: &Path, error: io::Error) -> TransferError {
    failed("open", path, error)
}

/// Creates the error of a local file that cannot be read.
pub(crate) fn unreadable(path: &Path, error: io::Error) -> TransferError {
    failed("read", path, error)
}

fn failed(verb: &str, path: &Path, error: io::Error) -> TransferError {
    let kind = match error.kind() {
        io::ErrorKind::InvalidInput => TransferErrorKind::Invalid,
        _ => TransferErrorKind::Source,
    };
    let message = format!("cannot {verb} '{}': {}", path.display(), reason(&error));
    TransferError::new(kind, message).because(error)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_broken_link_is_not_reported_as_missing() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link");
        std::os::unix::fs::symlink("gone.mov", &link).unwrap();
        let error = unopened(&link, LocalFile::look_up(&link).unwrap_err());
        assert!(error.to_string().ends_with("symbolic link to 'gone.mov', which does not exist"));
        let missing = directory.path().join("missing");
        let error = unopened(&missing, LocalFile::look_up(&missing).unwrap_err());
        assert!(error.to_string().ends_with("missing': no such file or directory"), "{error}");
    }

    #[test]
    fn refuses_devices_and_sockets() {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for (path, name) in [(Path::new("/dev/null"), "a device"), (&socket, "a socket")] {
            let error = unopened(path, LocalFile::open(path).unwrap_err());
            assert_eq!(error.kind(), TransferErrorKind::Invalid);
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}

/// Returns the error of a source that cannot be read, without its path.
pub(crate) fn source_failed(error: io::Error) -> TransferError {
    TransferError::new(TransferErrorKind::Source, reason(&error)).because(error)
}
