//! The request body of an attempt to send a part.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::buffers::{Buffers, CHUNK, FRAME};
use super::source::{PartSource, Reading, SourceError};
use crate::bandwidth::{Limiter, Turn};
use crate::progress::Counted;
use crate::signed_http::Activity;

/// Streams a part. The next chunk is read while the current one is sent.
pub(crate) struct PartBody {
    source: PartSource,
    buffers: Buffers,
    /// Offset of the next chunk within the part.
    offset: u64,
    /// Number of bytes not yet requested from the source.
    unread: u64,
    /// Number of bytes not yet passed to the connection.
    unsent: u64,
    /// Bytes that were read but not yet passed to the connection.
    chunk: Bytes,
    reading: Option<Reading>,
    limit: Limiter,
    turn: Turn,
    attempt: Attempt,
}

/// State of an attempt, shared between its body and the sender of the part.
#[derive(Clone)]
pub(crate) struct Attempt(Arc<Shared>);

struct Shared {
    activity: Activity,
    state: Mutex<State>,
}

struct State {
    counted: Counted,
    remaining: u64,
    failure: Option<SourceError>,
}

impl Attempt {
    pub(crate) fn new(size: u64, counted: Counted, activity: Activity) -> Self {
        let state = Mutex::new(State { counted, remaining: size, failure: None });
        Self(Arc::new(Shared { activity, state }))
    }

    /// Returns the error of the source, if the attempt failed because of it.
    pub(crate) fn failure(&self) -> Option<SourceError> {
        self.state().failure.take()
    }

    /// Counts the part as sent. Returns `false` if some of its bytes were not sent.
    pub(crate) fn finish(&self) -> bool {
        let state = &mut *self.state();
        if state.remaining == 0 {
            state.counted.done();
        }
        state.remaining == 0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartBody {
    pub(crate) fn new(
        source: &PartSource,
        (buffers, limit): (&Buffers, &Limiter),
        size: u64,
        attempt: &Attempt,
    ) -> Self {
        let (source, buffers, attempt) = (source.clone(), buffers.clone(), attempt.clone());
        Self {
            source,
            buffers,
            offset: 0,
            unread: size,
            unsent: size,
            chunk: Bytes::new(),
            reading: None,
            limit: limit.clone(),
            turn: Turn::default(),
            attempt,
        }
    }

    fn read_next(&mut self) -> Option<Reading> {
        let length = usize::try_from(self.unread).unwrap_or(CHUNK).min(CHUNK);
        if length == 0 {
            return None;
        }
        let reading = self.source.read(self.offset, length, &self.buffers);
        self.offset += length as u64;
        self.unread -= length as u64;
        Some(reading)
    }

    /// Counts bytes that are passed to the connection.
    fn sent(&mut self, bytes: Bytes) -> Frame<Bytes> {
        let length = bytes.len() as u64;
        self.unsent = self.unsent.saturating_sub(length);
        self.attempt.0.activity.touch();
        let state = &mut *self.attempt.state();
        state.counted.add(length);
        state.remaining = state.remaining.saturating_sub(length);
        Frame::data(bytes)
    }
}

impl Body for PartBody {
    type Data = Bytes;
    type Error = SourceFailed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SourceFailed>>> {
        let this = &mut *self;
        if this.chunk.is_empty() {
            if this.reading.is_none() {
                this.reading = this.read_next();
            }
            let Some(reading) = &mut this.reading else { return Poll::Ready(None) };
            let read = ready!(reading.as_mut().poll(cx));
            this.reading = None;
            match read {
                Ok(chunk) => this.chunk = chunk,
                Err(error) => {
                    this.unread = 0;
                    this.attempt.state().failure = Some(error);
                    return Poll::Ready(Some(Err(SourceFailed)));
                }
            }
            this.reading = this.read_next();
        }
        let length = this.limit.step(this.chunk.len().min(FRAME));
        if this.limit.poll_take(length, &mut this.turn, cx).is_pending() {
            // Waiting for the limit is not a stall.
            this.attempt.0.activity.touch();
            return Poll::Pending;
        }
        let frame = this.chunk.split_to(length);
        Poll::Ready(Some(Ok(this.sent(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.unsent == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.unsent)
    }
}

/// Error that makes the transport fail. [`Attempt::failure`] contains the cause.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SourceFailed;

impl std::fmt::Display for SourceFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cannot read the source")
    }
}

impl std::error::Error for SourceFailed {}
