//! Counting attempts.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower::Service;

use crate::failure::Failure;
use crate::record::{CallRecord, Phase, record};

/// Which attempt of its call a request is, in its extensions. The first attempt has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a number with a name")]
pub struct Attempt(pub u32);

/// What is inside of the retries: writes each attempt to the record of its call.
#[derive(Clone, Debug)]
pub struct Counted<S> {
    inner: S,
}

impl<S> Counted<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner }
    }
}

impl<S, B, R> Service<Request<B>> for Counted<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: AsRef<dyn StdError + Send + Sync>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = CountedFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> CountedFuture<S::Future> {
        let record = record(request.extensions_mut());
        let attempt = record.begin_attempt();
        record.enter(Phase::Attempt);
        if attempt > 1 {
            request.extensions_mut().insert(Attempt(attempt));
        }
        CountedFuture { inner: self.inner.call(request), record }
    }
}

pin_project! {
    /// The future of a [`Counted`].
    #[derive(Debug)]
    pub struct CountedFuture<F> {
        #[pin]
        inner: F,
        record: CallRecord,
    }
}

impl<F, T, E> Future for CountedFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: AsRef<dyn StdError + Send + Sync>,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(this.inner.poll(cx));
        let sent = match &result {
            Ok(_) => true,
            Err(error) => Failure::of(error.as_ref()).may_have_been_sent(),
        };
        if sent {
            this.record.sent();
        }
        Poll::Ready(result)
    }
}
