//! Type-erased HTTP service.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use frameio_core::{Body, BoxError, Operation};
use http::{Request, Response};
use http_body::Body as HttpBody;
use pin_project_lite::pin_project;
use tower::util::{BoxCloneSyncService, Oneshot};
use tower::{Service, ServiceExt};

use crate::deadline::Deadline;
use crate::error::HttpError;
use crate::metrics::{CallMeasurement, Metrics};
use crate::record::CallRecord;

/// Service that sends HTTP requests: a transport, a mock, or layers around one.
///
/// An alias of bounds, implemented for every [`tower::Service`] for [`http::Request<Body>`](Body) that
/// is `Clone + Send + Sync + 'static` and whose response body yields [`Bytes`].
pub trait Transport:
    Service<
        Request<Body>,
        Response = Response<<Self as Transport>::ResponseBody>,
        Error: Into<BoxError>,
        Future: Send,
    > + Clone
    + Send
    + Sync
    + 'static
{
    /// Body of the responses.
    type ResponseBody: HttpBody<Data = Bytes, Error: Into<BoxError> + Send> + Send + 'static;
}

impl<S, B> Transport for S
where
    S: Service<Request<Body>, Response = Response<B>, Error: Into<BoxError>, Future: Send>,
    S: Clone + Send + Sync + 'static,
    B: HttpBody<Data = Bytes, Error: Into<BoxError> + Send> + Send + 'static,
{
    type ResponseBody = B;
}

/// Any [`Transport`] behind a shared pointer, such as a stack, a transport or a mock.
///
/// Clones are cheap and share the service. It is always ready: the future of a call clones the
/// service, waits until the clone is ready, and sends the request. Only between the layers of a slot of
/// [`DefaultStack`](crate::DefaultStack) is it ready when the service is, so that a layer such as load
/// shedding works around another layer. The error is the concrete
/// [`HttpError`] because, with [`BoxError`], the compiler cannot prove that a call may be awaited
/// inside `tokio::spawn`.
///
/// ```
/// use frameio_core::{Body, BoxError};
/// use frameio_tower::HttpService;
/// use tower::{ServiceExt, service_fn};
///
/// # tokio_test::block_on(async {
/// let mock = HttpService::new(service_fn(async |_: http::Request<Body>| {
///     Ok::<_, BoxError>(http::Response::new(Body::from("{}")))
/// }));
/// let response = mock.oneshot(http::Request::new(Body::empty())).await?;
/// assert_eq!(response.status(), 200);
/// # Ok::<_, frameio_tower::HttpError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct HttpService(Repr);

#[derive(Clone)]
enum Repr {
    Shared(Arc<dyn Call>),
    /// Boxed, to keep a client small.
    Slot(Box<SlotService>),
}

type ResponseFuture = Pin<Box<dyn Future<Output = Result<Response<Body>, HttpError>> + Send>>;

trait Call: Send + Sync {
    fn call(&self, request: Request<Body>) -> ResponseFuture;

    fn metrics(&self) -> Option<&Arc<dyn Metrics>> {
        None
    }
}

/// Service that has to become ready before each call.
struct Shared<S> {
    service: S,
    metrics: Option<Arc<dyn Metrics>>,
}

impl<S: Transport> Call for Shared<S> {
    fn call(&self, request: Request<Body>) -> ResponseFuture {
        let inner: Oneshot<S, Request<Body>> = self.service.clone().oneshot(request);
        Box::pin(Erased { inner })
    }

    fn metrics(&self) -> Option<&Arc<dyn Metrics>> {
        self.metrics.as_ref()
    }
}

/// Service that is always ready, and is called without being cloned.
struct AlwaysReady<S>(Deadline<S>);

impl<S, B> Call for AlwaysReady<S>
where
    S: Service<Request<Body>, Response = Response<B>, Error: Into<BoxError>, Future: Send>,
    S: Clone + Send + Sync + 'static,
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    fn call(&self, request: Request<Body>) -> ResponseFuture {
        Box::pin(Erased { inner: self.0.start(request) })
    }
}

/// Service inside a slot, which is ready when its inner service is.
struct SlotService {
    inner: BoxCloneSyncService<Request<Body>, Response<Body>, HttpError>,
    ready: bool,
}

