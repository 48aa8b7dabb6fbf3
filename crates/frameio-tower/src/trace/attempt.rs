//! Span of an attempt.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use frameio_core::{Attempts, BoxError, Call};
use http::{Extensions, Method, Request, Response, Uri, Version};
use pin_project_lite::pin_project;
use tower::{Layer, Service};
use tracing::field::Empty;
use tracing::instrument::{Instrument, Instrumented};
use tracing::{Level, Span};

use super::call::{record_error, record_status};
use super::names;
use crate::error::error_type;
use crate::metrics::{AttemptMeter, Metrics};
use crate::record::CallRecord;

/// Opens the span [`frameio.http`](names::HTTP_SPAN) for each attempt, counts attempts, and reports
/// metrics of them.
///
/// An attempt is counted in the [`CallRecord`] when the request arrives here, whatever layer repeats it, so
/// that a call that fails while it waits for its quota or its token has no attempts. From the second
/// attempt on, the request has the extension [`Attempts`].
///
/// The span follows OpenTelemetry's conventions for HTTP clients; its name consists of method and
/// path template. It closes when the attempt completes or is dropped; a dropped attempt has the error
/// type [`cancelled`](names::CANCELLED). Default: level DEBUG, no metrics.
///
/// ```
/// use frameio_tower::TraceLayer;
///
/// let layer = TraceLayer::new().level(tracing::Level::INFO);
/// ```
#[derive(Clone)]
pub struct TraceLayer {
    level: Option<Level>,
    metrics: Option<Arc<dyn Metrics>>,
}

impl TraceLayer {
    /// Creates a layer that opens spans at level DEBUG and reports no metrics.
    pub const fn new() -> Self {
        Self { level: Some(Level::DEBUG), metrics: None }
    }

    /// Sets the level of the spans; `None` disables them. Default: DEBUG.
    #[must_use]
    pub fn level(mut self, level: impl Into<Option<Level>>) -> Self {
        self.level = level.into();
        self
    }

    /// Reports each attempt to `metrics`. Default: none.
    #[must_use]
    pub fn metrics(self, metrics: impl Metrics) -> Self {
        self.shared_metrics(Some(Arc::new(metrics)))
    }

    pub(crate) fn shared_metrics(mut self, metrics: Option<Arc<dyn Metrics>>) -> Self {
        self.metrics = metrics;
        self
    }
}

impl Default for TraceLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TraceLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceLayer").field("level", &self.level).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = Trace<S>;

    fn layer(&self, inner: S) -> Trace<S> {
        Trace { inner, layer: self.clone() }
    }
}

/// Service of a [`TraceLayer`].
#[derive(Clone, Debug)]
pub struct Trace<S> {
    inner: S,
    layer: TraceLayer,
}

impl<S, B, R> Service<Request<B>> for Trace<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = TraceFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<B>) -> TraceFuture<S::Future> {
        count_attempt(request.extensions_mut());
        let span = self.layer.level.map_or_else(Span::none, |level| span(level, &request));
        let meter = self.layer.metrics.as_ref();
        let meter = meter.map(|metrics| Box::new(AttemptMeter::start(metrics, &request)));
        let entered = span.enter();
        let future = self.inner.call(request);
        drop(entered);
        TraceFuture { inner: Some(future.instrument(span)), meter }
    }
}

/// Counts the attempt in the record of its call and, from the second attempt on, in the request.
fn count_attempt(extensions: &mut Extensions) {
    let Some(record) = extensions.get::<CallRecord>() else { return };
    let attempt = record.begin_attempt();
    if attempt > 1 {
        extensions.insert(Attempts(attempt));
    }
}

/// Opens the span of `request`. The fields of a disabled span are not evaluated.
///
/// Out of line, because the stack frame is large.
#[inline(never)]
fn span<B>(level: Level, request: &Request<B>) -> Span {
    let template = || Some(request.extensions().get::<Call>()?.operation.path);
    // `tracing` requires a constant level at each call site.
    macro_rules! at {
        ($level:expr) => {
            tracing::span!(
                target: names::HTTP_TARGET,
                $level,
                names::HTTP_SPAN,
                { names::OTEL_NAME } = %Name(request.method(), template()),
                { names::OTEL_KIND } = "client",
                { names::OTEL_STATUS_CODE } = Empty,
                { names::HTTP_REQUEST_METHOD } = request.method().as_str(),
                { names::HTTP_REQUEST_RESEND_COUNT } = resends(request.extensions()),
                { names::HTTP_RESPONSE_STATUS_CODE } = Empty,
                { names::URL_TEMPLATE } = template(),
                { names::SERVER_ADDRESS } = request.uri().host(),
                { names::SERVER_PORT } = port(request.uri()),
                { names::NETWORK_PROTOCOL_VERSION } = Empty,
                { names::ERROR_TYPE } = Empty,
            )
        };
    }
    match level {
        Level::ERROR => at!(Level::ERROR),
        Level::WARN => at!(Level::WARN),
        Level::INFO => at!(Level::INFO),
        Level::DEBUG => at!(Level::DEBUG),
        Level::TRACE => at!(Level::TRACE),
    }
}

/// Name of the span, such as `GET /v4/me`. For a plain request it is only the method, because the
/// path may contain ids.
struct Name<'a>(&'a Method, Option<&'static str>);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(method, Some(template)) => write!(f, "{method} {template}"),
            Self(method, None) => write!(f, "{method}"),
        }
    }
}

fn resends(extensions: &Extensions) -> Option<i64> {
    let Attempts(attempt) = extensions.get()?;
    attempt.checked_sub(1).filter(|resends| *resends > 0).map(i64::from)
}

fn port(uri: &Uri) -> Option<i64> {
    uri.port_u16().map(i64::from).or_else(|| match uri.scheme_str()? {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    })
}

fn version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        Version::HTTP_3 => Some("3"),
        _ => None,
    }
}

pin_project! {
    /// Response future of a [`Trace`] service.
    pub struct TraceFuture<F> {
        // Dropped on completion together with the span, even if this future is kept.
        #[pin]
        inner: Option<Instrumented<F>>,
        meter: Option<Box<AttemptMeter>>,
    }

    impl<F> PinnedDrop for TraceFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(unfinished) = this.project().inner.as_ref().as_pin_ref() {
                record_error(unfinished.get_ref().span(), names::CANCELLED);
            }
        }
    }
}

impl<F> fmt::Debug for TraceFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceFuture").finish_non_exhaustive()
    }
}

impl<F, R, E> Future for TraceFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<R>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut inner = this.inner;
        let Some(attempt) = inner.as_mut().as_pin_mut() else {
            panic!("polled after completion");
        };
        let result = ready!(attempt.poll(cx)).map_err(Into::into);
        if let Some(attempt) = inner.as_ref().as_pin_ref()
            && !attempt.span().is_disabled()
        {
            finish(attempt.span(), &result);
        }
        inner.set(None);
        if let Some(meter) = this.meter.take() {
            meter.finish(&result);
        }
        Poll::Ready(result)
    }
}

/// Records the outcome of the attempt in an enabled span.
#[cold]
fn finish<R>(span: &Span, result: &Result<Response<R>, BoxError>) {
    match result {
        Ok(response) => {
            let status = response.status();
            span.record(names::HTTP_RESPONSE_STATUS_CODE, i64::from(status.as_u16()));
            span.record(names::NETWORK_PROTOCOL_VERSION, version(response.version()));
            record_status(span, status);
        }
        Err(error) => record_error(span, error_type(&**error)),
    }
}
