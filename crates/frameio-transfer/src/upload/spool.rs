//! Temporary files for sources that cannot be read twice: streams and pipes.

use std::fs::File;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use frameio_core::BoxError;
use futures_core::Stream;
use tokio::io::AsyncWriteExt;

use super::source::{Fingerprint, SourceError};
use crate::tasks::blocking;

/// A stream whose parts are taken one after the other.
///
/// A stream cannot be read again, but a part may have to be sent again: so each goes through a
/// temporary file, which is gone as soon as it is closed.
pub(crate) struct Spool {
    chunks: Pin<Box<dyn Chunks>>,
    /// Bytes of the next part that were received already.
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

    /// Writes the next `size` bytes to a file.
    pub(crate) async fn next(&mut self, size: u64) -> Result<(File, Fingerprint), SourceError> {
        let mut file = temporary().await?;
        let mut remaining = size;
        while remaining > 0 {
            if self.rest.is_empty() && !self.fill().await? {
                return Err(SourceError::Changed("the stream ended before its promised size"));
            }
            let now = usize::try_from(remaining).unwrap_or(usize::MAX).min(self.rest.len());
            remaining -= now as u64;
            file.write_all(&self.rest.split_to(now)).await.map_err(spooling)?;
        }
        Ok(finished(file).await?)
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

/// Reads a pipe to its end into a temporary file. No thread waits for it, so that it can be
/// cancelled at any time.
#[cfg(unix)]
pub(crate) async fn pipe(pipe: File) -> io::Result<(File, Fingerprint)> {
    let mut receiver = tokio::net::unix::pipe::Receiver::from_file(pipe)?;
    let mut file = temporary().await?;
    tokio::io::copy(&mut receiver, &mut file).await?;
    finished(file).await
}

#[cfg(not(unix))]
pub(crate) async fn pipe(_: File) -> io::Result<(File, Fingerprint)> {
    Err(io::ErrorKind::Unsupported.into())
}

async fn temporary() -> io::Result<tokio::fs::File> {
    let file = blocking(tempfile::tempfile).await.map_err(spooling)?;
    Ok(tokio::fs::File::from_std(file))
}

async fn finished(mut file: tokio::fs::File) -> io::Result<(File, Fingerprint)> {
    file.flush().await.map_err(spooling)?;
    let file = file.into_std().await;
    blocking(move || {
        let fingerprint = Fingerprint::of(&file.metadata()?);
        Ok((file, fingerprint))
    })
    .await
}

fn spooling(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("temporary file: {error}"))
}
