//! A stream cut into parts, each kept in a temporary file until it is sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use frameio_core::BoxError;
use futures_core::Stream;
use tokio::io::AsyncWriteExt;

use super::source::{Source, SourceError};
use crate::tasks::blocking;

/// A stream whose parts are taken one after the other.
///
/// A stream cannot be read again, but a part may have to be sent again: so each goes through a
/// temporary file, which is gone as soon as it is closed.
pub(crate) struct Spool {
    chunks: Pin<Box<dyn Chunks>>,
    /// What came of the next part already.
    rest: Bytes,
}

/// A stream of bytes, whatever its error is.
pub(crate) trait Chunks: Send {
    fn poll_chunk(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BoxError>>>;
}

impl<S, E> Chunks for S
where
    S: Stream<Item = Result<Bytes, E>> + Send,
    E: Into<BoxError>,
{
    fn poll_chunk(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BoxError>>> {
        self.poll_next(cx).map(|next| next.map(|next| next.map_err(Into::into)))
    }
}

impl Spool {
    pub(crate) fn new(chunks: Pin<Box<dyn Chunks>>) -> Self {
        Self { chunks, rest: Bytes::new() }
    }

    /// The next `size` bytes.
    pub(crate) async fn next(&mut self, size: u64) -> Result<Source, SourceError> {
        let file = blocking(tempfile::tempfile).await.map_err(spooling)?;
        let mut file = tokio::fs::File::from_std(file);
        let mut left = size;
        while left > 0 {
            if self.rest.is_empty() && !self.fill().await? {
                return Err(SourceError::Changed("the stream ended before its promised size"));
            }
            let now = usize::try_from(left).unwrap_or(usize::MAX).min(self.rest.len());
            left -= now as u64;
            file.write_all(&self.rest.split_to(now)).await.map_err(spooling)?;
        }
        file.flush().await.map_err(spooling)?;
        Source::own(file.into_std().await).await
    }

    /// Fails unless the stream has ended.
    pub(crate) async fn end(&mut self) -> Result<(), SourceError> {
        if self.rest.is_empty() && !self.fill().await? {
            return Ok(());
        }
        Err(SourceError::Changed("the stream has more bytes than its promised size"))
    }

    /// Gets the next bytes; false at the end.
    async fn fill(&mut self) -> Result<bool, SourceError> {
        while self.rest.is_empty() {
            let chunks = &mut self.chunks;
            match std::future::poll_fn(|cx| chunks.as_mut().poll_chunk(cx)).await {
                Some(Ok(chunk)) => self.rest = chunk,
                Some(Err(error)) => return Err(SourceError::Read(error)),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

fn spooling(error: io::Error) -> SourceError {
    SourceError::Read(io::Error::new(error.kind(), format!("temporary file: {error}")).into())
}
