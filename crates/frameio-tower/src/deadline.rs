//! Time limit of a whole call.

use std::fmt;
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
use crate::ready::poll_once;
use crate::record::{CallRecord, Phase, record};
use crate::timeout::Limited;

/// Deadline of the call that a request belongs to.
///
/// A request extension, inserted by [`DeadlineLayer`]. Layers that wait read it, and fail
/// immediately if the wait would end after the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "an instant with a name")]
pub struct DeadlineAt(pub Instant);

/// Limits the duration of a call: readiness of the inner service, quota, backoff and all attempts.
///
/// Place it outside all layers that may wait. [`CallLimits::deadline`] of a request overrides the
/// limit. The resulting instant is inserted into the request as [`DeadlineAt`]; if the request has
/// one already, the earlier of the two applies. A call that reaches its deadline fails with
/// [`DeadlineExceeded`], which names the phase of the call. If the deadline has passed already, the call
/// fails without being passed to the inner service. With a [sending marker](crate::sending) in the stack,
/// a call that waited until its deadline is not sent afterwards.
///
/// The service is always ready. It waits for the inner service in the future of the call, so the
/// wait for a permit, for example of a concurrency limit, counts against the limit. Place a
/// load-shedding layer inside, around the layer whose readiness it checks.
///
/// ```
/// use std::time::Duration;
///
/// use frameio_core::{Body, BoxError};
/// use frameio_tower::{DeadlineExceeded, DeadlineLayer, error::find};
/// use tower::{Layer, ServiceExt, service_fn};
///
/// # tokio_test::block_on(async {
/// let silent = service_fn(async |_: http::Request<Body>| {
///     std::future::pending::<Result<http::Response<Body>, BoxError>>().await
/// });
/// let service = DeadlineLayer::new(Duration::from_millis(1)).layer(silent);
/// let error = service.oneshot(http::Request::new(Body::empty())).await.unwrap_err();
/// assert!(find::<DeadlineExceeded>(&*error).is_some());
/// # });
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DeadlineLayer {
    limit: Option<Duration>,
    tracks_sending: bool,
}

impl DeadlineLayer {
    /// Creates a layer with a default limit for calls that set none.
    pub const fn new(limit: Duration) -> Self {
        Self { limit: Some(limit), tracks_sending: false }
    }

    /// Creates a layer without a default limit, which applies only limits set by calls.
    pub const fn disabled() -> Self {
        Self { limit: None, tracks_sending: false }
    }

    /// Records in each call that the stack contains a sending marker.
    pub(crate) const fn track_sending(mut self) -> Self {
        self.tracks_sending = true;
        self
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;

    fn layer(&self, inner: S) -> Deadline<S> {
        Deadline { inner, layer: *self }
    }
}

/// Service of a [`DeadlineLayer`].
#[derive(Clone, Copy, Debug)]
pub struct Deadline<S> {
    inner: S,
    layer: DeadlineLayer,
}

impl<S, B, R> Service<Request<B>> for Deadline<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    S::Error: Into<BoxError>,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = DeadlineFuture<S, B>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> DeadlineFuture<S, B> {
        self.start(request)
    }
}

impl<S> Deadline<S> {
    /// Starts a call on a clone of the inner service, so `&self` is enough.
    pub(crate) fn start<B>(&self, mut request: Request<B>) -> DeadlineFuture<S, B>
    where
        S: Service<Request<B>, Error: Into<BoxError>> + Clone,
    {
        let limit = self.limit(request.extensions_mut());
        let mut service = self.inner.clone();
        // Most inner services are ready immediately, which saves moving the request.
        if limit.as_ref().is_some_and(|(_, limit)| limit.passed) {
            return DeadlineFuture::wait(service, request, limit);
        }
        let step = match poll_once(&mut service) {
            Poll::Ready(Ok(())) => Step::Called { response: service.call(request) },
            Poll::Ready(Err(error)) => Step::Failed { error: Some(error.into()) },
            Poll::Pending => return DeadlineFuture::wait(service, request, limit),
        };
        DeadlineFuture { inner: Limited::new(step, limit) }
    }

