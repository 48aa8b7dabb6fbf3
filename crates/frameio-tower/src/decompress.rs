//! Decompression of responses.
//!
//! tower-http's layer is not used because it returns only the first member of a gzip file with
//! several, requires `gzip` in lower case, and fails on an empty body.

use std::future::Future;
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use frameio_core::{Body, BoxError};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::error::{ResponseTooLarge, TransportError, TransportStage};

/// Decompresses gzip responses.
///
/// Place it directly outside [`CollectLayer`](crate::CollectLayer): it works on collected bodies, so
/// that the many responses without compression cost nothing. Removes the headers `content-encoding` and
/// `content-length` of a decompressed response.
///
/// Does not request gzip: the stack adds the header `accept-encoding` in its headers layer, where it
/// costs half as much as here.
///
/// # Errors
///
/// Fails with [`ResponseTooLarge`] if the content exceeds the limit, and with a [`TransportError`] if the
/// body is not valid gzip.
///
/// ```
/// # use std::io::Write;
/// use frameio_core::Body;
/// use frameio_tower::{CollectLayer, DecompressLayer};
/// use http::{Request, Response, header::CONTENT_ENCODING};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # tokio_test::block_on(async {
/// # let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
/// # encoder.write_all(b"content")?;
/// # let compressed = bytes::Bytes::from(encoder.finish()?);
/// let service = ServiceBuilder::new()
///     .layer(DecompressLayer::new(64 << 20))
///     .layer(CollectLayer::new(64 << 20))
///     .service(service_fn(async |_: Request<Body>| {
///         Response::builder().header(CONTENT_ENCODING, "gzip").body(Body::from(compressed.clone()))
///     }));
/// let response = service.oneshot(Request::new(Body::empty())).await?;
/// assert_eq!(response.into_body().try_into_bytes().unwrap(), "content");
/// # Ok::<_, frameio_core::BoxError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DecompressLayer {
    limit: usize,
}

impl DecompressLayer {
    /// Creates a layer that rejects content of more than `limit` bytes.
    pub const fn new(limit: usize) -> Self {
        Self { limit }
    }
}

impl<S> Layer<S> for DecompressLayer {
    type Service = Decompress<S>;

    fn layer(&self, inner: S) -> Decompress<S> {
        Decompress { inner, limit: self.limit }
    }
}

/// Service of a [`DecompressLayer`].
#[derive(Clone, Copy, Debug)]
pub struct Decompress<S> {
    inner: S,
    limit: usize,
}

impl<S, B> Service<Request<B>> for Decompress<S>
where
    S: Service<Request<B>, Response = Response<Body>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = DecompressFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> DecompressFuture<S::Future> {
        DecompressFuture { inner: self.inner.call(request), limit: self.limit }
    }
}

pin_project! {
    /// Future of [`Decompress`].
    #[derive(Debug)]
    pub struct DecompressFuture<F> {
        #[pin]
        inner: F,
        limit: usize,
    }
}

impl<F, E> Future for DecompressFuture<F>
where
    F: Future<Output = Result<Response<Body>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<Body>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.inner.poll(cx)).map_err(Into::into)?;
        Poll::Ready(decompress(response, *this.limit))
    }
}

/// Decompresses a collected gzip response, and returns other responses unchanged.
fn decompress(response: Response<Body>, limit: usize) -> Result<Response<Body>, BoxError> {
    match response.headers().get(CONTENT_ENCODING) {
        Some(coding) if coding.as_bytes().eq_ignore_ascii_case(b"gzip") => gunzip(response, limit),
        _ => Ok(response),
    }
}

// Out of line, to keep the stack frame of uncompressed responses small.
#[inline(never)]
fn gunzip(response: Response<Body>, limit: usize) -> Result<Response<Body>, BoxError> {
    let (mut parts, body) = response.into_parts();
    // The response to a `HEAD` has these headers without a body.
    let compressed = match body.try_into_bytes() {
        Ok(compressed) if !compressed.is_empty() => compressed,
        Ok(_) => return Ok(Response::from_parts(parts, Body::empty())),
        Err(unread) => return Ok(Response::from_parts(parts, unread)),
    };
    let content = inflate(&compressed, limit)
        .map_err(|error| TransportError::new(TransportStage::Body, error))?
        .ok_or(ResponseTooLarge::new(limit))?;
    parts.headers.remove(CONTENT_ENCODING);
    parts.headers.remove(CONTENT_LENGTH);
    Ok(Response::from_parts(parts, content.into()))
}

/// Returns the decompressed content, or `None` if it has more bytes than `limit`.
fn inflate(compressed: &[u8], limit: usize) -> io::Result<Option<Bytes>> {
    let mut content = Vec::new();
    let enough = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(compressed).take(enough).read_to_end(&mut content)?;
    Ok((content.len() <= limit).then(|| content.into()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn content_of_exactly_the_limit_is_accepted() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(b"abcdef").unwrap();
        let compressed = encoder.finish().unwrap();
        assert_eq!(inflate(&compressed, 6).unwrap().as_deref(), Some(&b"abcdef"[..]));
        assert_eq!(inflate(&compressed, 5).unwrap(), None);
    }
}
