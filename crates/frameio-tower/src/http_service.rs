//! Any HTTP service as one concrete, cheaply cloned type.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use frameio_core::{Body, BoxError};
use http::{Request, Response};
use http_body::Body as HttpBody;
use pin_project_lite::pin_project;
use tower::util::Oneshot;
use tower::{Service, ServiceExt};

use crate::deadline::Deadline;
use crate::error::HttpError;

/// A service that sends HTTP requests: a transport, a mock, or layers around one.
///
/// Implemented for every [`tower::Service`] of [`http::Request<Body>`](Body) whose response body
/// yields [`Bytes`], that can be cloned and sent to another task. It cannot be implemented by hand.
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

/// Any [`Transport`] behind a shared pointer: a whole stack, a transport or a mock.
///
/// Clones are cheap and share the service, which keeps the types of a client short. It is always
/// ready: each call clones the service, waits until the clone is ready, and then sends, all inside
/// of the future. The error is a concrete type, because with [`BoxError`] the compiler cannot
/// prove that a call may be awaited in `tokio::spawn`.
#[derive(Clone)]
pub struct HttpService(Arc<dyn Call>);

type ResponseFuture = Pin<Box<dyn Future<Output = Result<Response<Body>, HttpError>> + Send>>;

trait Call: Send + Sync {
    fn call(&self, request: Request<Body>) -> ResponseFuture;
}

/// A service whose clones are waited for.
struct Shared<S>(S);

impl<S: Transport> Call for Shared<S> {
    fn call(&self, request: Request<Body>) -> ResponseFuture {
        let inner: Oneshot<S, Request<Body>> = self.0.clone().oneshot(request);
        Box::pin(Erased { inner })
    }
}

/// A service that is always ready, and can be called without a clone of it.
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

pin_project! {
    /// Gives a response and an error their concrete types.
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
            Err(error) => Err(HttpError::new(error)),
        })
    }
}

impl HttpService {
    /// Wraps `service`, unless it is an `HttpService` already.
    pub fn new<S: Transport>(service: S) -> Self {
        let mut service = Some(service);
        if let Some(same) = (&mut service as &mut dyn std::any::Any).downcast_mut::<Option<Self>>()
            && let Some(same) = same.take()
        {
            return same;
        }
        match service {
            Some(service) => Self(Arc::new(Shared(service))),
            None => unreachable!("only an HttpService is taken out"),
        }
    }

    /// Wraps a stack whose outermost layer is a deadline, which is always ready.
    pub(crate) fn always_ready<S>(service: Deadline<S>) -> Self
    where
        Deadline<S>: Transport,
        S: Transport,
    {
        Self(Arc::new(AlwaysReady(service)))
    }
}

impl Service<Request<Body>> for HttpService {
    type Response = Response<Body>;
    type Error = HttpError;
    type Future = HttpFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), HttpError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> HttpFuture {
        HttpFuture(self.0.call(request))
    }
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpService").finish_non_exhaustive()
    }
}

/// The future of an [`HttpService`].
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
