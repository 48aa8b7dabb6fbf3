//! Adapter for policies of `tower::retry`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use frameio_core::BoxError;
use http::{Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tokio::time::Instant;
use tower::retry::Policy;
use tower::{Layer, Service};

use super::future::was_sent;
use super::retry_state::{emit_scheduled, is_refreshed};
use crate::error::{FailureKind, error_type, unwrapped};
use crate::record::{CallRecord, Phase, record};

/// Repeats attempts according to a [`tower::retry::Policy`].
///
/// Created by [`RetryLayer::from_tower`](super::RetryLayer::from_tower). In addition to the policy,
/// it updates the [`CallRecord`], and resends a request once after a 401 with a new
/// token, as [`RetryLayer`](super::RetryLayer) does. The policy counts retries itself, so the
/// maximum number of retries of a call has no effect.
///
/// The layer does not know how long a policy will wait. A wait that ends after the deadline is therefore begun,
/// and the call fails with [`DeadlineExceeded`](crate::DeadlineExceeded) at its deadline; the last response is
/// lost. A policy that waits long should compare its delay with the extension
/// [`DeadlineAt`](crate::DeadlineAt) of the request. The event
/// [`retry.scheduled`](crate::trace::names::RETRY_SCHEDULED) is emitted after the wait, with its duration.
///
/// The error of an attempt is one of the structs in [`error`](crate::error), or that of a custom layer, so
/// `error.is::<TransportError>()` works. [`FailureKind::of`] classifies it.
///
/// ```
/// use frameio_core::{Body, BoxError};
/// use frameio_tower::retry::RetryLayer;
/// use http::{Request, Response};
///
/// /// Retries a 503 once.
/// #[derive(Clone)]
/// struct Once(bool);
///
/// impl<B> tower::retry::Policy<Request<Body>, Response<B>, BoxError> for Once {
///     type Future = std::future::Ready<()>;
///
///     fn retry(
///         &mut self,
///         _: &mut Request<Body>,
///         result: &mut Result<Response<B>, BoxError>,
///     ) -> Option<Self::Future> {
///         let unavailable = result.as_ref().is_ok_and(|response| response.status() == 503);
///         (unavailable && !std::mem::replace(&mut self.0, true)).then(|| std::future::ready(()))
///     }
///
///     fn clone_request(&mut self, request: &Request<Body>) -> Option<Request<Body>> {
///         let mut copy = Request::new(request.body().try_clone()?);
///         *copy.method_mut() = request.method().clone();
///         *copy.uri_mut() = request.uri().clone();
///         *copy.headers_mut() = request.headers().clone();
///         *copy.extensions_mut() = request.extensions().clone();
///         Some(copy)
///     }
/// }
///
/// let layer = RetryLayer::from_tower(Once(false));
/// # let _ = layer;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TowerRetryLayer<P> {
    policy: P,
    emits: bool,
}

impl<P> TowerRetryLayer<P> {
    pub(super) const fn new(policy: P) -> Self {
        Self { policy, emits: true }
    }

    /// Leaves the event `retry.scheduled` of its retries to the policy, which knows the delay before the wait.
    /// The policy calls [`emit_scheduled`]. Default: the layer emits it after the wait.
    #[must_use]
    pub fn policy_emits(self) -> Self {
        Self { emits: false, ..self }
    }
}

impl<P: Clone, S> Layer<S> for TowerRetryLayer<P> {
    type Service = TowerRetry<P, S>;

    fn layer(&self, inner: S) -> TowerRetry<P, S> {
        TowerRetry { policy: self.policy.clone(), emits: self.emits, inner }
    }
}

/// Service of a [`TowerRetryLayer`].
#[derive(Clone, Copy, Debug)]
pub struct TowerRetry<P, S> {
    policy: P,
    emits: bool,
    inner: S,
}

