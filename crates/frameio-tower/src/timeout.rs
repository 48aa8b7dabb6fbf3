//! Time limit of one attempt.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use frameio_core::{BoxError, CallLimits};
use http::{Request, Response};
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};
use tower::{Layer, Service};

use crate::error::AttemptTimeout;

/// Limits the duration of one attempt, from sending to the last byte of the response.
///
/// The body is included if a [`CollectLayer`](crate::CollectLayer) inside this layer reads it;
/// otherwise the limit ends at the response headers. The wait until the inner service is ready, for
/// example for a permit, is excluded; a wait in the future of an inner layer, such as a queue, counts.
/// [`CallLimits::timeout`] of a request overrides the limit. An attempt that reaches it
/// fails with [`AttemptTimeout`].
#[derive(Clone, Copy, Debug)]
pub struct TimeoutLayer {
    limit: Option<Duration>,
}

impl TimeoutLayer {
    /// Creates a layer with a default limit for requests that set none.
    pub const fn new(limit: Duration) -> Self {
        Self { limit: Some(limit) }
    }

    /// Creates a layer without a default limit, which applies only limits set by requests.
    pub const fn disabled() -> Self {
        Self { limit: None }
    }
}

impl<S> Layer<S> for TimeoutLayer {
    type Service = Timeout<S>;

    fn layer(&self, inner: S) -> Timeout<S> {
        Timeout { inner, limit: self.limit }
    }
}

/// Service of a [`TimeoutLayer`].
#[derive(Clone, Copy, Debug)]
pub struct Timeout<S> {
    inner: S,
    limit: Option<Duration>,
}

impl<S, B, R> Service<Request<B>> for Timeout<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = TimeoutFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> TimeoutFuture<S::Future> {
        let options = request.extensions().get::<CallLimits>();
        let limit = options.and_then(|options| options.timeout).or(self.limit);
        // A limit beyond the range of the clock is ignored.
        let limit = limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
        TimeoutFuture { inner: Limited::new(self.inner.call(request), limit) }
    }
}

pin_project! {
    /// Response future of a [`Timeout`] service.
    #[derive(Debug)]
    pub struct TimeoutFuture<F> {
        #[pin]
        inner: Limited<F, Duration>,
    }
}

impl<F, T, E> Future for TimeoutFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: Into<BoxError>,
{
    type Output = Result<T, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.project().inner.poll_limited(cx)) {
            Ok(result) => result.map_err(Into::into),
            Err(after) => Err(AttemptTimeout::new(*after).into()),
        })
    }
}

pin_project! {
    /// Future with a time limit, and data for the error when the limit is reached.
    pub(crate) struct Limited<F, L> {
        #[pin]
        future: F,
        #[pin]
        timer: Option<Sleep>,
        limit: Option<(Instant, L)>,
    }
}

impl<F: Future, L> Limited<F, L> {
    pub(crate) fn new(future: F, limit: Option<(Instant, L)>) -> Self {
        Self { future, timer: None, limit }
    }

    /// Returns the data of the limit, and whether its timer has elapsed since the last poll.
    pub(crate) fn limit(&self) -> Option<(&L, bool)> {
        let elapsed = self.timer.as_ref().is_some_and(Sleep::is_elapsed);
        self.limit.as_ref().map(|(_, limit)| (limit, elapsed))
    }

    /// Polls the future. Returns the data for the error when the limit is reached.
    pub(crate) fn poll_limited(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<F::Output, &L>> {
        let mut this = self.project();
        if let Poll::Ready(output) = this.future.poll(cx) {
            return Poll::Ready(Ok(output));
        }
        let Some((at, limit)) = this.limit else { return Poll::Pending };
        // Created here, so that a future that completes immediately never touches the timer.
        if this.timer.is_none() {
            this.timer.set(Some(sleep_until(*at)));
        }
        match this.timer.as_pin_mut() {
            Some(timer) => timer.poll(cx).map(|()| Err(&*limit)),
            None => Poll::Pending,
        }
    }
}

impl<F, L> fmt::Debug for Limited<F, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.limit.as_ref().map(|(at, _)| at);
        f.debug_struct("Limited").field("at", &at).finish_non_exhaustive()
    }
}
