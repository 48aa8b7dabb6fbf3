//! A stack of layers over a transport, as one concrete type.

use std::fmt;
use std::task::{Context, Poll};

use bytes::Bytes;
use frameio_core::{Body, BoxError};
use http::{Request, Response};
use tower::util::{BoxCloneSyncService, MapErr, MapResponse};
use tower::{Service, ServiceExt};

use crate::error::HttpError;

type Boxed = BoxCloneSyncService<Request<Body>, Response<Body>, HttpError>;

/// Any service of HTTP requests, boxed: a whole stack, a transport or a mock.
///
/// Boxing costs nothing measurable in a call and keeps the types of a client short. The error is a
/// concrete type, because with [`BoxError`] the compiler cannot show that a call may be awaited in
/// `tokio::spawn`.
#[derive(Clone)]
pub struct HttpService(Boxed);

impl HttpService {
    /// Boxes `service`. The response body may be any [`http_body::Body`] of bytes.
    pub fn new<S, B>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let service: MapErr<MapResponse<S, _>, _> = service
            .map_response(|response: Response<B>| response.map(Body::stream))
            .map_err(HttpError::new);
        Self(BoxCloneSyncService::new(service))
    }
}

impl Service<Request<Body>> for HttpService {
    type Response = Response<Body>;
    type Error = HttpError;
    type Future = <Boxed as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), HttpError>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.0.call(request)
    }
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpService").finish_non_exhaustive()
    }
}
