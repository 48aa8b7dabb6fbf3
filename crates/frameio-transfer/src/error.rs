//! The one error of transfers.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use frameio_core::{BoxError, FileId};
use frameio_tower::error::find;
use http::StatusCode;

use super::attempt_error::AttemptError;
use frameio_client::{Error, ErrorKind};

/// Why a transfer did not succeed.
///
/// One line of [`Display`](fmt::Display) says what happened where; the accessors have the rest. It
/// never shows a signed URL, a token or anything of a file's content.
///
/// ```
/// use frameio::transfer::{TransferError, TransferErrorKind};
///
/// fn advice(error: &TransferError) -> &'static str {
///     match error.kind() {
///         TransferErrorKind::Expired => "allow a restart",
///         TransferErrorKind::SourceChanged => "wait until nobody writes to the file",
///         TransferErrorKind::Storage | TransferErrorKind::Timeout => "try again later",
///         _ => "see the message",
///     }
/// }
/// ```
pub struct TransferError(Box<Inner>);

struct Inner {
    kind: TransferErrorKind,
    message: Cow<'static, str>,
    file_id: Option<FileId>,
    part: Option<u64>,
    offset: Option<u64>,
    attempts: u32,
    source: Option<BoxError>,
}

/// What went wrong with a transfer, roughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransferErrorKind {
    /// What was asked for cannot be done as it is; nothing was sent.
    Invalid,
    /// A call of the API failed: [`TransferError::api`] has its error.
    Api,
    /// The source cannot be read.
    Source,
    /// The source is not what it was when the transfer began.
    SourceChanged,
    /// The file of a transfer that can be resumed is in use, or cannot be read or written.
    Manifest,
    /// The storage refused, and would do so again.
    Refused,
    /// A signed URL has expired.
    Expired,
    /// A signed URL of the service cannot be used: it is malformed, is not `https`, or points to
    /// this machine.
    InvalidUrl,
    /// The storage failed on every attempt.
    Storage,
    /// A time limit was reached.
    Timeout,
    /// The service could not put the parts together, or not fetch a remote file.
    UploadFailed,
    /// What is received cannot be written.
    Disk,
    /// What was received is not what was promised, in size or content.
    Mismatch,
    /// The content is larger than the limit allows.
    TooLarge,
    /// A file that exists differs from the one to be received, and is kept.
    Conflict,
    /// There is nothing at a path, or with an id.
    NotFound,
    /// More than one thing has the path.
    Ambiguous,
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

    /// A call of the API that failed.
    pub(crate) fn call(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::Encode => TransferErrorKind::Invalid,
            _ => TransferErrorKind::Api,
        };
        Self::new(kind, error.to_string()).because(error)
    }

    /// An exchange with the storage that failed for good, after so many attempts.
    pub(crate) fn storage(error: AttemptError, attempts: u32) -> Self {
        let mut this = Self::new(error.kind(), error.to_string()).because(error);
        this.0.attempts = attempts;
        this
    }

    /// Names what is behind it; the message should say it already.
    pub(crate) fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Names the file at the service, unless it is named already.
    pub(crate) fn of_file(mut self, id: &FileId) -> Self {
        self.0.file_id.get_or_insert_with(|| id.clone());
        self
    }

    /// Names the part, by its number from 1, and where it begins.
    pub(crate) fn at_part(mut self, number: u64, offset: u64) -> Self {
        self.0.part = Some(number);
        self.0.offset = Some(offset);
        self
    }

    /// What went wrong, roughly.
    pub fn kind(&self) -> TransferErrorKind {
        self.0.kind
    }

    /// The file at the service, if it was known or created already.
    pub fn file_id(&self) -> Option<&FileId> {
        self.0.file_id.as_ref()
    }

    /// The number of the part, from 1.
    pub fn part(&self) -> Option<u64> {
        self.0.part
    }

    /// Where the part begins, in bytes.
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }

    /// How many attempts the part had. 0 where it is not about a part.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The status that the storage answered, if it did.
    pub fn status(&self) -> Option<StatusCode> {
        self.find::<AttemptError>()?.status()
    }

    /// What the storage calls the failure, as `AccessDenied`, if it told.
    pub fn code(&self) -> Option<&str> {
        self.find::<AttemptError>()?.code()
    }

    /// The error of the call that failed, where it was one of the API.
    pub fn api(&self) -> Option<&Error> {
        self.find()
    }

    /// The first error of the type `T` behind this one, such as an [`io::Error`](std::io::Error).
    pub fn find<T: StdError + 'static>(&self) -> Option<&T> {
        find(self.cause()?)
    }

    fn cause(&self) -> Option<&(dyn StdError + 'static)> {
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
    /// What is behind the failure; the failure itself stands in the message already.
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
