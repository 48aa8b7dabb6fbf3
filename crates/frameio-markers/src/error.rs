//! Errors of readers and writers.

use std::error::Error;
use std::{fmt, io};

use crate::format::Format;

/// A file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadError {
    /// Format, if it is known.
    pub format: Option<Format>,
    /// Line of the input, from 1.
    pub line: Option<usize>,
    /// Kind.
    pub kind: ReadErrorKind,
    /// What is wrong.
    pub reason: String,
}

/// Kind of a [`ReadError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The format is not recognized, or cannot be read.
    Format,
    /// The file has no frame rate and none was given, or the rate cannot be used.
    Rate,
    /// The input is larger than allowed: bytes, markers, elements or nesting.
    Limit,
    /// The input does not follow its format.
    Syntax,
}

impl ReadError {
    pub(crate) fn new(kind: ReadErrorKind, reason: impl Into<String>) -> Self {
        Self { format: None, line: None, kind, reason: reason.into() }
    }

    pub(crate) fn syntax(line: usize, reason: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::new(ReadErrorKind::Syntax, reason) }
    }

    pub(crate) fn at(mut self, line: usize) -> Self {
        self.line.get_or_insert(line);
        self
    }

    pub(crate) const fn of(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.format {
            Some(format) => write!(f, "cannot read the markers as {format}: ")?,
            None => write!(f, "cannot read the markers: ")?,
        }
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.reason)
    }
}

impl Error for ReadError {}

/// Markers that cannot be written.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// The timecode passes 24 hours, and wrapping was not requested.
    PastMidnight {
        /// Frame of the marker.
        frame: i64,
        /// Its timecode.
        timecode: String,
    },
    /// A setting is outside of its range.
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// The XML, CSV or JSON cannot be written.
    Encode(io::Error),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PastMidnight { frame, timecode } => write!(
                f,
                "the timecode of frame {frame} is {timecode}, which is not within a day; \
                 allow wrapping, or change the start timecode"
            ),
            Self::Setting { name, expected } => write!(f, "invalid '{name}': expected {expected}"),
            Self::Encode(error) => write!(f, "cannot encode the markers: {error}"),
        }
    }
}

impl Error for WriteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Encode(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Encode(error)
    }
}

/// Turns an error of the CSV or JSON encoder into ours.
pub(crate) fn encode(error: impl Into<io::Error>) -> WriteError {
    WriteError::Encode(error.into())
}
