//! Decompression of responses.
//!
//! tower-http's layer is not used because it returns only the first member of a gzip file with
//! several, requires `gzip` in lower case, and fails on an empty body.

use std::fmt;
use std::future::Future;
use std::io::{self, BufRead, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use flate2::bufread::MultiGzDecoder;
use frameio_core::{Body, BoxError};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use http::response::Parts;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tokio::task::yield_now;
use tower::{Layer, Service};

use crate::collect::keep_error_response;
use crate::error::{InvalidContent, ResponseTooLarge};

/// Decompresses responses with the encoding `gzip` or `x-gzip`, and leaves others unchanged.
///
/// Place it directly outside [`CollectLayer`](crate::CollectLayer): it works on collected bodies, so
/// that the many responses without compression cost nothing. Removes the headers `content-encoding` and
/// `content-length` of a decompressed response.
///
/// Large content is decompressed in steps, between which other tasks run, so a large response or a
/// decompression bomb does not block the thread. Needs a runtime of tokio.
///
/// Does not request gzip: the stack adds the header `accept-encoding` in its headers layer, where it
/// costs half as much as here.
///
/// # Errors
///
/// Fails with [`ResponseTooLarge`] if the content exceeds the limit, and with [`InvalidContent`] if the
/// body is not valid gzip. A response with a status of 400 or more does not fail: it has the content
/// before the fault, and the extension [`IncompleteBody`](crate::IncompleteBody).
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
        DecompressFuture { inner: self.inner.call(request), limit: self.limit, inflating: None }
    }
}

pin_project! {
    /// Future of [`Decompress`].
    pub struct DecompressFuture<F> {
        #[pin]
        inner: F,
        limit: usize,
        // Set for content that takes more than one step.
        inflating: Option<Inflating>,
    }
}

type Inflating = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

impl<F> fmt::Debug for DecompressFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecompressFuture").finish_non_exhaustive()
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
        if this.inflating.is_none() {
            let response = ready!(this.inner.poll(cx)).map_err(Into::into)?;
            let headers = response.headers();
            if !headers.contains_key(CONTENT_ENCODING) || !is_gzip(headers) {
                return Poll::Ready(Ok(response));
            }
            if let Some(done) = start(response, *this.limit, this.inflating) {
                return Poll::Ready(done);
            }
        }
        match this.inflating {
            Some(inflating) => inflating.as_mut().poll(cx),
            None => unreachable!("`start` sets it"),
        }
    }
}

/// Takes the first step, which is the only one for most responses. Returns the response, or sets the
/// future of the other steps.
///
/// Out of line, to keep the stack frame of uncompressed responses small.
#[inline(never)]
fn start(
    response: Response<Body>,
    limit: usize,
    inflating: &mut Option<Inflating>,
) -> Option<Result<Response<Body>, BoxError>> {
    let (parts, body) = response.into_parts();
    // The response to a `HEAD` has these headers without a body.
    let compressed = match body.try_into_bytes() {
        Ok(compressed) if !compressed.is_empty() => compressed,
        Ok(_) => return Some(Ok(Response::from_parts(parts, Body::empty()))),
        Err(unread) => return Some(Ok(Response::from_parts(parts, unread))),
    };
    let decoder = MultiGzDecoder::new(Metered { rest: compressed, allowed: 0 });
    let mut inflation = Inflation { parts, decoder, content: Vec::new(), limit };
    match inflation.step() {
        Ok(true) => return Some(Ok(inflation.into_response())),
        Ok(false) => *inflating = Some(Box::pin(inflation.finish())),
        Err(error) => return Some(inflation.fail(error)),
    }
    None
}

/// Returns whether gzip is the only encoding.
#[inline(never)]
fn is_gzip(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(CONTENT_ENCODING).iter();
    let codings = codings.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let mut codings = codings
        .map(<[u8]>::trim_ascii)
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"));
    let first = codings.next().is_some_and(|coding| {
        coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip")
    });
    first && codings.next().is_none()
}

/// Maximum number of bytes that a step reads, and that it writes. A step takes about a millisecond.
const STEP_INPUT: usize = 16 << 10;
const STEP_OUTPUT: usize = 256 << 10;

/// Response that is being decompressed.
struct Inflation {
    parts: Parts,
    decoder: MultiGzDecoder<Metered>,
    content: Vec<u8>,
    limit: usize,
}

impl Inflation {
    /// Takes the remaining steps. Other tasks run in between, and time limits are checked.
    async fn finish(mut self) -> Result<Response<Body>, BoxError> {
        loop {
            yield_now().await;
            match self.step() {
                Ok(true) => return Ok(self.into_response()),
                Ok(false) => {}
                Err(error) => return self.fail(error),
            }
        }
    }

    /// Decompresses a part. Returns whether it was the last one.
    fn step(&mut self) -> Result<bool, BoxError> {
        self.decoder.get_mut().allowed = STEP_INPUT;
        // One byte more than the limit shows that the content is too large.
        let room = STEP_OUTPUT.min(self.limit.saturating_sub(self.content.len()).saturating_add(1));
        let mut part = (&mut self.decoder).take(u64::try_from(room).unwrap_or(u64::MAX));
        let ended = match part.read_to_end(&mut self.content) {
            Ok(read) => read < room,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => false,
            Err(error) => {
                return Err(InvalidContent::new(error).status(self.parts.status).into());
            }
        };
        if self.content.len() > self.limit {
            self.content.truncate(self.limit);
            return Err(ResponseTooLarge::new(self.limit).status(self.parts.status).into());
        }
        Ok(ended)
    }

    fn into_response(mut self) -> Response<Body> {
        self.parts.headers.remove(CONTENT_ENCODING);
        self.parts.headers.remove(CONTENT_LENGTH);
        Response::from_parts(self.parts, self.content.into())
    }

    fn fail(self, error: BoxError) -> Result<Response<Body>, BoxError> {
        keep_error_response(self.into_response(), error)
    }
}

/// Reader that blocks after the allowed number of bytes, so that a step ends even if its input, such
/// as many empty files, has no content.
struct Metered {
    rest: Bytes,
    allowed: usize,
}

impl BufRead for Metered {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.allowed == 0 && !self.rest.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(self.rest.get(..self.allowed).unwrap_or(&self.rest))
    }

    fn consume(&mut self, read: usize) {
        self.rest.advance(read);
        self.allowed -= read;
    }
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}
