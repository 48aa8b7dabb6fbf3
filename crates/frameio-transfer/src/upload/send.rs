//! Concurrent sending of parts with retries.

use std::sync::Arc;

use frameio_core::Body;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{Request, Uri};
use http_body_util::{BodyExt, Limited};
use tokio::task::JoinSet;
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::body::{Attempt, PartBody};
use super::manifest::{Manifest, PartHash};
use super::parts::{Part, Parts};
use super::sent_digest::{SentDigest, Tap};
use super::source::{PartSource, Source, SourceError};
use crate::Inner;
use crate::attempt_error::AttemptError;
use crate::progress::Tracker;
use crate::signed_http::Activity;
use crate::tasks::settled;
use crate::{TransferError, TransferErrorKind};

/// Parts of an upload to send.
pub(crate) struct PartsToSend {
    pub(crate) source: Source,
    pub(crate) parts: Arc<Parts>,
    /// For each part that an earlier run has sent, its hash.
    pub(crate) done: Vec<Option<PartHash>>,
    pub(crate) media_type: HeaderValue,
    pub(crate) in_flight: usize,
    pub(crate) tracker: Tracker,
    pub(crate) manifest: Option<Manifest>,
    /// Checksum of the bytes that are sent.
    pub(crate) digest: Option<Arc<SentDigest>>,
}

/// Result of a task.
enum Step {
    Sent,
    ReadBack,
}

impl PartsToSend {
    /// Sends all parts that are not done. Stops when a part fails or the future is dropped.
    pub(crate) async fn send(mut self, inner: &Arc<Inner>) -> Result<(), TransferError> {
        let mut running = Running { tasks: JoinSet::new(), sending: 0, reads_back: false };
        let is_done = |index: usize| self.done.get(index).is_some_and(Option::is_some);
        let missing: Vec<_> = (0..self.parts.len()).filter(|index| !is_done(*index)).collect();
        for index in missing.iter().copied() {
            while running.sending >= self.in_flight {
                self.read_back(inner, &mut running);
                running.join().await?;
            }
            if Some(&index) == missing.last()
                && let Some((digest, source)) = self.digest.as_ref().zip(self.source.whole())
            {
                // The last part completes the file.
                digest.verify_earlier(&source, &inner.buffers).await?;
            }
            let Some(part) = self.parts.get(index) else { continue };
            let mut source = self.source.part(&part, index + 1 == self.parts.len()).await?;
            if let Some(digest) = &self.digest
                && self.source.whole().is_none()
            {
                // Parts of a stream are requested in order and cannot be read later.
                let (start, end) = (part.offset, part.offset + part.size);
                digest.read_back(&source, start, end, &inner.buffers).await?;
            }
            if self.digest.is_some() || self.manifest.is_some() {
                source = source.tapped(Tap::new(self.digest.clone(), part.offset));
            }
            let sender = Sender {
                inner: inner.clone(),
                source,
                part,
                media_type: self.media_type.clone(),
                tracker: self.tracker.clone(),
                manifest: self.manifest.clone(),
            };
            let sending = async { sender.run().await.map(|()| Step::Sent) };
            running.tasks.spawn(sending.instrument(Span::current()));
            running.sending += 1;
        }
        loop {
            self.read_back(inner, &mut running);
            if running.tasks.is_empty() {
                return Ok(());
            }
            running.join().await?;
        }
    }

    /// Reads bytes of sent parts for the checksum, in one task at a time.
    fn read_back(&self, inner: &Arc<Inner>, running: &mut Running) {
        let Some(digest) = self.digest.clone().filter(|_| !running.reads_back) else { return };
        let Some((range, source)) = digest.to_read_back().zip(self.source.whole()) else { return };
        let buffers = inner.buffers.clone();
        running.reads_back = true;
        running.tasks.spawn(async move {
            digest.read_back(&source, 0, range.end, &buffers).await?;
            Ok(Step::ReadBack)
        });
    }
}

/// Running tasks of an upload.
struct Running {
    tasks: JoinSet<Result<Step, TransferError>>,
    /// Number of parts in flight.
    sending: usize,
    /// Whether a task reads bytes back.
    reads_back: bool,
}

