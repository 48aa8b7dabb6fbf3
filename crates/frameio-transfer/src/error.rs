//! The error of a failed transfer.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use frameio_core::{BoxError, FileId};
use frameio_tower::error::find;
use http::StatusCode;

use super::attempt_error::AttemptError;
use frameio_client::{Error, ErrorKind};

/// Error of a failed transfer.
///
/// [`Display`](fmt::Display) prints one line with the file, the part and the cause; the accessors
/// return the details. The line never contains a signed URL, a token or content of a file.
///
/// ```
/// use frameio::transfer::{TransferError, TransferErrorKind};
///
/// fn advice(error: &TransferError) -> &'static str {
///     match error.kind() {
///         TransferErrorKind::Expired => "allow a restart",
///         TransferErrorKind::SourceChanged => "wait until the file is no longer written to",
///         TransferErrorKind::Storage | TransferErrorKind::Timeout => "try again later",
///         _ => "see the message",
///     }
/// }
/// ```
pub struct TransferError(Box<Inner>);

/// Callback for an error that does not fail the run.
pub(crate) type OnFailure = Arc<dyn Fn(&TransferError) + Send + Sync>;

struct Inner {
    kind: TransferErrorKind,
    message: Cow<'static, str>,
    file_id: Option<FileId>,
    part: Option<u64>,
    offset: Option<u64>,
    attempts: u32,
    source: Option<BoxError>,
}

/// Category of a [`TransferError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransferErrorKind {
    /// The request is invalid; nothing was sent.
    Invalid,
    /// A call of the API failed; [`TransferError::api`] returns its error.
    Api,
    /// The source cannot be read.
    Source,
    /// The source changed during the transfer or since it was interrupted.
    SourceChanged,
    /// The manifest of a resumable transfer is in use, or cannot be read or written.
    Manifest,
    /// The state file of a directory and a folder is in use, or cannot be read or written.
    State,
    /// The storage refused the request; a retry would fail too.
    Refused,
    /// A signed URL has expired.
    Expired,
    /// A signed URL from the service is malformed, is not `https`, or points to a loopback address.
    InvalidUrl,
    /// The storage failed on every attempt.
    Storage,
    /// A time limit was reached.
    Timeout,
    /// The service could not assemble the parts, or could not fetch the remote file.
    UploadFailed,
    /// Received data cannot be written to disk.
    Disk,
    /// The received data does not have the expected size or content.
    Mismatch,
    /// The content exceeds the size limit.
    TooLarge,
    /// An existing file differs from the one to be downloaded, and was kept.
    Conflict,
    /// No item has the path or the id.
    NotFound,
    /// Several items have the path.
    Ambiguous,
    /// The transfers were [stopped](crate::Transfers::stop).
    Stopped,
}

impl TransferError {
    pub(crate) fn new(kind: TransferErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            file_id: None,
            part: None,
            offset: None,
            attempts: 0,
            source: None,
        }))
    }

    /// Creates the error of a failed call of the API.
    pub(crate) fn call(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::Encode => TransferErrorKind::Invalid,
            _ => TransferErrorKind::Api,
        };
        Self::new(kind, error.to_string()).because(error)
    }

    /// Creates the error of an exchange with the storage, after the last attempt.
    pub(crate) fn storage(error: AttemptError, attempts: u32) -> Self {
        let mut this = Self::new(error.kind(), error.to_string()).because(error);
        this.0.attempts = attempts;
        this
    }

    /// Sets the source, which the message should include already.
    pub(crate) fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Appends a note to the message.
    pub(crate) fn noting(mut self, note: &str) -> Self {
        self.0.message.to_mut().push_str(note);
        self
    }

    /// Sets the remote file, unless it is set already.
    pub(crate) fn of_file(mut self, id: &FileId) -> Self {
        self.0.file_id.get_or_insert_with(|| id.clone());
        self
    }

    /// Sets the part, with its number from 1 and its offset.
    pub(crate) fn at_part(mut self, number: u64, offset: u64) -> Self {
        self.0.part = Some(number);
        self.0.offset = Some(offset);
        self
    }

    /// Returns the category of the error.
    pub fn kind(&self) -> TransferErrorKind {
        self.0.kind
    }

    /// Returns the id of the remote file, if it was known or already created.
    pub fn file_id(&self) -> Option<&FileId> {
        self.0.file_id.as_ref()
    }

    /// Returns the number of the part, from 1, if the error concerns one.
    pub fn part(&self) -> Option<u64> {
        self.0.part
    }

    /// Returns the offset of the part in bytes, if the error concerns one.
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }

    /// Returns the number of attempts of the part; 0 if the error does not concern a part.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the status of the storage's response, if one arrived.
    pub fn status(&self) -> Option<StatusCode> {
        self.find::<AttemptError>()?.status()
    }

    /// Returns the error code of the storage, such as `AccessDenied`, if it sent one.
    pub fn code(&self) -> Option<&str> {
        self.find::<AttemptError>()?.code()
    }

    /// Returns the error of the failed call of the API, if that is the cause.
    pub fn api(&self) -> Option<&Error> {
        self.find()
    }

    /// Returns the first error of type `T` in the chain of sources, such as an
    /// [`io::Error`](std::io::Error).
    pub fn find<T: StdError + 'static>(&self) -> Option<&T> {
        find(self.cause()?)
    }

    pub(crate) fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&**self.0.source.as_ref()?)
    }
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = &self.0.file_id {
            write!(f, "file {}: ", id.as_str())?;
        }
        if let Some(part) = self.0.part {
            write!(f, "part {part}: ")?;
        }
        f.write_str(&self.0.message)?;
        match self.0.attempts {
            0 | 1 => Ok(()),
            attempts => write!(f, " ({attempts} attempts)"),
        }
    }
}

impl fmt::Debug for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransferError")
            .field("message", &self.to_string())
            .field("kind", &self.0.kind)
            .field("file_id", &self.0.file_id)
            .field("part", &self.0.part)
            .field("offset", &self.0.offset)
            .field("attempts", &self.0.attempts)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for TransferError {
    /// The cause of the failure. The failure itself is part of the message already.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause()?.source()
    }
}

const _: () = {
    assert!(size_of::<TransferError>() <= 8);
    const fn sendable<T: Send + Sync + 'static>() {}
    sendable::<TransferError>();
};

impl AttemptError {
    /// Returns the kind of a transfer that ends with this error.
    pub(crate) fn kind(&self) -> TransferErrorKind {
        match self {
            Self::Transport(_) => TransferErrorKind::Storage,
            Self::Stalled(_) | Self::TimedOut(_) => TransferErrorKind::Timeout,
            Self::Responded(response) if response.expired => TransferErrorKind::Expired,
            Self::Responded(response) if response.is_transient() => TransferErrorKind::Storage,
            Self::Responded(_) => TransferErrorKind::Refused,
            Self::Url(_) => TransferErrorKind::InvalidUrl,
        }
    }
}