impl<P, S, B, R> Service<Request<B>> for TowerRetry<P, S>
where
    P: Policy<Request<B>, Response<R>, BoxError> + Clone,
    S: Service<Request<B>, Response = Response<R>> + Clone,
    S::Error: Into<BoxError>,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = TowerRetryFuture<P, S, B, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<B>) -> TowerRetryFuture<P, S, B, R> {
        let service = self.inner.clone();
        let mut policy = self.policy.clone();
        let record = record(request.extensions_mut());
        let sends = record.sends();
        let copy = policy.clone_request(&request);
        record.enter(Phase::Attempt);
        let response = self.inner.call(request);
        TowerRetryFuture {
            policy,
            emits: self.emits,
            service,
            record,
            sends,
            attempt: 1,
            refreshed: false,
            copy,
            step: Step::Attempt { response },
        }
    }
}

pin_project! {
    /// Response future of a [`TowerRetry`] service.
    pub struct TowerRetryFuture<P, S, B, R>
    where
        P: Policy<Request<B>, Response<R>, BoxError>,
        S: Service<Request<B>>,
    {
        policy: P,
        emits: bool,
        service: S,
        record: CallRecord,
        sends: u32,
        attempt: u32,
        refreshed: bool,
        copy: Option<Request<B>>,
        #[pin]
        step: Step<S::Future, P::Future>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<F, W> {
        Attempt { #[pin] response: F },
        Wait { #[pin] wait: W, started: Instant, reason: Reason },
        Resend,
    }
}

impl<P, S, B, R> Future for TowerRetryFuture<P, S, B, R>
where
    P: Policy<Request<B>, Response<R>, BoxError>,
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    type Output = Result<Response<R>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.step.as_mut().project() {
                StepProjection::Attempt { response } => {
                    // The policy can downcast the error of the layer that failed.
                    let mut result =
                        ready!(response.poll(cx)).map_err(|error| unwrapped(error.into()));
                    let failure = result.as_ref().err().map(|error| FailureKind::of(&**error));
                    was_sent(this.record, *this.sends, failure);
                    let Some(copy) = this.copy else { return Poll::Ready(result) };
                    let refreshed = result.as_ref().is_ok_and(is_refreshed);
                    if refreshed && !std::mem::replace(this.refreshed, true) {
                        this.record.add_token_refresh();
                        emit_scheduled(*this.attempt, Duration::ZERO, "401");
                        Step::Resend
                    } else {
                        let reason = reason(&result);
                        let Some(wait) = this.policy.retry(copy, &mut result) else {
                            return Poll::Ready(result);
                        };
                        this.record.enter(Phase::Backoff);
                        Step::Wait { wait, started: Instant::now(), reason }
                    }
                }
                StepProjection::Wait { wait, started, reason } => {
                    ready!(wait.poll(cx));
                    if *this.emits {
                        let reason = reason.as_ref().map_or_else(|kind| kind, StatusCode::as_str);
                        emit_scheduled(*this.attempt, started.elapsed(), reason);
                    }
                    Step::Resend
                }
                StepProjection::Resend => {
                    ready!(this.service.poll_ready(cx)).map_err(Into::into)?;
                    let Some(mut request) = this.copy.take() else {
                        unreachable!("a request without a copy is never resent")
                    };
                    // A policy may copy a request without its extensions.
                    request.extensions_mut().get_or_insert_with(|| this.record.clone());
                    *this.copy = this.policy.clone_request(&request);
                    *this.sends = this.record.sends();
                    this.record.enter(Phase::Attempt);
                    *this.attempt += 1;
                    Step::Attempt { response: this.service.call(request) }
                }
            };
            this.step.set(next);
        }
    }
}

/// Reason of a retry for the event: the status, or the type of the error.
type Reason = Result<StatusCode, &'static str>;

/// Returns the reason of a retry, before the policy can change the result.
fn reason<R>(result: &Result<Response<R>, BoxError>) -> Reason {
    result.as_ref().map(Response::status).map_err(|error| error_type(&**error))
}

impl<P, S, B, R> fmt::Debug for TowerRetryFuture<P, S, B, R>
where
    P: Policy<Request<B>, Response<R>, BoxError>,
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TowerRetryFuture").field("record", &self.record).finish_non_exhaustive()
    }
}
