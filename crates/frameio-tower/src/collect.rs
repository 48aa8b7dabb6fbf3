//! Collection of response bodies.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use frameio_core::{Body, BoxError};
use http::response::Parts;
use http::{Request, Response};
use http_body::Body as HttpBody;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::error::{ResponseTooLarge, TransportError, TransportStage, find};

/// Reads each response body into memory, so that a connection that breaks in the middle of a body
/// fails the attempt and can be retried.
///
/// A body with more bytes than the limit fails with [`ResponseTooLarge`], without being read if its
/// length is known in advance. A body that cannot be read fails with a [`TransportError`] of
/// [`TransportStage::Body`]. Headers are unchanged, and trailers are dropped.
///
/// A response with a status of 400 or more does not fail, because its status and headers are more
/// important than its body. It has the part of the body that arrived, up to the limit, and the
/// extension [`IncompleteBody`].
#[derive(Clone, Copy, Debug)]
pub struct CollectLayer {
    limit: usize,
}

impl CollectLayer {
    /// Creates a layer that accepts bodies of up to `limit` bytes.
    pub const fn new(limit: usize) -> Self {
        Self { limit }
    }
}

impl<S> Layer<S> for CollectLayer {
    type Service = Collect<S>;

    fn layer(&self, inner: S) -> Collect<S> {
        Collect { inner, limit: self.limit }
    }
}

/// Service of a [`CollectLayer`].
#[derive(Clone, Copy, Debug)]
pub struct Collect<S> {
    inner: S,
    limit: usize,
}

impl<S, B, R> Service<Request<B>> for Collect<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    R: HttpBody,
    R::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = CollectFuture<S::Future, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> CollectFuture<S::Future, R> {
        let state = CollectState::Waiting { future: self.inner.call(request) };
        CollectFuture { state, limit: self.limit }
    }
}

pin_project! {
    /// Response future of a [`Collect`] service.
    #[derive(Debug)]
    pub struct CollectFuture<F, R> {
        #[pin]
        state: CollectState<F, R>,
        limit: usize,
    }
}

pin_project! {
    #[project = CollectStateProjection]
    #[derive(Debug)]
    enum CollectState<F, R> {
        Waiting { #[pin] future: F },
        // The head is boxed, because most bodies arrive together with it and are read in one poll.
        Reading { #[pin] body: R, collected: Collected, head: Option<Box<Parts>> },
    }
}

impl<F, R, E> Future for CollectFuture<F, R>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: Into<BoxError>,
    R: HttpBody,
    R::Error: Into<BoxError>,
{
    type Output = Result<Response<Body>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let limit = *this.limit;
        let mut arrived = None;
        if let CollectStateProjection::Waiting { future } = this.state.as_mut().project() {
            let (parts, body) = ready!(future.poll(cx)).map_err(Into::into)?.into_parts();
            // The hint of the body, because the response to a `HEAD` has a `content-length` without
            // a body.
            if body.size_hint().lower() > limit as u64 {
                let error = ResponseTooLarge::new(limit).into();
                return Poll::Ready(incomplete(parts, Body::empty(), error));
            }
            arrived = Some(parts);
            let collected = Collected::Empty;
            this.state.set(CollectState::Reading { body, collected, head: None });
        }
        let CollectStateProjection::Reading { body, collected, head } = this.state.project() else {
            unreachable!("the future of the response has completed")
        };
        let Poll::Ready(result) = collected.poll(body, limit, cx) else {
            *head = head.take().or_else(|| arrived.map(Box::new));
            return Poll::Pending;
        };
        let Some(parts) = arrived.or_else(|| head.take().map(|head| *head)) else {
            panic!("polled after completion")
        };
        let body = std::mem::take(collected).into_body();
        Poll::Ready(match result {
            Ok(()) => Ok(Response::from_parts(parts, body)),
            Err(error) => incomplete(parts, body, error),
        })
    }
}

/// Bytes read so far. A body that consists of one chunk, as most do, is not copied.
///
/// Allocates only for bytes that have arrived, not for the length that the peer announces.
#[derive(Debug, Default)]
enum Collected {
    #[default]
    Empty,
    Chunk(Bytes),
    Chunks(BytesMut),
}

impl Collected {
    /// Reads the body to its end, or up to the limit if it is larger.
    fn poll<R>(
        &mut self,
        mut body: Pin<&mut R>,
        limit: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), BoxError>>
    where
        R: HttpBody,
        R::Error: Into<BoxError>,
    {
        while !body.is_end_stream() {
            let Some(frame) = ready!(body.as_mut().poll_frame(cx)) else { break };
            let frame = frame.map_err(Into::into)?;
            let Ok(data) = frame.into_data() else { continue };
            let room = limit.saturating_sub(self.len());
            if data.remaining() > room {
                self.push(data.take(room));
                return Poll::Ready(Err(ResponseTooLarge::new(limit).into()));
            }
            self.push(data);
        }
        Poll::Ready(Ok(()))
    }

    fn len(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Chunk(chunk) => chunk.len(),
            Self::Chunks(chunks) => chunks.len(),
        }
    }

    fn push(&mut self, mut data: impl Buf) {
        match self {
            Self::Empty => *self = Self::Chunk(data.copy_to_bytes(data.remaining())),
            Self::Chunk(first) => {
                let mut chunks = BytesMut::with_capacity(first.len() + data.remaining());
                chunks.extend_from_slice(first);
                chunks.put(data);
                *self = Self::Chunks(chunks);
            }
            Self::Chunks(chunks) => chunks.put(data),
        }
    }

    fn into_body(self) -> Body {
        match self {
            Self::Empty => Body::empty(),
            Self::Chunk(chunk) => chunk.into(),
            Self::Chunks(chunks) => chunks.freeze().into(),
        }
    }
}

/// Response extension: the body of an error response is not complete.
///
/// Contains the reason as its source, such as a [`TransportError`] or [`ResponseTooLarge`].
#[derive(Clone, Debug)]
pub struct IncompleteBody(Arc<dyn StdError + Send + Sync>);

impl fmt::Display for IncompleteBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the body is incomplete: {}", self.0)
    }
}

impl StdError for IncompleteBody {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}

/// Returns an error response with the part of its body that arrived, and the error for another status.
///
/// Keeps the `ResponseTooLarge` of an inner layer.
#[cold]
fn incomplete(parts: Parts, body: Body, error: BoxError) -> Result<Response<Body>, BoxError> {
    let status = parts.status;
    let error = match find::<ResponseTooLarge>(&*error) {
        Some(too_large) => too_large.status(status).into(),
        None => TransportError::new(TransportStage::Body, error).status(status).into(),
    };
    keep_error_response(Response::from_parts(parts, body), error)
}

/// Returns a response with a status of 400 or more, marked as incomplete, and otherwise the error.
#[cold]
pub(crate) fn keep_error_response(
    mut response: Response<Body>,
    error: BoxError,
) -> Result<Response<Body>, BoxError> {
    if response.status().as_u16() < 400 {
        return Err(error);
    }
    response.extensions_mut().get_or_insert_with(|| IncompleteBody(error.into()));
    Ok(response)
}
