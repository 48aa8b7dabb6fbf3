//! The error of an archive that cannot be written, verified or restored.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::Path;

use frameio_client::Error;
use frameio_core::BoxError;
use frameio_mhl::MhlError;
use frameio_private_file::reason;
use frameio_transfer::TransferError;

/// Error of an archive that cannot be written, verified or restored.
#[derive(Debug)]
pub struct ArchiveError {
    kind: ArchiveErrorKind,
    message: String,
    source: Option<BoxError>,
}

/// Category of an [`ArchiveError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ArchiveErrorKind {
    /// The directory is not an archive, or not one of this project or this version.
    NotAnArchive,
    /// Another run uses the archive.
    InUse,
    /// The archive is not complete, or a file of it is damaged.
    Damaged,
    /// The archive cannot be restored to this place.
    Destination,
    /// A file cannot be read or written.
    Disk,
    /// A call or a transfer failed.
    Service,
}

impl ArchiveError {
    pub(crate) fn new(kind: ArchiveErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn disk(path: &Path, error: io::Error) -> Self {
        let message = format!("cannot use '{}': {}", path.display(), reason(&error));
        Self::new(ArchiveErrorKind::Disk, message).because(error)
    }

    pub(crate) fn call(error: Error) -> Self {
        Self::new(ArchiveErrorKind::Service, error.to_string()).because(error)
    }

    pub(crate) fn transfer(error: TransferError) -> Self {
        Self::new(ArchiveErrorKind::Service, error.to_string()).because(error)
    }

    pub(crate) fn hashes(error: MhlError) -> Self {
        Self::new(ArchiveErrorKind::Damaged, error.to_string()).because(error)
    }

    /// Returns the category of the error.
    pub const fn kind(&self) -> ArchiveErrorKind {
        self.kind
    }

    /// Returns the error of the API, if a call failed.
    pub fn api(&self) -> Option<&Error> {
        let source = self.source.as_deref()?;
        let transfer = || source.downcast_ref::<TransferError>()?.api();
        source.downcast_ref::<Error>().or_else(transfer)
    }

    /// Returns the error of the transfer, if one failed.
    pub fn as_transfer(&self) -> Option<&TransferError> {
        self.source.as_deref()?.downcast_ref()
    }
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for ArchiveError {
    /// The cause of the failure. The failure itself is part of the message already.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref()?.source()
    }
}
