//! Errors of readers and writers.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fmt, io};

/// A hash list or history that cannot be read or written.
#[derive(Debug)]
#[non_exhaustive]
pub struct MhlError {
    /// Kind of the error.
    pub kind: MhlErrorKind,
    /// File that cannot be read or written, if known.
    pub path: Option<PathBuf>,
    /// Line of the file, from 1, if known.
    pub line: Option<usize>,
    /// Reason of the error.
    pub reason: String,
    source: Option<io::Error>,
}

/// Kind of an [`MhlError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MhlErrorKind {
    /// A file cannot be read or written.
    Io,
    /// The file does not follow its format.
    Syntax,
    /// The file is larger than allowed: bytes, entries or nesting.
    Limit,
    /// The history was modified: a list is missing, or its checksum differs from the chain file.
    Modified,
    /// A path is not relative to the root of the history, or cannot be written in XML.
    Path,
}

impl MhlError {
    pub(crate) fn new(kind: MhlErrorKind, reason: impl Into<String>) -> Self {
        Self { kind, path: None, line: None, reason: reason.into(), source: None }
    }

    pub(crate) fn syntax(line: usize, reason: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::new(MhlErrorKind::Syntax, reason) }
    }

    pub(crate) fn io(path: &Path, error: io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "no such file or directory".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        };
        let error = Self { source: Some(error), ..Self::new(MhlErrorKind::Io, reason) };
        error.in_file(path)
    }

    pub(crate) fn in_file(mut self, path: &Path) -> Self {
        self.path.get_or_insert_with(|| path.to_owned());
        self
    }

    pub(crate) fn at(mut self, line: usize) -> Self {
        self.line.get_or_insert(line);
        self
    }
}

impl fmt::Display for MhlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.kind {
            MhlErrorKind::Io => "read or write",
            MhlErrorKind::Modified => "trust",
            _ => "use",
        };
        match &self.path {
            Some(path) => write!(f, "cannot {verb} '{}': ", path.display())?,
            None => write!(f, "cannot {verb} the hash list: ")?,
        }
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.reason)
    }
}

impl Error for MhlError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
