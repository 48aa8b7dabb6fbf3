//! The input of an upload, before it is opened.

use std::path::{Path, PathBuf};
use std::pin::Pin;

use bytes::Bytes;
use http::HeaderValue;
use tokio::io::{AsyncRead, AsyncSeek};

use super::spool::Chunks;
use crate::{TransferError, TransferErrorKind};

/// Input of an upload.
pub(crate) enum Input {
    Path(PathBuf),
    Bytes(Bytes),
    Reader(Pin<Box<dyn ReadSeek>>),
    /// A stream and its size.
    Stream(u64, Pin<Box<dyn Chunks>>),
    /// The source of a manifest.
    Manifest,
}

/// Bytes that can be read at any offset.
pub(crate) trait ReadSeek: AsyncRead + AsyncSeek + Send {}

impl<R: AsyncRead + AsyncSeek + Send> ReadSeek for R {}

impl Input {
    /// Returns the given name, or the file name of the path.
    pub(crate) fn file_name(&self, given: Option<String>) -> Result<String, TransferError> {
        let of_path = |path: &Path| Some(path.file_name()?.to_str()?.to_owned());
        let name = match (given, self) {
            (Some(name), _) => Some(name),
            (None, Self::Path(path)) => of_path(path),
            (None, _) => None,
        };
        name.ok_or_else(|| invalid("the path has no file name in UTF-8; set one with `name()`"))
    }
}

/// Returns the number of concurrent parts. The default depends on the size of the file.
pub(crate) fn in_flight(given: Option<usize>, size: u64) -> usize {
    let default = if size < 1 << 30 { 4 } else { 8 };
    given.unwrap_or(default).max(1)
}

pub(crate) fn invalid(message: &'static str) -> TransferError {
    TransferError::new(TransferErrorKind::Invalid, message)
}

/// Returns the media type as the value of the header of each part.
pub(crate) fn media_type_header(media_type: &str) -> Result<HeaderValue, TransferError> {
    HeaderValue::from_str(media_type)
        .map_err(|_| invalid("the media type contains a character that is invalid in a header"))
}
