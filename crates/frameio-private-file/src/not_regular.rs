//! Types of files that are not regular.

use std::fmt;

/// Reason why a path does not refer to a regular file with a single name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotRegular {
    /// A symbolic link, or another reparse point on Windows.
    SymbolicLink,
    /// A regular file with this many names. Writing to it changes the content under all of them.
    HardLinks(u64),
    /// A directory.
    Directory,
    /// A named pipe (FIFO).
    NamedPipe,
    /// A socket.
    Socket,
    /// A device.
    Device,
    /// Another type of file.
    Other,
}

impl fmt::Display for NotRegular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SymbolicLink => "a symbolic link",
            Self::HardLinks(names) => return write!(f, "one of {names} hard links to a file"),
            Self::Directory => "a directory",
            Self::NamedPipe => "a named pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
            Self::Other => "not a regular file",
        })
    }
}

impl std::error::Error for NotRegular {}
