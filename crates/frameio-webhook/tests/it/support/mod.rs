//! Shared by several tests: a fixed clock, an inner service, and scripted bodies.
#![allow(
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "for tests, of which each uses a part of it"
)]

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use frameio_core::{Body, BoxError};
use frameio_webhook::{Signer, Verified, Verifier};
use http::{Request, Response};
use http_body::Frame;
use tower::Service;

pub const SECRET: &str = "secret";
pub const NOW: u64 = 1_700_000_000;
pub const EVENT: &str = r#"{"type":"file.ready","resource":{"id":"f1","type":"file"},"account":{"id":"a1"},"workspace":{"id":"w1"},"project":{"id":"p1"},"user":{"id":"u1"}}"#;

/// Converts seconds since 1970.
pub fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Returns a verifier for [`SECRET`] whose clock is [`NOW`].
pub fn verifier() -> Verifier {
    Verifier::new(SECRET).unwrap().clock(|| at(NOW))
}

/// Returns a request that is signed with [`SECRET`] at [`NOW`].
pub fn signed(body: impl Into<Bytes>) -> Request<Body> {
    Signer::new(SECRET).unwrap().request_at(NOW, "/webhooks", body).unwrap()
}

/// Inner service that records requests, and panics if it is called without being ready. A clone is not
/// ready.
#[derive(Default)]
pub struct Inner {
    seen: Arc<Mutex<Vec<Request<Body>>>>,
    busy: usize,
    ready: bool,
}

impl Inner {
    /// Returns `Pending` this many times before a clone is ready.
    pub fn busy(times: usize) -> Self {
        Self { busy: times, ..Self::default() }
    }

    /// Returns the requests since the last call, with their `Verified`.
    pub fn seen(&self) -> Vec<(Request<Body>, Verified)> {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        let with_proof = |request: Request<Body>| {
            let proof = request.extensions().get().cloned();
            (request, proof.expect("a proof"))
        };
        seen.into_iter().map(with_proof).collect()
    }
}

impl Clone for Inner {
    fn clone(&self) -> Self {
        Self { seen: self.seen.clone(), busy: self.busy, ready: false }
    }
}

impl Service<Request<Body>> for Inner {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        if self.busy > 0 {
            self.busy -= 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "called without being ready");
        self.seen.lock().unwrap().push(request);
        ready(Ok(Response::new("taken".to_owned())))
    }
}

/// Body that returns `Pending` once before each of these pieces.
pub struct Pieces {
    pieces: VecDeque<Result<Bytes, BoxError>>,
    polled: bool,
}

impl Pieces {
    /// Splits a body into pieces of at most `size` bytes.
    pub fn of(body: &[u8], size: usize) -> Self {
        let pieces = body.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        Self { pieces, polled: false }
    }

    /// Fails after the last piece.
    pub fn broken(mut self) -> Self {
        self.pieces.push_back(Err("reset".into()));
        self
    }
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.polled = !self.polled;
        if self.polled {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.pieces.pop_front().map(|piece| piece.map(Frame::data)))
    }
}
