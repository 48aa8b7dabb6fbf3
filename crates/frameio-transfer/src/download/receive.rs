//! The bytes of a download: which range is next, and what is done with what comes.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use frameio_core::Body;
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tokio::time::timeout;
use tracing::field::{Empty, debug};
use tracing::{Instrument, Span};

use super::super::TransferError;
use super::super::tasks::{blocking, joined, settled};
use super::Digest;
use super::digest::Hasher;
use super::driver::ActiveDownload;
use super::range_client::{ExchangeError, ResponseHead, RetryBudget, Validators, changed, wrong};

/// How much is gathered before it is written; the same may be on its way to the disk meanwhile.
const WRITE: usize = 1 << 20;

/// How much there must be before it is hashed.
const HASH: u64 = 4 << 20;

/// How long it takes at most until what has been written is noted, however slowly parts end.
const NOTED: Duration = Duration::from_secs(5);

/// One thing of a download that is done.
enum Step {
    Received,
    Noted,
    /// Nothing is; what came meanwhile may be noted.
    Waited,
    Hashed(Hasher, u64),
}

impl ActiveDownload {
    /// Receives what is missing in parts, some at a time.
    pub(super) async fn parallel(
        &self,
        head: ResponseHead,
        size: u64,
    ) -> Result<(u64, Option<Digest>), TransferError> {
        let part_size = self.download.part_size;
        let gaps = self.part.missing(size);
        let total = gaps.iter().map(|gap| (gap.end - gap.start).div_ceil(part_size)).sum();
        let mut gaps = gaps.into_iter();
        let mut gap = gaps.next().unwrap_or(size..size);
        self.tracker.update(true, |progress| progress.total_parts = total);
        let validators = Arc::new(head.validators);
        // The answer to a probe of what is there already is of no use.
        let mut first = (!gap.is_empty()).then_some(head.body);
        let mut hasher = self.download.checksum.map(Hasher::new);
        let hashes = hasher.is_some();
        let (mut hashed, mut under_way, mut noting) = (0, 0, false);
        let mut steps = JoinSet::new();
        loop {
            while under_way < self.download.parts_in_flight {
                if gap.is_empty() {
                    match gaps.next() {
                        Some(next) => gap = next,
                        None => break,
                    }
                }
                let range = gap.start..gap.end.min(gap.start.saturating_add(part_size));
                gap.start = range.end;
                let part = self.clone().part(range, validators.clone(), first.take());
                steps.spawn(part.instrument(Span::current()));
                under_way += 1;
            }
            let frontier = self.part.frontier();
            let is_due = hashed < frontier && (frontier - hashed >= HASH || frontier == size);
            if let Some(mut taken) = hasher.take_if(|_| is_due) {
                let job = self.clone();
                steps.spawn_blocking(move || {
                    let to = job.part.hash(&mut taken, hashed, frontier);
                    to.map(|to| Step::Hashed(taken, to)).map_err(|error| job.disk(error))
                });
            }
            let step = match timeout(NOTED, steps.join_next()).await {
                Ok(None) => break,
                Ok(Some(step)) => {
                    settled(step).unwrap_or_else(|error| Err(self.disk(io::Error::other(error))))
                }
                Err(_) => Ok(Step::Waited),
            };
            match step {
                Ok(Step::Waited) => {}
                Ok(Step::Received) => {
                    under_way -= 1;
                    self.tracker.update(true, |progress| progress.parts += 1);
                }
                Ok(Step::Noted) => noting = false,
                Ok(Step::Hashed(back, to)) => {
                    hasher = Some(back);
                    hashed = to;
                }
                Err(error) => {
                    // What is being written comes to its end, and into the note.
                    steps.shutdown().await;
                    return Err(error);
                }
            }
            // The last note would be removed at once.
            if !noting && !self.part.is_noted() && (under_way > 0 || !gap.is_empty()) {
                noting = true;
                let job = self.clone();
                steps.spawn_blocking(move || {
                    let noted = job.part.note(&job.download.source);
                    noted.map(|()| Step::Noted).map_err(|error| job.disk(error))
                });
            }
        }
        debug_assert!(!hashes || hashed == size);
        Ok((size, hasher.map(Hasher::finish)))
    }

