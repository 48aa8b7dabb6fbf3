//! Metrics of calls and attempts, for any metrics library.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use frameio_core::{BoxError, Call, Operation};
use http::{Method, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tokio::time::Instant;
use tower::{Layer, Service};

use crate::error::error_type;
use crate::record::{CallRecord, record};

/// Receives measurements of each call and each attempt.
///
/// All labels have low cardinality: measurements contain no ids, URLs or other text of a request,
/// and `operation` and `url_template` have as many values as the API has operations.
///
/// The methods run inside the future of the call, so they should be cheap and must not block. To read
/// the values later, share them in an [`Arc`], which implements this trait too.
///
/// ```
/// use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
///
/// use frameio_tower::metrics::{CallMetrics, Metrics};
///
/// #[derive(Default)]
/// struct InFlight(AtomicI64);
///
/// impl Metrics for InFlight {
///     fn call_started(&self) {
///         self.0.fetch_add(1, Relaxed);
///     }
///
///     fn call_finished(&self, _: &CallMetrics) {
///         self.0.fetch_sub(1, Relaxed);
///     }
/// }
/// ```
pub trait Metrics: Send + Sync + 'static {
    /// Called when a call starts. Default: does nothing.
    fn call_started(&self) {}

    /// Called once for each [`call_started`](Self::call_started), when the call completes or is
    /// dropped. Default: does nothing.
    fn call_finished(&self, call: &CallMetrics) {
        let _ = call;
    }

    /// Called when an attempt completes or is dropped. Default: does nothing.
    fn attempt_finished(&self, attempt: &AttemptMetrics) {
        let _ = attempt;
    }
}

impl<M: Metrics + ?Sized> Metrics for Arc<M> {
    fn call_started(&self) {
        M::call_started(self);
    }

    fn call_finished(&self, call: &CallMetrics) {
        M::call_finished(self, call);
    }

    fn attempt_finished(&self, attempt: &AttemptMetrics) {
        M::attempt_finished(self, attempt);
    }
}

/// Outcome of a call or an attempt whose future was dropped before it completed, in metrics and as
/// `error.type` of spans.
pub const CANCELLED: &str = "cancelled";

/// Outcome of a call or an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// A response with this status arrived.
    Response(StatusCode),
    /// No response arrived, or a client could not encode the request or decode the response. Contains a
    /// name returned by [`error_type`], `encode` or `decode`.
    Failure(&'static str),
    /// The future was dropped before it completed.
    Cancelled,
}

impl Outcome {
    fn of<R>(result: &Result<Response<R>, BoxError>) -> Self {
        match result {
            Ok(response) => Self::Response(response.status()),
            Err(error) => Self::Failure(error_type(&**error)),
        }
    }
}

impl fmt::Display for Outcome {
    /// Formats the outcome as a metrics label, such as `200`, `timeout` or `cancelled`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response(status) => f.write_str(status.as_str()),
            Self::Failure(kind) => f.write_str(kind),
            Self::Cancelled => f.write_str(CANCELLED),
        }
    }
}

/// Measurements of a call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallMetrics {
    /// Operation of the call; `None` for a plain request.
    pub operation: Option<&'static Operation>,
    /// Status, failure or cancellation that ended the call, as in the span of the call.
    pub outcome: Outcome,
    /// Time from start to end, including waits.
    pub duration: Duration,
    /// Time spent waiting for the quota, summed over all attempts.
    pub quota_wait: Duration,
    /// Number of attempts, including resends with a refreshed token; 0 if the call failed before its
    /// first attempt, for example because the quota is exhausted.
    pub attempts: u32,
    /// Number of resends with a refreshed token.
    pub token_refreshes: u32,
}

impl CallMetrics {
    /// Creates the measurements of a plain request with one attempt, for tests of [`Metrics`]. All
    /// fields can be set.
    pub const fn new(outcome: Outcome, duration: Duration) -> Self {
        let quota_wait = Duration::ZERO;
        Self { operation: None, outcome, duration, quota_wait, attempts: 1, token_refreshes: 0 }
    }
}

/// Measurements of an attempt, for the OpenTelemetry metric `http.client.request.duration`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttemptMetrics {
    /// Operation of the call; `None` for a plain request.
    pub operation: Option<&'static Operation>,
    /// Method of the request (`http.request.method`).
    pub method: Method,
    /// Path template (`url.template`), such as `/v4/accounts/{account_id}/workspaces`; `None` for a
    /// plain request.
    pub url_template: Option<&'static str>,
    /// Status, failure or cancellation that ended the attempt.
    pub outcome: Outcome,
    /// Time from sending to the last byte of the response.
    pub duration: Duration,
}

impl AttemptMetrics {
    /// Creates the measurements of an attempt of a plain request, for tests of [`Metrics`]. All fields
    /// can be set.
    pub const fn new(method: Method, outcome: Outcome, duration: Duration) -> Self {
        Self { operation: None, method, url_template: None, outcome, duration }
    }
}

