//! The simulator as a tower service.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use frameio_core::Body;
use http::{Request, Response};
use tower_service::Service;

use super::Sim;
use crate::http::pipeline;

/// Fails with [`ConnectionReset`](io::ErrorKind::ConnectionReset) where a [`Fault`](crate::Fault) resets
/// the connection, and never otherwise.
impl<B> Service<Request<B>> for Sim
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<Body>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Response<Body>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let shared = self.shared.clone();
        Box::pin(async move { pipeline::respond(&shared, request).await })
    }
}
