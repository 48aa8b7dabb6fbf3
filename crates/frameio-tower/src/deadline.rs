//! The time that a whole call may take.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use frameio_core::{BoxError, CallLimits};
use http::{Request, Response};
use pin_project_lite::pin_project;
use tokio::time::Instant;
use tower::{Layer, Service};

use crate::error::DeadlineExceeded;
use crate::record::{CallRecord, Phase, record};
use crate::timeout::Limited;

/// When the call that a request belongs to is to be over.
///
/// It travels in the extensions of the request: a layer that would wait reads it first, and does
/// not begin a wait that cannot end in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "an instant with a name")]
pub struct DeadlineAt(pub Instant);

/// Limits the time of a whole call: queue, backoff and all attempts.
///
/// It belongs outside of the retries. [`CallLimits::deadline`] of a request overrides the limit.
/// The layers inside find its end as [`DeadlineAt`]; where a request has one already, from a
/// caller with a limit of its own, the earlier of the two holds. The error is a
/// [`DeadlineExceeded`], which names what the call was busy with.
#[derive(Clone, Copy, Debug)]
pub struct DeadlineLayer {
    limit: Option<Duration>,
}

impl DeadlineLayer {
    /// A limit for calls that bring none of their own.
    pub const fn new(limit: Duration) -> Self {
        Self { limit: Some(limit) }
    }

    /// No limit but that of a call.
    pub const fn disabled() -> Self {
        Self { limit: None }
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;

    fn layer(&self, inner: S) -> Deadline<S> {
        Deadline { inner, limit: self.limit }
    }
}

/// The service of a [`DeadlineLayer`].
#[derive(Clone, Copy, Debug)]
pub struct Deadline<S> {
    inner: S,
    limit: Option<Duration>,
}

impl<S, B, R> Service<Request<B>> for Deadline<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = DeadlineFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<B>) -> DeadlineFuture<S::Future> {
        let limit = limit(request.extensions_mut(), self.limit);
        DeadlineFuture { inner: Limited::new(self.inner.call(request), limit) }
    }
}

/// The end of a call, told to the layers inside.
fn limit(extensions: &mut http::Extensions, default: Option<Duration>) -> Option<(Instant, Limit)> {
    let own = extensions.get::<CallLimits>().and_then(|options| options.deadline).or(default);
    let outer = extensions.get::<DeadlineAt>().map(|deadline| deadline.0);
    if own.is_none() && outer.is_none() {
        return None;
    }
    let now = Instant::now();
    // A limit beyond what a clock can tell is none.
    let own = own.and_then(|limit| now.checked_add(limit));
    let at = own.into_iter().chain(outer).min()?;
    if outer != Some(at) {
        extensions.insert(DeadlineAt(at));
    }
    Some((at, Limit { after: at.saturating_duration_since(now), record: record(extensions) }))
}

#[derive(Debug)]
struct Limit {
    after: Duration,
    record: CallRecord,
}

impl Limit {
    fn exceeded(&self) -> DeadlineExceeded {
        let phase = self.record.phase();
        if phase == Phase::Attempt {
            self.record.sent();
        }
        DeadlineExceeded::new(self.after, phase)
    }
}

pin_project! {
    /// The future of a [`Deadline`].
    #[derive(Debug)]
    pub struct DeadlineFuture<F> {
        #[pin]
        inner: Limited<F, Limit>,
    }
}

impl<F, T, E> Future for DeadlineFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: Into<BoxError>,
{
    type Output = Result<T, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.project().inner.poll_limited(cx)) {
            Ok(result) => result.map_err(Into::into),
            Err(limit) => Err(limit.exceeded().into()),
        })
    }
}
