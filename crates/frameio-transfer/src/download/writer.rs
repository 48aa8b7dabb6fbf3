//! Writing of response bodies to the partial file.

use std::io;

use bytes::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};

use super::driver::ActiveDownload;
use super::range_client::{BodyReader, ExchangeError, unexpected};
use crate::tasks::joined;

/// Number of bytes collected before a write. As many can be in the process of being written.
const GATHERED: usize = 1 << 20;

impl ActiveDownload {
    /// Writes a body from `at` on. Fails if it exceeds `end`.
    pub(super) async fn write(
        &self,
        body: &mut BodyReader,
        at: &mut u64,
        end: Option<u64>,
    ) -> Result<(), ExchangeError> {
        let limit = end.unwrap_or(self.max_unannounced);
        let mut writer = Writer { job: self, at, gathered: Vec::new(), length: 0, pending: None };
        let received = loop {
            match self.client.chunk(body).await {
                Ok(Some(chunk)) => {
                    if writer.end().saturating_add(chunk.len() as u64) > limit {
                        break Err(match end {
                            Some(_) => unexpected("the storage sent more bytes than requested"),
                            None => ExchangeError::Final(self.too_large(None)),
                        });
                    }
                    writer.push(chunk).await?;
                }
                Ok(None) => break Ok(()),
                Err(failure) => break Err(failure),
            }
        };
        writer.finish().await?;
        received
    }
}

/// Writes on a blocking thread while the next bytes arrive.
struct Writer<'a> {
    job: &'a ActiveDownload,
    /// End of the written bytes.
    at: &'a mut u64,
    gathered: Vec<Bytes>,
    length: usize,
    pending: Option<(JoinHandle<io::Result<()>>, usize)>,
}

impl Writer<'_> {
    /// Returns the offset of the next bytes.
    fn end(&self) -> u64 {
        let pending = self.pending.as_ref().map_or(0, |(_, length)| *length);
        *self.at + (pending + self.length) as u64
    }

    async fn push(&mut self, chunk: Bytes) -> Result<(), ExchangeError> {
        self.length += chunk.len();
        self.gathered.push(chunk);
        if self.length >= GATHERED { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), ExchangeError> {
        self.settle().await?;
        let (job, at) = (self.job.clone(), *self.at);
        let gathered = std::mem::take(&mut self.gathered);
        let length = std::mem::take(&mut self.length);
        let writing = spawn_blocking(move || job.partial.write(at, &gathered));
        self.pending = Some((writing, length));
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), ExchangeError> {
        if let Some((writing, length)) = self.pending.take() {
            let written = joined(writing.await);
            written.map_err(|error| ExchangeError::Final(self.job.disk(error)))?;
            *self.at += length as u64;
            self.job.tracker.update(false, |progress| progress.bytes += length as u64);
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<(), ExchangeError> {
        if self.length > 0 {
            self.flush().await?;
        }
        self.settle().await
    }
}