    /// Determines the deadline of a call, and inserts it into `extensions` for the inner layers.
    fn limit(&self, extensions: &mut http::Extensions) -> Option<(Instant, Limit)> {
        let of_call = extensions.get::<CallLimits>().and_then(|options| options.deadline);
        let limit = of_call.or(self.layer.limit);
        let outer = extensions.get::<DeadlineAt>().map(|deadline| deadline.0);
        if !self.layer.tracks_sending && limit.is_none() && outer.is_none() {
            return None;
        }
        let record = record(extensions);
        if self.layer.tracks_sending {
            record.track_sending();
        }
        let now = Instant::now();
        // A limit beyond the range of the clock is ignored.
        let inner = limit.and_then(|limit| Some((now.checked_add(limit)?, limit)));
        let (at, after) = match (inner, outer) {
            (Some((at, limit)), outer) if outer.is_none_or(|outer| at < outer) => {
                extensions.insert(DeadlineAt(at));
                (at, limit)
            }
            (_, outer) => (outer?, outer?.saturating_duration_since(now)),
        };
        Some((at, Limit { after, passed: at <= now, record }))
    }
}

#[derive(Debug)]
struct Limit {
    after: Duration,
    /// Whether the deadline had passed when the call started.
    passed: bool,
    record: CallRecord,
}

impl Limit {
    /// Returns whether the next request of the call would be sent after the deadline. `elapsed` is
    /// whether the deadline has passed since the last poll.
    fn is_late(&self, elapsed: bool) -> bool {
        let waits = || self.record.tracks_sending() && self.record.phase() != Phase::Response;
        self.passed || elapsed && waits()
    }

    fn exceeded(&self) -> DeadlineExceeded {
        let phase = match self.record.phase() {
            // Without a sending marker, the start of the response phase is not recorded.
            Phase::Start | Phase::Attempt if !self.record.tracks_sending() => Phase::Response,
            phase => phase,
        };
        DeadlineExceeded::new(self.after, phase)
    }
}

pin_project! {
    /// Response future of a [`Deadline`] service.
    pub struct DeadlineFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        inner: Limited<Step<S, B>, Limit>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<S, B>
    where
        S: Service<Request<B>>,
    {
        Waiting { service: S, request: Option<Request<B>> },
        Called { #[pin] response: S::Future },
        Failed { error: Option<BoxError> },
    }
}

impl<S: Service<Request<B>, Error: Into<BoxError>>, B> Future for Step<S, B> {
    type Output = Result<S::Response, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match self.as_mut().project() {
                StepProjection::Called { response } => {
                    return response.poll(cx).map_err(Into::into);
                }
                StepProjection::Waiting { .. } => ready!(self.as_mut().poll_call(cx))?,
                StepProjection::Failed { error } => {
                    let Some(error) = error.take() else { panic!("polled after completion") };
                    return Poll::Ready(Err(error));
                }
            }
        }
    }
}

impl<S: Service<Request<B>, Error: Into<BoxError>>, B> DeadlineFuture<S, B> {
    #[cold]
    #[inline(never)]
    fn wait(service: S, request: Request<B>, limit: Option<(Instant, Limit)>) -> Self {
        let step = Step::Waiting { service, request: Some(request) };
        Self { inner: Limited::new(step, limit) }
    }
}

impl<S: Service<Request<B>, Error: Into<BoxError>>, B> Step<S, B> {
    /// Calls the service when it is ready. Out of line, to keep the stack frame of other polls small.
    #[cold]
    #[inline(never)]
    fn poll_call(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        if let StepProjection::Waiting { service, request } = self.as_mut().project() {
            ready!(service.poll_ready(cx)).map_err(Into::into)?;
            let Some(request) = request.take() else { panic!("polled after completion") };
            let response = service.call(request);
            self.set(Self::Called { response });
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: Service<Request<B>>, B> fmt::Debug for DeadlineFuture<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadlineFuture").finish_non_exhaustive()
    }
}

impl<S, B> Future for DeadlineFuture<S, B>
where
    S: Service<Request<B>>,
    S::Error: Into<BoxError>,
{
    type Output = Result<S::Response, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let inner = self.project().inner;
        if let Some((limit, elapsed)) = inner.as_ref().get_ref().limit()
            && limit.is_late(elapsed)
        {
            return Poll::Ready(Err(limit.exceeded().into()));
        }
        Poll::Ready(match ready!(inner.poll_limited(cx)) {
            Ok(result) => result,
            Err(limit) => Err(limit.exceeded().into()),
        })
    }
}