impl SlotService {
    fn new<S: Transport>(service: S) -> Self {
        let service = service.map_response(|response| response.map(Body::stream));
        let service = service.map_err(|error| HttpError::from(error.into()));
        Self { inner: BoxCloneSyncService::new(service), ready: false }
    }

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), HttpError>> {
        ready!(self.inner.poll_ready(cx))?;
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> ResponseFuture {
        if std::mem::take(&mut self.ready) {
            return self.inner.call(request);
        }
        // A layer that calls a clone without waiting for it, as with other services of this type.
        Box::pin(self.inner.clone().oneshot(request))
    }
}

impl Clone for SlotService {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), ready: false }
    }
}

pin_project! {
    /// Converts the response body and the error to concrete types.
    struct Erased<F> {
        #[pin]
        inner: F,
    }
}

impl<F, B, E> Future for Erased<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    E: Into<BoxError>,
{
    type Output = Result<Response<Body>, HttpError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.project().inner.poll(cx)) {
            Ok(response) => Ok(response.map(Body::stream)),
            Err(error) => Err(HttpError::from(error.into())),
        })
    }
}

impl HttpService {
    /// Wraps `service`, unless it is an `HttpService` already.
    pub fn new<S: Transport>(service: S) -> Self {
        Self::erase(service, |service| Repr::Shared(Arc::new(Shared { service, metrics: None })))
    }

    /// Wraps a stack that reports its calls to `metrics`.
    pub(crate) fn measured<S: Transport>(service: S, metrics: Arc<dyn Metrics>) -> Self {
        Self(Repr::Shared(Arc::new(Shared { service, metrics: Some(metrics) })))
    }

    /// Starts to measure a call, if the service is a stack that reports [`Metrics`].
    ///
    /// The stack does not report a call whose request has `record` as an extension until the measurement
    /// ends, so that the caller can report the outcome, for example that it cannot decode the response.
    pub fn measure(
        &self,
        operation: Option<&'static Operation>,
        record: &CallRecord,
    ) -> Option<CallMeasurement> {
        let Repr::Shared(service) = &self.0 else { return None };
        Some(CallMeasurement::start(service.metrics()?, operation, record))
    }

    /// Wraps a service inside a slot, unless it is an `HttpService` already.
    pub(crate) fn in_slot<S: Transport>(service: S) -> Self {
        Self::erase(service, |service| Repr::Slot(Box::new(SlotService::new(service))))
    }

    fn erase<S: Transport>(service: S, erase: impl FnOnce(S) -> Repr) -> Self {
        let mut service = Some(service);
        if let Some(same) = (&mut service as &mut dyn std::any::Any).downcast_mut::<Option<Self>>()
            && let Some(same) = same.take()
        {
            return same;
        }
        match service {
            Some(service) => Self(erase(service)),
            None => unreachable!("only an HttpService is taken"),
        }
    }

    /// Wraps a stack whose outermost layer is a deadline, and which is therefore always ready.
    pub(crate) fn always_ready<S>(service: Deadline<S>) -> Self
    where
        Deadline<S>: Transport,
        S: Transport,
    {
        Self(Repr::Shared(Arc::new(AlwaysReady(service))))
    }
}

impl Service<Request<Body>> for HttpService {
    type Response = Response<Body>;
    type Error = HttpError;
    type Future = HttpFuture;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), HttpError>> {
        match &mut self.0 {
            Repr::Shared(_) => Poll::Ready(Ok(())),
            Repr::Slot(slot) => slot.poll_ready(cx),
        }
    }

    fn call(&mut self, request: Request<Body>) -> HttpFuture {
        HttpFuture(match &mut self.0 {
            Repr::Shared(service) => service.call(request),
            Repr::Slot(slot) => slot.call(request),
        })
    }
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpService").finish_non_exhaustive()
    }
}

/// Response future of an [`HttpService`].
pub struct HttpFuture(ResponseFuture);

impl Future for HttpFuture {
    type Output = Result<Response<Body>, HttpError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for HttpFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpFuture").finish_non_exhaustive()
    }
}

#[cfg(test)]
const _: () = assert!(size_of::<HttpService>() == size_of::<Arc<dyn Call>>());
