//! Decompression of responses, by tower-http.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue};
use http::{Request, Response};
use http_body::Body as HttpBody;
use pin_project_lite::pin_project;
use tower::{Layer, Service};
use tower_http::decompression::Decompression;

/// Decompresses gzip, and asks for it in requests that do not name an encoding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DecompressLayer;

impl<S> Layer<S> for DecompressLayer {
    type Service = Decompression<Normalize<S>>;

    fn layer(&self, inner: S) -> Self::Service {
        Decompression::new(Normalize { inner })
    }
}

/// Prepares responses for tower-http, which knows `gzip` in lower case alone, and fails on a body
/// without content, as that of a `HEAD`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Normalize<S> {
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Normalize<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: HttpBody,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = NormalizeFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> NormalizeFuture<S::Future> {
        NormalizeFuture { inner: self.inner.call(request) }
    }
}

pin_project! {
    pub(crate) struct NormalizeFuture<F> {
        #[pin]
        inner: F,
    }
}

impl<F, R, E> Future for NormalizeFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: HttpBody,
{
    type Output = Result<Response<R>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut response = ready!(self.project().inner.poll(cx))?;
        if response.headers().contains_key(CONTENT_ENCODING) {
            normalize(&mut response);
        }
        Poll::Ready(Ok(response))
    }
}

fn normalize<R: HttpBody>(response: &mut Response<R>) {
    let empty = response.body().is_end_stream();
    let headers = response.headers_mut();
    if empty {
        headers.remove(CONTENT_ENCODING);
        headers.remove(CONTENT_LENGTH);
    } else if let Some(encoding) = headers.get_mut(CONTENT_ENCODING)
        && encoding.as_bytes().eq_ignore_ascii_case(b"gzip")
    {
        *encoding = HeaderValue::from_static("gzip");
    }
}
