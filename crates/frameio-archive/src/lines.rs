//! Files of JSON lines, which are written and read line by line, so that memory does not grow with them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use frameio_private_file::Replacement;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::directory::open_file;
use crate::error::{ArchiveError, ArchiveErrorKind};
use crate::tasks::blocking;

/// Maximum size of a line in bytes. The largest one has all comments of a file.
const LONGEST: u64 = 256 << 20;

/// Number of lines that are read at a time.
const BATCH: usize = 64;

/// A file that grows by a line for each step of a run. A run that follows a kill reads it.
#[derive(Clone)]
pub(crate) struct Log {
    path: PathBuf,
    file: Arc<Mutex<File>>,
}

impl Log {
    /// Opens or creates a log, and removes an incomplete last line. Blocks.
    pub(crate) fn open(path: PathBuf) -> Result<Self, ArchiveError> {
        let opened = || -> io::Result<File> {
            let mut options = frameio_private_file::options();
            let options = options.read(true).write(true).create(true).truncate(false);
            let mut file = frameio_private_file::open_regular(&path, options)?;
            let end = complete(&mut file)?;
            file.set_len(end)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        match opened() {
            Ok(file) => Ok(Self { path, file: Arc::new(Mutex::new(file)) }),
            Err(error) => Err(ArchiveError::disk(&path, error)),
        }
    }

    /// Appends a line with a single write.
    pub(crate) async fn append(&self, value: &(impl Serialize + Sync)) -> Result<(), ArchiveError> {
        let (line, this) = (line(value)?, self.clone());
        blocking(move || {
            let mut file = this.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.write_all(&line).map_err(|error| ArchiveError::disk(&this.path, error))
        })
        .await
    }
}

fn line(value: &impl Serialize) -> Result<Vec<u8>, ArchiveError> {
    let mut line = serde_json::to_vec(value).map_err(|error| {
        ArchiveError::new(ArchiveErrorKind::Disk, format!("cannot write JSON: {error}"))
    })?;
    line.push(b'\n');
    Ok(line)
}

/// Returns the length of the complete lines.
fn complete(file: &mut File) -> io::Result<u64> {
    let mut end = file.metadata()?.len();
    let mut block = [0; 4096];
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        let length = usize::try_from(end - start).unwrap_or(block.len());
        let Some(bytes) = block.get_mut(..length) else { return Ok(0) };
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(bytes)?;
        if let Some(at) = bytes.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Replaces a file at the end, so that it is complete or absent.
pub(crate) struct NewFile {
    path: PathBuf,
    writer: BufWriter<Replacement>,
}

impl NewFile {
    /// Creates a temporary file in the directory `directory`, which is on the same file system. Blocks.
    pub(crate) fn create(path: PathBuf, directory: &Path) -> Result<Self, ArchiveError> {
        match Replacement::private_in(directory, &path) {
            Ok(file) => Ok(Self { path, writer: BufWriter::new(file) }),
            Err(error) => Err(ArchiveError::disk(&path, error)),
        }
    }

    pub(crate) fn line(&mut self, value: &impl Serialize) -> Result<(), ArchiveError> {
        self.bytes(&line(value)?)
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.writer.write_all(bytes).map_err(|error| ArchiveError::disk(&self.path, error))
    }

    pub(crate) fn text(&mut self, text: &str) -> Result<(), ArchiveError> {
        self.bytes(text.as_bytes())
    }

    /// Syncs the file and moves it to its path.
    pub(crate) fn finish(self) -> Result<(), ArchiveError> {
        let Self { path, writer } = self;
        let finished = || -> io::Result<()> {
            let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.file().sync_all()?;
            file.finish()
        };
        finished().map_err(|error| ArchiveError::disk(&path, error))
    }
}

/// Reads a file of JSON lines.
pub(crate) struct Lines<T> {
    path: PathBuf,
    reader: BufReader<File>,
    /// Number of the last line, from 1, and the offset of the next one.
    pub(crate) number: u64,
    pub(crate) offset: u64,
    buffer: Vec<u8>,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Lines<T> {
    /// Opens a file. Refuses links and devices. Blocks.
    pub(crate) fn open(path: &Path) -> Result<Self, ArchiveError> {
        let file = open_file(path)?;
        Ok(Self {
            path: path.to_owned(),
            reader: BufReader::new(file),
            number: 0,
            offset: 0,
            buffer: Vec::new(),
            of: PhantomData,
        })
    }

    /// Reads the line at an offset.
    pub(crate) fn at(&mut self, offset: u64) -> Result<Option<T>, ArchiveError> {
        let sought = self.reader.seek(SeekFrom::Start(offset));
        sought.map_err(|error| ArchiveError::disk(&self.path, error))?;
        self.offset = offset;
        self.next().transpose()
    }

    fn damaged(&self, reason: impl std::fmt::Display) -> ArchiveError {
        let message = format!("'{}', line {}: {reason}", self.path.display(), self.number);
        ArchiveError::new(ArchiveErrorKind::Damaged, message)
    }
}

impl<T: DeserializeOwned> Iterator for Lines<T> {
    type Item = Result<T, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.buffer.clear();
        let read = (&mut self.reader).take(LONGEST).read_until(b'\n', &mut self.buffer);
        match read {
            Ok(0) => return None,
            Ok(read) => {
                self.offset += read as u64;
                self.number += 1;
            }
            Err(error) => return Some(Err(ArchiveError::disk(&self.path, error))),
        }
        if self.buffer.last() != Some(&b'\n') {
            return Some(Err(self.damaged("the line is incomplete")));
        }
        Some(serde_json::from_slice(&self.buffer).map_err(|error| self.damaged(error)))
    }
}

/// Reads a file of JSON lines from async code, a few lines at a time.
pub(crate) struct Batches<T>(Option<Lines<T>>);

impl<T: DeserializeOwned + Send + 'static> Batches<T> {
    pub(crate) async fn open(path: PathBuf) -> Result<Self, ArchiveError> {
        Ok(Self(Some(blocking(move || Lines::open(&path)).await?)))
    }

    /// Returns the next lines; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Vec<T>, ArchiveError> {
        let Some(mut lines) = self.0.take() else { return Ok(Vec::new()) };
        let (lines, batch) = blocking(move || {
            let batch: Result<Vec<T>, ArchiveError> = lines.by_ref().take(BATCH).collect();
            Ok((lines, batch?))
        })
        .await?;
        self.0 = (!batch.is_empty()).then_some(lines);
        Ok(batch)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn removes_an_incomplete_last_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let long = "x".repeat(9000);
        for (content, kept) in [
            (String::new(), 0),
            ("\"a\"".to_owned(), 0),
            ("\"a\"\n".to_owned(), 1),
            ("\"a\"\n\"b".to_owned(), 1),
            (format!("\"a\"\n\"b\"\n{long}"), 2),
            (long.clone(), 0),
        ] {
            std::fs::write(&path, content).unwrap();
            let log = Log::open(path.clone()).unwrap();
            log.file.lock().unwrap().write_all(&line(&"new").unwrap()).unwrap();
            let lines: Vec<String> = Lines::open(&path).unwrap().map(Result::unwrap).collect();
            assert_eq!((lines.len(), lines.last().map(String::as_str)), (kept + 1, Some("new")));
        }
    }
}