impl Running {
    async fn join(&mut self) -> Result<(), TransferError> {
        let Some(step) = self.tasks.join_next().await else { return Ok(()) };
        let step = settled(step).unwrap_or_else(|_| {
            Err(TransferError::new(TransferErrorKind::Storage, "the runtime is shutting down"))
        });
        match step? {
            Step::Sent => self.sending = self.sending.saturating_sub(1),
            Step::ReadBack => self.reads_back = false,
        }
        Ok(())
    }
}

/// Sender of one part.
struct Sender {
    inner: Arc<Inner>,
    source: PartSource,
    part: Part,
    media_type: HeaderValue,
    tracker: Tracker,
    manifest: Option<Manifest>,
}

/// Error of an attempt.
enum Failure {
    Source(SourceError),
    Storage(AttemptError),
}

impl Sender {
    async fn run(self) -> Result<(), TransferError> {
        let number = self.part.index as u64 + 1;
        let sent = self.send().await;
        let hash = sent.map_err(|error| error.at_part(number, self.part.offset))?;
        if let Some((manifest, hash)) = self.manifest.as_ref().zip(hash) {
            manifest.done(self.part.index, hash).await;
        }
        self.tracker.update(true, |progress| progress.parts += 1);
        Ok(())
    }

    async fn send(&self) -> Result<Option<PartHash>, TransferError> {
        let url = self.inner.storage.url(&self.part.url).map_err(AttemptError::Url);
        let url = url.map_err(|error| TransferError::storage(error, 1))?;
        // Held during the backoff too, to reduce the load on a failing storage.
        let _permit = self.inner.parts.acquire().await;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let span = tracing::debug_span!(
                target: "frameio::transfer",
                "frameio.part",
                part = self.part.index as u64 + 1,
                offset = self.part.offset,
                size = self.part.size,
                attempt = attempts,
                error.type = Empty,
            );
            let error = match self.attempt(&url).instrument(span.clone()).await {
                Ok(hash) => return Ok(hash),
                Err(Failure::Source(error)) => {
                    span.record("error.type", "source");
                    return Err(error.into());
                }
                Err(Failure::Storage(error)) => error,
            };
            span.record("error.type", error.reason());
            let Some(wait) = self.inner.retries.wait(&error, attempts) else {
                return Err(TransferError::storage(error, attempts));
            };
            tracing::debug!(
                target: "frameio::transfer",
                parent: &span,
                attempt = attempts,
                delay_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                reason = error.reason(),
                "retry.scheduled",
            );
            drop(span);
            self.tracker.retried();
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&self, url: &Uri) -> Result<Option<PartHash>, Failure> {
        let size = self.part.size;
        let activity = Activity::default();
        let new_attempt = || Attempt::new(size, self.tracker.attempt(), activity.clone());
        let mut attempt = new_attempt();
        let mut source = self.source.attempt();
        // Called again for each redirect, which resends the whole part.
        let request = |uri| {
            attempt = new_attempt();
            source = self.source.attempt();
            let body = PartBody::new(
                &source,
                (&self.inner.buffers, &self.inner.bandwidth.up),
                size,
                &attempt,
            );
            let mut request = Request::new(Body::stream(body));
            *request.method_mut() = http::Method::PUT;
            *request.uri_mut() = uri;
            let headers = request.headers_mut();
            headers.insert("x-amz-acl", HeaderValue::from_static("private"));
            headers.insert(CONTENT_TYPE, self.media_type.clone());
            headers.insert(CONTENT_LENGTH, size.into());
            request
        };
        match self.inner.storage.send(url, &activity, request).await {
            Ok(response) if attempt.finish() => {
                // Read the body, so that the connection can be reused.
                let rest = Limited::new(response.into_body(), 64 << 10).collect();
                drop(self.inner.storage.watch(rest, &activity).await);
                Ok(source.sent(self.part.index))
            }
            Ok(_) => {
                let early = "the storage responded before the part was sent completely";
                Err(Failure::Storage(AttemptError::Transport(early.into())))
            }
            Err(error) => Err(attempt.failure().map_or(Failure::Storage(error), Failure::Source)),
        }
    }
}
