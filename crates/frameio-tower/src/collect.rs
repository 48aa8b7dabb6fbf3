//! Reading the body of an answer inside of the attempt.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use frameio_core::{Body, BoxError};
use http::{Request, Response};
use http_body::Body as HttpBody;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::error::{ResponseTooLarge, TransportError, TransportStage, find};

/// Reads the body of each answer, so that a connection lost in the middle of it is a failed
/// attempt, which can be retried, and not an answer that cannot be decoded.
///
/// A body of more than the limit is a [`ResponseTooLarge`], without reading what is over it, or
/// anything if its length is told beforehand. A body that fails is a [`TransportError`] of
/// [`TransportStage::Body`]. Headers stay as they came; trailers are dropped.
#[derive(Clone, Copy, Debug)]
pub struct CollectLayer {
    limit: usize,
}

impl CollectLayer {
    /// A layer that takes answers of up to `limit` bytes.
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

/// The service of a [`CollectLayer`].
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
    /// The future of a [`Collect`].
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
        Reading { head: Response<()>, #[pin] body: R, read: Read },
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
        loop {
            match this.state.as_mut().project() {
                CollectStateProjection::Waiting { future } => {
                    let (parts, body) = ready!(future.poll(cx)).map_err(Into::into)?.into_parts();
                    // What the body says and not the header, which is also that of a `HEAD`.
                    if body.size_hint().lower() > limit as u64 {
                        return Poll::Ready(Err(ResponseTooLarge::new(limit).into()));
                    }
                    let head = Response::from_parts(parts, ());
                    this.state.set(CollectState::Reading { head, body, read: Read::Nothing });
                }
                CollectStateProjection::Reading { head, body, read } => {
                    ready!(read.poll(body, limit, cx))?;
                    let body = std::mem::take(read).into_body();
                    return Poll::Ready(Ok(std::mem::take(head).map(|()| body)));
                }
            }
        }
    }
}

/// What has been read of a body. Most come in one piece, which is not copied.
///
/// No room is made for what a peer only promises to send.
#[derive(Debug, Default)]
enum Read {
    #[default]
    Nothing,
    Piece(Bytes),
    Pieces(BytesMut),
}

impl Read {
    /// Reads to the end.
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
            let frame = frame.map_err(|error| failed(error.into()))?;
            let Ok(data) = frame.into_data() else { continue };
            if data.remaining() > limit.saturating_sub(self.len()) {
                return Poll::Ready(Err(ResponseTooLarge::new(limit).into()));
            }
            self.push(data);
        }
        Poll::Ready(Ok(()))
    }

    fn len(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Piece(piece) => piece.len(),
            Self::Pieces(pieces) => pieces.len(),
        }
    }

    fn push(&mut self, mut data: impl Buf) {
        match self {
            Self::Nothing => *self = Self::Piece(data.copy_to_bytes(data.remaining())),
            Self::Piece(first) => {
                let mut pieces = BytesMut::with_capacity(first.len() + data.remaining());
                pieces.extend_from_slice(first);
                pieces.put(data);
                *self = Self::Pieces(pieces);
            }
            Self::Pieces(pieces) => pieces.put(data),
        }
    }

    fn into_body(self) -> Body {
        match self {
            Self::Nothing => Body::empty(),
            Self::Piece(piece) => piece.into(),
            Self::Pieces(pieces) => pieces.freeze().into(),
        }
    }
}

/// The error of a body, unless a layer inside has said already that it is too large.
fn failed(error: BoxError) -> BoxError {
    match find::<ResponseTooLarge>(&*error) {
        Some(too_large) => (*too_large).into(),
        None => TransportError::new(TransportStage::Body, error).into(),
    }
}