    /// Receives one part; an attempt goes on where the last one ended.
    async fn part(
        self,
        range: Range<u64>,
        validators: Arc<Validators>,
        mut first: Option<Body>,
    ) -> Result<Step, TransferError> {
        let number = range.start / self.download.part_size + 1;
        let offset = range.start;
        let mut budget = RetryBudget::new(&self.remote);
        let (mut at, mut attempts) = (range.start, 0);
        while at < range.end {
            let before = at;
            attempts += 1;
            let span = tracing::debug_span!(
                target: "frameio::transfer",
                "frameio.part",
                part = number,
                offset = at,
                size = range.end - at,
                attempt = attempts,
                error.type = Empty,
            );
            let link = self.remote.links.current().await;
            let permit = self.remote.inner.parts.acquire().await;
            let attempt = async {
                let mut body = match first.take() {
                    Some(body) => body,
                    None => {
                        let asked = at..range.end;
                        let head = self.remote.get(&link, Some(&asked), Some(&validators)).await?;
                        if head.range.is_none() || head.validators != *validators {
                            return Err(ExchangeError::Final(changed()));
                        }
                        head.body
                    }
                };
                self.write(&mut body, &mut at, Some(range.end)).await?;
                if at < range.end {
                    let missing = range.end - at;
                    return Err(wrong(format!("the answer ended {missing} bytes early")));
                }
                Ok(())
            };
            let result = attempt.instrument(span.clone()).await;
            drop(permit);
            if at > before {
                budget.progressed();
            }
            if let Err(failure) = result {
                match &failure {
                    ExchangeError::Retryable(error) => span.record("error.type", error.reason()),
                    ExchangeError::Final(error) => span.record("error.type", debug(error.kind())),
                };
                drop(span);
                let failed = budget.failed(failure, &link).await;
                failed.map_err(|error| error.at_part(number, offset))?;
            }
        }
        Ok(Step::Received)
    }

    /// Receives all at once from a storage that knows no ranges, from the start on each attempt.
    pub(super) async fn sequential(
        &self,
        head: ResponseHead,
        promised: Option<u64>,
    ) -> Result<(u64, Option<Digest>), TransferError> {
        self.tracker.update(true, |progress| progress.total_parts = 1);
        let mut budget = RetryBudget::new(&self.remote);
        let mut head = Some(head).filter(|head| head.range.is_none());
        let size = loop {
            let link = self.remote.links.current().await;
            let permit = self.remote.inner.parts.acquire().await;
            let mut at = 0;
            let attempt = async {
                let mut head = match head.take() {
                    Some(head) => head,
                    None => self.remote.get(&link, None, None).await?,
                };
                let size = head.validators.size.or(promised);
                self.write(&mut head.body, &mut at, size).await?;
                match size {
                    Some(size) if at < size => {
                        Err(wrong(format!("the answer ended {} bytes early", size - at)))
                    }
                    _ => Ok(()),
                }
            };
            let result = attempt.await;
            drop(permit);
            match result {
                Ok(()) => break at,
                Err(failure) => {
                    self.tracker.update(false, |progress| progress.bytes = 0);
                    budget.failed(failure, &link).await?;
                    let validators = Validators { size: promised, ..Validators::default() };
                    self.blocking(move |job| job.part.start_new(validators)).await?;
                }
            }
        };
        self.tracker.update(true, |progress| progress.parts = 1);
        let Some(checksum) = self.download.checksum else { return Ok((size, None)) };
        let mut hasher = Hasher::new(checksum);
        let mut at = 0;
        while at < size {
            let job = self.clone();
            let hashed = blocking(move || {
                let to = job.part.hash(&mut hasher, at, size)?;
                Ok((hasher, to))
            });
            (hasher, at) = hashed.await.map_err(|error| self.disk(error))?;
        }
        Ok((size, Some(hasher.finish())))
    }

    /// Writes a body to where it belongs, up to `end`, which it must not go beyond.
    async fn write(
        &self,
        body: &mut Body,
        at: &mut u64,
        end: Option<u64>,
    ) -> Result<(), ExchangeError> {
        let mut writer = Writer { job: self, at, gathered: Vec::new(), length: 0, pending: None };
        let received = loop {
            match self.remote.chunk(body).await {
                Ok(Some(chunk)) => {
                    if end.is_some_and(|end| writer.end() + chunk.len() as u64 > end) {
                        break Err(wrong("the storage sends more than was asked for"));
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

/// Writes off the runtime while the next bytes come.
struct Writer<'a> {
    job: &'a ActiveDownload,
    /// Up to where all is written.
    at: &'a mut u64,
    gathered: Vec<Bytes>,
    length: usize,
    pending: Option<(JoinHandle<io::Result<()>>, usize)>,
}

impl Writer<'_> {
    /// Where the next bytes belong.
    fn end(&self) -> u64 {
        let pending = self.pending.as_ref().map_or(0, |(_, length)| *length);
        *self.at + (pending + self.length) as u64
    }

    async fn push(&mut self, chunk: Bytes) -> Result<(), ExchangeError> {
        self.length += chunk.len();
        self.gathered.push(chunk);
        if self.length >= WRITE { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), ExchangeError> {
        self.settle().await?;
        let (job, at) = (self.job.clone(), *self.at);
        let gathered = std::mem::take(&mut self.gathered);
        let length = std::mem::take(&mut self.length);
        let writing = spawn_blocking(move || job.part.write(at, &gathered));
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
