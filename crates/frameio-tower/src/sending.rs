//! Sending marker, which records when the transport begins to send a request.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use frameio_core::BoxError;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::error::FailureKind;
use crate::record::CallRecord;

/// Marks requests as sent when the future of the transport is first polled.
///
/// Place it directly around the transport, inside all other layers. Only requests that pass it
/// count as sent in [`CallRecord::may_have_been_sent`] and spend a quota slot; a request that waits
/// for a permit of another layer does not, and neither does one whose future a layer polls later. The transport
/// must therefore not send anything before its future is polled.
///
/// The mark is reverted if the transport reports that the request did not reach the service or was
/// not processed, for example with [`TransportStage::Connect`](crate::TransportStage::Connect) or
/// [`TransportStage::NotProcessed`](crate::TransportStage::NotProcessed). Requests without a
/// [`CallRecord`] pass unchanged.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SendingLayer;

impl SendingLayer {
    /// Creates the layer, which has no settings.
    pub const fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for SendingLayer {
    type Service = Sending<S>;

    fn layer(&self, inner: S) -> Sending<S> {
        Sending { inner }
    }
}

/// Service of a [`SendingLayer`].
#[derive(Clone, Copy, Debug)]
pub struct Sending<S> {
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Sending<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = SendingFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> SendingFuture<S::Future> {
        let record = request.extensions().get::<CallRecord>().cloned();
        SendingFuture { inner: self.inner.call(request), record, is_marked: false }
    }
}

pin_project! {
    /// Response future of a [`Sending`] service.
    #[derive(Debug)]
    pub struct SendingFuture<F> {
        #[pin]
        inner: F,
        record: Option<CallRecord>,
        is_marked: bool,
    }
}

impl<F, R, E> Future for SendingFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<R>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if !*this.is_marked {
            *this.is_marked = true;
            if let Some(record) = this.record {
                record.mark_sent();
            }
        }
        let result = ready!(this.inner.poll(cx)).map_err(Into::into);
        if let (Err(error), Some(record)) = (&result, this.record)
            && !FailureKind::of(&**error).may_have_been_sent()
        {
            record.mark_unsent();
        }
        Poll::Ready(result)
    }
}
