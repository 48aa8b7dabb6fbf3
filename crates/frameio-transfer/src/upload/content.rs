//! What all kinds of uploads have in common: a source, a name, and how it is sent.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use frameio_core::BoxError;
use futures_core::Stream;
use http::HeaderValue;
use tokio::io::{AsyncRead, AsyncSeek};

use super::send::Feed;
use super::source::{ReadSeek, Source, Stamp};
use super::spool::{Chunks, Spool};
use crate::progress::{Progress, Report};
use crate::{TransferError, TransferErrorKind};

/// Something to upload.
pub(crate) struct Content {
    pub(crate) origin: Origin,
    pub(crate) name: Option<String>,
    pub(crate) media_type: Option<String>,
    pub(crate) parts_in_flight: Option<usize>,
    pub(crate) report: Option<Report>,
}

/// Where the bytes come from.
pub(crate) enum Origin {
    Path(PathBuf),
    Bytes(Bytes),
    Reader(Pin<Box<dyn ReadSeek>>),
    Stream(u64, Pin<Box<dyn Chunks>>),
}

/// A source that is open.
pub(crate) struct Opened {
    pub(crate) feed: Feed,
    pub(crate) stamp: Stamp,
}

impl Content {
    pub(crate) fn path(path: PathBuf) -> Self {
        Self::new(Origin::Path(path), None)
    }

    pub(crate) fn bytes(name: String, bytes: Bytes) -> Self {
        Self::new(Origin::Bytes(bytes), Some(name))
    }

    pub(crate) fn reader<R>(name: String, reader: R) -> Self
    where
        R: AsyncRead + AsyncSeek + Send + 'static,
    {
        Self::new(Origin::Reader(Box::pin(reader)), Some(name))
    }

    pub(crate) fn stream<S, E>(name: String, size: u64, stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        Self::new(Origin::Stream(size, Box::pin(stream)), Some(name))
    }

    fn new(origin: Origin, name: Option<String>) -> Self {
        Self { origin, name, media_type: None, parts_in_flight: None, report: None }
    }

    pub(crate) fn report(&mut self, report: impl Fn(Progress) + Send + Sync + 'static) {
        self.report = Some(Arc::new(report));
    }

    /// The name that was given, or that of the file.
    pub(crate) fn file_name(&self) -> Result<String, TransferError> {
        let of_path = |path: &Path| Some(path.file_name()?.to_str()?.to_owned());
        let name = match (&self.name, &self.origin) {
            (Some(name), _) => Some(name.clone()),
            (None, Origin::Path(path)) => of_path(path),
            (None, _) => None,
        };
        name.ok_or_else(|| invalid("the path has no name in UTF-8: give one by `name()`"))
    }
}

/// How many parts go at a time, unless it was said: more of a large file.
pub(crate) fn in_flight(asked: Option<usize>, size: u64) -> usize {
    let default = if size < 1 << 30 { 4 } else { 8 };
    asked.unwrap_or(default).max(1)
}

impl Origin {
    /// Opens the source, and tells how large it is.
    pub(crate) async fn open(self) -> Result<Opened, TransferError> {
        let of_size = |size| Stamp { size, modified: None };
        let (feed, stamp) = match self {
            Self::Path(path) => {
                let shown = path.display().to_string();
                let opened = Source::open(path).await.map_err(TransferError::from);
                let (source, stamp) = opened.map_err(|error| error.prefixed(&shown))?;
                (Feed::Source(source), stamp)
            }
            Self::Bytes(bytes) => {
                let size = bytes.len() as u64;
                (Feed::Source(Source::Bytes(bytes)), of_size(size))
            }
            Self::Reader(reader) => {
                let (source, size) = Source::reader(reader).await?;
                (Feed::Source(source), of_size(size))
            }
            Self::Stream(size, chunks) => (Feed::Spool(Spool::new(chunks)), of_size(size)),
        };
        if stamp.size == 0 {
            return Err(invalid("the source is empty, and the service takes no files of 0 bytes"));
        }
        Ok(Opened { feed, stamp })
    }
}

pub(crate) fn invalid(message: &'static str) -> TransferError {
    TransferError::new(TransferErrorKind::Invalid, message)
}

/// The media type as the header that the parts are sent with.
pub(crate) fn header(media_type: &str) -> Result<HeaderValue, TransferError> {
    HeaderValue::from_str(media_type).map_err(|_| invalid("the media type is no header value"))
}