/// Reports calls to a [`Metrics`] implementation; outermost layer of
/// [`DefaultStack`](crate::DefaultStack).
///
/// A call with a [`CallMeasurement`] is reported by its caller instead.
///
/// To report attempts as well, set [`TraceLayer::metrics`](crate::TraceLayer::metrics).
#[derive(Clone)]
pub struct MetricsLayer {
    metrics: Arc<dyn Metrics>,
}

impl MetricsLayer {
    /// Creates a layer that reports to `metrics`.
    pub fn new(metrics: impl Metrics) -> Self {
        Self::shared(Arc::new(metrics))
    }

    pub(crate) fn shared(metrics: Arc<dyn Metrics>) -> Self {
        Self { metrics }
    }
}

impl fmt::Debug for MetricsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsLayer").finish_non_exhaustive()
    }
}

impl<S> Layer<S> for MetricsLayer {
    type Service = CallMeter<S>;

    fn layer(&self, inner: S) -> CallMeter<S> {
        CallMeter { inner, metrics: self.metrics.clone() }
    }
}

/// Service of a [`MetricsLayer`].
#[derive(Clone)]
pub struct CallMeter<S> {
    inner: S,
    metrics: Arc<dyn Metrics>,
}

impl<S: fmt::Debug> fmt::Debug for CallMeter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallMeter").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for CallMeter<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = CallMeterFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<B>) -> CallMeterFuture<S::Future> {
        let operation = request.extensions().get::<Call>().map(|call| call.operation);
        let record = record(request.extensions_mut());
        // A caller that measures the call reports it.
        let meter =
            (!record.is_measured()).then(|| Meter::start(&self.metrics, operation, &record));
        CallMeterFuture { inner: self.inner.call(request), meter }
    }
}

/// Measurement of a call by its caller, which also sees what happens outside the stack, such as the
/// decoding of the response.
///
/// [`HttpService::measure`](crate::HttpService::measure) starts it. If it is dropped before
/// [`finish`](Self::finish), the call is reported as [`Cancelled`](Outcome::Cancelled).
pub struct CallMeasurement(Box<Meter>);

impl CallMeasurement {
    pub(crate) fn start(
        metrics: &Arc<dyn Metrics>,
        operation: Option<&'static Operation>,
        record: &CallRecord,
    ) -> Self {
        record.set_measured(true);
        Self(Box::new(Meter::start(metrics, operation, record)))
    }

    /// Reports the end of the call.
    pub fn finish(mut self, outcome: Outcome) {
        self.0.outcome = outcome;
    }
}

impl fmt::Debug for CallMeasurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallMeasurement").finish_non_exhaustive()
    }
}

/// Reports the call when dropped.
struct Meter {
    metrics: Arc<dyn Metrics>,
    operation: Option<&'static Operation>,
    record: CallRecord,
    begun: Instant,
    outcome: Outcome,
}

impl Meter {
    fn start(
        metrics: &Arc<dyn Metrics>,
        operation: Option<&'static Operation>,
        record: &CallRecord,
    ) -> Self {
        metrics.call_started();
        let (metrics, record, begun) = (metrics.clone(), record.clone(), Instant::now());
        Self { metrics, operation, record, begun, outcome: Outcome::Cancelled }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.record.set_measured(false);
        self.metrics.call_finished(&CallMetrics {
            operation: self.operation,
            outcome: self.outcome,
            duration: self.begun.elapsed(),
            quota_wait: self.record.quota_wait(),
            attempts: self.record.attempts(),
            token_refreshes: self.record.token_refreshes(),
        });
    }
}

pin_project! {
    /// Response future of a [`CallMeter`] service.
    pub struct CallMeterFuture<F> {
        // Dropped before the meter, so that a cancelled attempt is reported before its call.
        #[pin]
        inner: F,
        meter: Option<Meter>,
    }
}

impl<F, R, E> Future for CallMeterFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<R>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(this.inner.poll(cx)).map_err(Into::into);
        if let Some(mut meter) = this.meter.take() {
            meter.outcome = Outcome::of(&result);
        }
        Poll::Ready(result)
    }
}

impl<F> fmt::Debug for CallMeterFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallMeterFuture").finish_non_exhaustive()
    }
}

/// Reports the attempt when dropped.
pub(crate) struct AttemptMeter {
    metrics: Arc<dyn Metrics>,
    operation: Option<&'static Operation>,
    method: Method,
    begun: Instant,
    outcome: Outcome,
}

impl AttemptMeter {
    pub(crate) fn start<B>(metrics: &Arc<dyn Metrics>, request: &Request<B>) -> Self {
        Self {
            metrics: metrics.clone(),
            operation: request.extensions().get::<Call>().map(|call| call.operation),
            method: request.method().clone(),
            begun: Instant::now(),
            outcome: Outcome::Cancelled,
        }
    }

    pub(crate) fn finish<R>(mut self, result: &Result<Response<R>, BoxError>) {
        self.outcome = Outcome::of(result);
    }
}

impl Drop for AttemptMeter {
    fn drop(&mut self) {
        self.metrics.attempt_finished(&AttemptMetrics {
            operation: self.operation,
            method: self.method.clone(),
            url_template: self.operation.map(|operation| operation.path),
            outcome: self.outcome,
            duration: self.begun.elapsed(),
        });
    }
}
