//! What an upload reads, before it is opened.

use std::path::{Path, PathBuf};
use std::pin::Pin;

use bytes::Bytes;
use http::HeaderValue;
use tokio::io::{AsyncRead, AsyncSeek};

use super::spool::Chunks;
use crate::{TransferError, TransferErrorKind};

/// Where the bytes of an upload come from.
pub(crate) enum Input {
    Path(PathBuf),
    Bytes(Bytes),
    Reader(Pin<Box<dyn ReadSeek>>),
    /// A stream of so many bytes.
    Stream(u64, Pin<Box<dyn Chunks>>),
    /// The file that the manifest names.
    Manifest,
}

/// Bytes that can be read at any offset.
pub(crate) trait ReadSeek: AsyncRead + AsyncSeek + Send {}

impl<R: AsyncRead + AsyncSeek + Send> ReadSeek for R {}

impl Input {
    /// Returns the name that was given, or that of the path.
    pub(crate) fn file_name(&self, given: Option<String>) -> Result<String, TransferError> {
        let of_path = |path: &Path| Some(path.file_name()?.to_str()?.to_owned());
        let name = match (given, self) {
            (Some(name), _) => Some(name),
            (None, Self::Path(path)) => of_path(path),
            (None, _) => None,
        };
        name.ok_or_else(|| invalid("the path has no name in UTF-8: give one by `name()`"))
    }
}

/// Returns the number of parts sent at a time: more of a large file, unless a number was given.
pub(crate) fn in_flight(given: Option<usize>, size: u64) -> usize {
    let default = if size < 1 << 30 { 4 } else { 8 };
    given.unwrap_or(default).max(1)
}

pub(crate) fn invalid(message: &'static str) -> TransferError {
    TransferError::new(TransferErrorKind::Invalid, message)
}

/// Returns the media type as the header that the parts are sent with.
pub(crate) fn media_type_header(media_type: &str) -> Result<HeaderValue, TransferError> {
    HeaderValue::from_str(media_type).map_err(|_| invalid("the media type is not a header value"))
}
