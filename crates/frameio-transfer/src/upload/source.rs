//! Opened sources, which are read for each attempt to send a part.

use std::fmt;
use std::fs::{File, Metadata};
use std::future::Future;
use std::io::{self, SeekFrom};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use frameio_core::BoxError;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::sync::Mutex;

use super::buffers::Buffers;
use super::input::{Input, ReadSeek, invalid};
use super::manifest::PartHash;
use super::parts::Part;
use super::sent_digest::Tap;
use super::spool::{self, Spool};
use crate::local_file::{LocalFile, unopened, unreadable};
use crate::positioned::read_exact_at;
use crate::tasks::{blocking, joined};
use crate::{TransferError, TransferErrorKind};

pub(crate) type Reading = Pin<Box<dyn Future<Output = Result<Bytes, SourceError>> + Send>>;

/// An open source, with its size and modification time.
pub(crate) struct Source {
    content: Content,
    pub(crate) fingerprint: Fingerprint,
    /// `None` for other sources than files, and where the system has none.
    pub(crate) identity: Option<Identity>,
    /// Whether another run can read the same bytes.
    is_repeatable: bool,
}

enum Content {
    /// Parts can be read in any order.
    Random(Readable),
    /// Parts can only be read in order.
    Sequential(Spool),
}

/// Source of one part.
#[derive(Clone)]
pub(crate) struct PartSource {
    readable: Readable,
    /// Offset of the part in `readable`.
    start: u64,
    tap: Option<Tap>,
}

/// Bytes that several parts can read concurrently at any offset.
#[derive(Clone)]
enum Readable {
    File(Arc<(File, Fingerprint)>),
    Bytes(Bytes),
    Reader(Arc<Mutex<Pin<Box<dyn ReadSeek>>>>, u64),
}

/// Size and modification time, to detect changes of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    pub(crate) size: u64,
    pub(crate) modified: Option<SystemTime>,
}

impl Fingerprint {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self { size: metadata.len(), modified: metadata.modified().ok() }
    }

    const fn of_size(size: u64) -> Self {
        Self { size, modified: None }
    }

    /// Fails if the source has changed.
    pub(crate) fn check(self, now: Self) -> Result<(), SourceError> {
        if now == self {
            return Ok(());
        }
        Err(SourceError::Changed(match now.size.cmp(&self.size) {
            std::cmp::Ordering::Less => "the source was truncated after the upload started",
            std::cmp::Ordering::Greater => "the source has grown since the upload started",
            std::cmp::Ordering::Equal => "the source was modified after the upload started",
        }))
    }
}

/// What also changes if a file is written to or replaced, and its modification time is set back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// When the metadata last changed, in seconds since 1970 and nanoseconds.
    pub(crate) changed: (i64, i64),
    pub(crate) inode: u64,
}

impl Identity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let changed = (metadata.ctime(), metadata.ctime_nsec());
        Some(Self { changed, inode: metadata.ino() })
    }

    #[cfg(not(unix))]
    const fn of(_: &Metadata) -> Option<Self> {
        None
    }

    pub(super) fn parse(changed: &Value, inode: &Value) -> Option<Self> {
        let changed = (changed[0].as_i64()?, changed[1].as_i64()?);
        Some(Self { changed, inode: inode.as_u64()? })
    }
}

/// Error of reading a source.
#[derive(Debug)]
pub(crate) enum SourceError {
    Read(BoxError),
    Changed(&'static str),
}

impl From<io::Error> for SourceError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                Self::Changed("the source was truncated after it was opened")
            }
            _ => Self::Read(error.into()),
        }
    }
}

