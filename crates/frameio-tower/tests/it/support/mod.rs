//! Helpers for tests of the layers.

#![allow(
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "each test uses only some of the helpers"
)]

pub mod capture;
pub mod script;

use std::task::{Context, Poll, ready};

use tower::Service;

/// Service that panics when called without having become ready since the last call, and when polled
/// after it failed to become ready. A clone is neither ready nor failed.
#[derive(Debug)]
pub struct Strict<S> {
    inner: S,
    ready: bool,
    failed: bool,
}

impl<S> Strict<S> {
    pub fn new(inner: S) -> Self {
        Self { inner, ready: false, failed: false }
    }
}

impl<S: Clone> Clone for Strict<S> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone())
    }
}

impl<S: Service<R>, R> Service<R> for Strict<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        assert!(!self.failed, "polled after it failed");
        let result = ready!(self.inner.poll_ready(cx));
        (self.ready, self.failed) = (result.is_ok(), result.is_err());
        Poll::Ready(result)
    }

    fn call(&mut self, request: R) -> S::Future {
        assert!(std::mem::take(&mut self.ready), "called before it was ready");
        self.inner.call(request)
    }
}

/// Service that calls a clone of its inner service without waiting until it is ready.
#[derive(Clone, Debug)]
pub struct Careless<S>(pub S);

impl<S: Service<R> + Clone, R> Service<R> for Careless<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> S::Future {
        self.0.clone().call(request)
    }
}
