//! Temporary files for streams and pipes, which cannot be read twice.

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

/// A stream that is split into parts.
///
/// A part may have to be resent, so it is stored in a temporary file, which is removed when it is
/// closed.
pub(crate) struct Spool {
    chunks: Pin<Box<dyn Chunks>>,
    /// Bytes of the next part that have already been received.
    rest: Bytes,
}

/// A stream of bytes with any error type.
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
                return Err(SourceError::Changed("the stream is shorter than its declared size"));
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
        Err(SourceError::Changed("the stream is longer than its declared size"))
    }

    /// Reads the next bytes. Returns `false` at the end.
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

/// Copies a pipe to a temporary file. No thread blocks, so the copy can be cancelled at any time.
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
