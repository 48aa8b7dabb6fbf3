//! The error of a file or folder whose comments cannot be read.

use std::error::Error as StdError;
use std::fmt;

use frameio_client::Error;
use frameio_core::FileId;
use frameio_timecode::{RateError, TimecodeError};
use frameio_transfer::{RemotePath, TransferError};

/// Error of a file or folder whose comments cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub struct CommentsError {
    /// Path of the file or folder, relative to the source.
    pub path: RemotePath,
    /// File, if the error is about one.
    pub file_id: Option<FileId>,
    /// Cause.
    pub kind: CommentsErrorKind,
}

/// Cause of a [`CommentsError`].
#[derive(Debug)]
#[non_exhaustive]
pub enum CommentsErrorKind {
    /// A folder could not be listed completely.
    Folder(TransferError),
    /// A call failed.
    Call(Error),
    /// The metadata has no frame rate, and none was given.
    UnknownRate,
    /// The frame rate of the metadata or the given one cannot be used.
    Rate(RateError),
    /// The start timecode cannot be used, or the rate has no timecodes.
    Timecode(TimecodeError),
    /// The item cannot be decoded, or has no file.
    Item(String),
}

impl CommentsError {
    pub(crate) fn new(path: &RemotePath, kind: CommentsErrorKind) -> Self {
        Self { path: path.clone(), file_id: None, kind }
    }

    pub(crate) fn of_file(mut self, id: &FileId) -> Self {
        self.file_id = Some(id.clone());
        self
    }

    /// Returns the error of the API, if a call failed.
    pub fn api(&self) -> Option<&Error> {
        match &self.kind {
            CommentsErrorKind::Folder(error) => error.api(),
            CommentsErrorKind::Call(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for CommentsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.names().is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        match &self.kind {
            CommentsErrorKind::Folder(error) => error.fmt(f),
            CommentsErrorKind::Call(error) => error.fmt(f),
            CommentsErrorKind::UnknownRate => f.write_str(
                "the frame rate is unknown: the metadata of the file has no 'Frame Rate'; set the rate",
            ),
            CommentsErrorKind::Rate(error) => write!(f, "cannot use the frame rate: {error}"),
            CommentsErrorKind::Timecode(error) => write!(f, "cannot use the timecode: {error}"),
            CommentsErrorKind::Item(message) => f.write_str(message),
        }
    }
}

impl StdError for CommentsError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.kind {
            CommentsErrorKind::Folder(error) => Some(error),
            CommentsErrorKind::Call(error) => Some(error),
            CommentsErrorKind::Rate(error) => Some(error),
            CommentsErrorKind::Timecode(error) => Some(error),
            CommentsErrorKind::UnknownRate | CommentsErrorKind::Item(_) => None,
        }
    }
}