impl From<SourceError> for TransferError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Read(error) => {
                let message = format!("cannot read the source: {error}");
                Self::new(TransferErrorKind::Source, message).because(error)
            }
            SourceError::Changed(message) => Self::new(TransferErrorKind::SourceChanged, message),
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "cannot read the source: {error}"),
            Self::Changed(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for SourceError {}

impl Source {
    /// Opens the input of an upload. A pipe is first copied to a file, because its size is unknown.
    pub(crate) async fn open(input: Input) -> Result<Self, TransferError> {
        let source = match input {
            Input::Path(path) => Self::open_path(&path).await?,
            Input::Bytes(bytes) => {
                let size = bytes.len() as u64;
                Self::random(Readable::Bytes(bytes), Fingerprint::of_size(size))
            }
            Input::Reader(mut reader) => {
                let size = reader.seek(SeekFrom::End(0)).await.map_err(SourceError::from)?;
                let reader = Arc::new(Mutex::new(reader));
                Self::random(Readable::Reader(reader, size), Fingerprint::of_size(size))
            }
            Input::Stream(size, chunks) => {
                let content = Content::Sequential(Spool::new(chunks));
                let fingerprint = Fingerprint::of_size(size);
                Self { content, fingerprint, identity: None, is_repeatable: false }
            }
            Input::Manifest => return Err(invalid("the manifest contains the path of the source")),
        };
        if source.fingerprint.size == 0 {
            return Err(invalid("the source is empty; the service accepts no empty files"));
        }
        Ok(source)
    }

    /// Opens a local file without blocking the runtime.
    async fn open_path(path: &Path) -> Result<Self, TransferError> {
        let opening = path.to_owned();
        let opened = blocking(move || LocalFile::open(&opening)).await;
        let (file, found) = opened.map_err(|error| unopened(path, error))?;
        match found {
            LocalFile::Regular(metadata) => {
                let identity = Identity::of(&metadata);
                Ok(Self { identity, ..Self::file(file, Fingerprint::of(&metadata)) })
            }
            _ => {
                let spooled = spool::pipe(file).await;
                let (file, fingerprint) = spooled.map_err(|error| unreadable(path, error))?;
                Ok(Self { is_repeatable: false, ..Self::file(file, fingerprint) })
            }
        }
    }

    /// Returns whether another run can read the same bytes, which is not the case for a pipe.
    pub(crate) const fn is_repeatable(&self) -> bool {
        self.is_repeatable
    }

    fn file(file: File, fingerprint: Fingerprint) -> Self {
        Self::random(Readable::File(Arc::new((file, fingerprint))), fingerprint)
    }

    const fn random(readable: Readable, fingerprint: Fingerprint) -> Self {
        let content = Content::Random(readable);
        Self { content, fingerprint, identity: None, is_repeatable: true }
    }

    /// Returns the whole content, if it can be read in any order.
    pub(crate) fn whole(&self) -> Option<PartSource> {
        match &self.content {
            Content::Random(readable) => {
                Some(PartSource { readable: readable.clone(), start: 0, tap: None })
            }
            Content::Sequential(_) => None,
        }
    }

    /// Returns the source of `part`. The parts of a stream must be requested in order, and the stream
    /// must end with the last one.
    pub(crate) async fn part(
        &mut self,
        part: &Part,
        is_last: bool,
    ) -> Result<PartSource, SourceError> {
        match &mut self.content {
            Content::Random(readable) => {
                Ok(PartSource { readable: readable.clone(), start: part.offset, tap: None })
            }
            Content::Sequential(spool) => {
                let (file, fingerprint) = spool.next(part.size).await?;
                if is_last {
                    // Verified before the last part completes the file.
                    spool.end().await?;
                }
                let readable = Readable::File(Arc::new((file, fingerprint)));
                Ok(PartSource { readable, start: 0, tap: None })
            }
        }
    }
}

impl PartSource {
    /// Returns the same source, whose bytes pass through a tap when they are read.
    pub(crate) fn tapped(&self, tap: Tap) -> Self {
        Self { tap: Some(tap), ..self.clone() }
    }

    /// Returns the source for an attempt to send the part.
    pub(crate) fn attempt(&self) -> Self {
        Self { tap: self.tap.as_ref().map(Tap::attempt), ..self.clone() }
    }

    /// Records that an attempt has sent the part. Returns its hash, if the source has a tap.
    pub(crate) fn sent(&self, part: usize) -> Option<PartHash> {
        self.tap.as_ref()?.sent(part)
    }

    /// Reads `length` bytes at `offset` of the part. Reading from a file starts immediately, before
    /// the future is polled.
    pub(crate) fn read(&self, offset: u64, length: usize, buffers: &Buffers) -> Reading {
        let tap = self.tap.clone();
        let passed = move |bytes: &[u8]| tap.iter().for_each(|tap| tap.read(offset, bytes));
        let offset = self.start.saturating_add(offset);
        match &self.readable {
            Readable::File(file) => {
                let (file, buffers) = (file.clone(), buffers.clone());
                // Starts immediately, while the previous chunk is being sent.
                let reading = tokio::task::spawn_blocking(move || {
                    let (file, fingerprint) = &*file;
                    let mut buffer = buffers.take();
                    read_exact_at(file, buffer.space(length), offset)?;
                    fingerprint.check(Fingerprint::of(&file.metadata()?))?;
                    passed(buffer.as_ref());
                    Ok(buffer.freeze())
                });
                Box::pin(async move { joined(reading.await) })
            }
            Readable::Bytes(bytes) => {
                let slice = usize::try_from(offset).ok().and_then(|start| {
                    let end = start.checked_add(length).filter(|end| *end <= bytes.len())?;
                    Some(bytes.slice(start..end))
                });
                slice.iter().for_each(|slice| passed(slice));
                let slice = slice.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof));
                Box::pin(std::future::ready(slice.map_err(Into::into)))
            }
            Readable::Reader(reader, size) => {
                let (reader, size, buffers) = (reader.clone(), *size, buffers.clone());
                Box::pin(async move {
                    let mut buffer = buffers.take();
                    let mut reader = reader.lock().await;
                    reader.seek(SeekFrom::Start(offset)).await?;
                    reader.read_exact(buffer.space(length)).await?;
                    let now = Fingerprint::of_size(reader.seek(SeekFrom::End(0)).await?);
                    Fingerprint::of_size(size).check(now)?;
                    passed(buffer.as_ref());
                    Ok(buffer.freeze())
                })
            }
        }
    }
}
