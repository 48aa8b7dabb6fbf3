//! Where the bytes of an upload come from, to be read again for each attempt.

use std::fmt;
use std::fs::{File, Metadata};
use std::future::Future;
use std::io::{self, SeekFrom};
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use frameio_core::BoxError;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeek, AsyncSeekExt};
use tokio::sync::Mutex;

use super::buffers::Buffers;
use crate::tasks::{blocking, joined};
use crate::{TransferError, TransferErrorKind};

pub(crate) type Reading = Pin<Box<dyn Future<Output = Result<Bytes, SourceError>> + Send>>;

/// Bytes that can be read at any offset, by several parts at a time.
#[derive(Clone)]
pub(crate) enum Source {
    File(Arc<SourceFile>),
    Bytes(Bytes),
    Reader(Arc<Mutex<Pin<Box<dyn ReadSeek>>>>, u64),
}

/// A file, and what it was like when it was opened.
pub(crate) struct SourceFile {
    file: File,
    stamp: Stamp,
}

/// What tells a file from what it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) size: u64,
    pub(crate) modified: Option<SystemTime>,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { size: metadata.len(), modified: metadata.modified().ok() }
    }

    /// Fails unless it is still the same.
    pub(crate) fn check(self, now: Self) -> Result<(), SourceError> {
        if now == self {
            return Ok(());
        }
        Err(SourceError::Changed(match now.size.cmp(&self.size) {
            std::cmp::Ordering::Less => "the source has become shorter since the upload began",
            std::cmp::Ordering::Greater => "the source has become longer since the upload began",
            std::cmp::Ordering::Equal => "the source was written to since the upload began",
        }))
    }
}

/// What can be read at any offset.
pub(crate) trait ReadSeek: AsyncRead + AsyncSeek + Send {}

impl<R: AsyncRead + AsyncSeek + Send> ReadSeek for R {}

/// Why bytes of the source cannot be had.
#[derive(Debug)]
pub(crate) enum SourceError {
    Read(BoxError),
    Changed(&'static str),
}

impl From<io::Error> for SourceError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                Self::Changed("the source is shorter than it was said to be")
            }
            _ => Self::Read(error.into()),
        }
    }
}

impl From<SourceError> for TransferError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Read(error) => {
                let message = format!("the source cannot be read: {error}");
                Self::new(TransferErrorKind::Source, message).because(error)
            }
            SourceError::Changed(message) => Self::new(TransferErrorKind::SourceChanged, message),
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "the source cannot be read: {error}"),
            Self::Changed(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for SourceError {}

impl Source {
    /// Opens a file, without keeping the runtime waiting.
    pub(crate) async fn open(path: std::path::PathBuf) -> Result<(Self, Stamp), SourceError> {
        blocking(move || {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            if metadata.is_dir() {
                return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
            }
            let stamp = Stamp::of(&metadata);
            Ok((Self::File(Arc::new(SourceFile { file, stamp })), stamp))
        })
        .await
    }

    /// A file that nobody else writes to.
    pub(crate) async fn own(file: File) -> Result<Self, SourceError> {
        blocking(move || {
            let stamp = Stamp::of(&file.metadata()?);
            Ok(Self::File(Arc::new(SourceFile { file, stamp })))
        })
        .await
    }

    /// What can be read and sought, and how long it is.
    pub(crate) async fn reader(
        mut reader: Pin<Box<dyn ReadSeek>>,
    ) -> Result<(Self, u64), SourceError> {
        let size = reader.seek(SeekFrom::End(0)).await?;
        Ok((Self::Reader(Arc::new(Mutex::new(reader)), size), size))
    }

    /// The next `length` bytes from `offset`; those of a file are read from now on, be the future
    /// polled or not.
    pub(crate) fn read(&self, offset: u64, length: usize, buffers: &Buffers) -> Reading {
        match self {
            Self::File(file) => {
                let (file, buffers) = (file.clone(), buffers.clone());
                // Begins here and now, while the bytes before are being sent.
                let reading = tokio::task::spawn_blocking(move || {
                    let mut buffer = buffers.take();
                    read_at(&file.file, buffer.room(length), offset)?;
                    file.stamp.check(Stamp::of(&file.file.metadata()?))?;
                    Ok(buffer.freeze())
                });
                Box::pin(async move { joined(reading.await) })
            }
            Self::Bytes(bytes) => {
                let slice = usize::try_from(offset).ok().and_then(|start| {
                    let end = start.checked_add(length).filter(|end| *end <= bytes.len())?;
                    Some(bytes.slice(start..end))
                });
                let slice = slice.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof));
                Box::pin(std::future::ready(slice.map_err(Into::into)))
            }
            Self::Reader(reader, size) => {
                let (reader, size, buffers) = (reader.clone(), *size, buffers.clone());
                Box::pin(async move {
                    let mut buffer = buffers.take();
                    let mut reader = reader.lock().await;
                    reader.seek(SeekFrom::Start(offset)).await?;
                    reader.read_exact(buffer.room(length)).await?;
                    let now = Stamp { size: reader.seek(SeekFrom::End(0)).await?, modified: None };
                    Stamp { size, modified: None }.check(now)?;
                    Ok(buffer.freeze())
                })
            }
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                buffer = buffer.get_mut(read..).unwrap_or_default();
                offset += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
