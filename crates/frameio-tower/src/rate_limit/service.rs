//! The service: takes a slot, sends, and learns from the answer.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use frameio_core::{BoxError, Call};
use http::{HeaderMap, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tokio::time::Instant;
use tower::Service;

use super::bucket::{self, Entry};
use super::event;
use super::layer::{RateLimitLayer, RateLimitMode};
use super::shared::{self, SharedSlot};
use super::wait::{Recorded, wait};
use crate::deadline::DeadlineAt;
use crate::error::{QuotaExhausted, QuotaStoreError};

/// The service of a [`RateLimitLayer`].
#[derive(Clone, Debug)]
pub struct RateLimit<S> {
    inner: S,
    layer: RateLimitLayer,
}

impl<S> RateLimit<S> {
    pub(super) fn new(inner: S, layer: RateLimitLayer) -> Self {
        Self { inner, layer }
    }
}

impl<S, B, R> Service<Request<B>> for RateLimit<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    S::Error: Into<BoxError>,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = RateLimitFuture<S, B>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // The inner service is made ready after the wait, or a permit of it would be held
        // meanwhile.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> RateLimitFuture<S, B> {
        let (slot, turn) = match enter(&self.layer, &request) {
            Ok(Admission::Free) => (None, None),
            Ok(Admission::Slot(slot)) => (Some(slot), None),
            Ok(Admission::Turn(turn)) => (None, Some(turn)),
            Err(error) => return RateLimitFuture { step: Step::Over { error: Some(error) } },
        };
        let service = self.inner.clone();
        RateLimitFuture { step: Step::Unsent { turn, slot, service, request: Some(request) } }
    }
}

type Turn = Pin<Box<dyn Future<Output = Result<Slot, BoxError>> + Send>>;

/// A slot, wherever the buckets are.
enum Slot {
    Local(bucket::Slot),
    Shared(SharedSlot),
}

impl Slot {
    fn spend(&mut self) {
        match self {
            Self::Local(slot) => slot.spend(),
            Self::Shared(slot) => slot.spend(),
        }
    }

    fn record_response(&self, status: StatusCode, headers: &HeaderMap) {
        match self {
            Self::Local(slot) => slot.record_response(status, headers),
            Self::Shared(slot) => slot.record_response(status, headers),
        }
    }
}

enum Admission {
    Free,
    Slot(Slot),
    Turn(Turn),
}

fn enter<B>(layer: &RateLimitLayer, request: &Request<B>) -> Result<Admission, QuotaExhausted> {
    let extensions = request.extensions();
    let mode = layer.current_mode();
    let Some(call) = extensions.get::<Call>().filter(|_| mode != RateLimitMode::Off) else {
        return Ok(Admission::Free);
    };
    let latest = match mode {
        RateLimitMode::FailFast => Some(Instant::now()),
        RateLimitMode::Wait => extensions.get::<DeadlineAt>().map(|deadline| deadline.0),
        RateLimitMode::Observe | RateLimitMode::Off => {
            let (slot, wait) = layer.bucket(call).observe();
            if let Some(wait) = wait {
                event::wait(call.operation.id, wait);
            }
            return Ok(Admission::Slot(Slot::Local(slot)));
        }
    };
    if let Some((store, bucket)) = layer.shared(call) {
        let (layer, call) = (layer.clone(), call.clone());
        let record = extensions.get().cloned();
        return Ok(Admission::Turn(Box::pin(async move {
            let error = match shared::wait(store, bucket, latest, record.clone()).await {
                Err(error) if error.is::<QuotaStoreError>() => error,
                slot => {
                    layer.shared_now();
                    return slot.map(Slot::Shared);
                }
            };
            let Some(bucket) = layer.fallback_bucket(&call) else { return Err(error) };
            Ok(Slot::Local(match bucket.enter(latest)? {
                Entry::Slot(slot) => slot,
                Entry::Queue(queued, turn) => {
                    event::wait(call.operation.id, turn.saturating_duration_since(Instant::now()));
                    wait(queued, record.map(Recorded::new)).await?
                }
            }))
        })));
    }
    Ok(match layer.bucket(call).enter(latest)? {
        Entry::Slot(slot) => Admission::Slot(Slot::Local(slot)),
        Entry::Queue(queued, turn) => {
            event::wait(call.operation.id, turn.saturating_duration_since(Instant::now()));
            let recorded = extensions.get().cloned().map(Recorded::new);
            Admission::Turn(Box::pin(async move { Ok(Slot::Local(wait(queued, recorded).await?)) }))
        }
    })
}

pin_project! {
    /// The future of a [`RateLimit`].
    pub struct RateLimitFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        step: Step<S, B>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<S, B>
    where
        S: Service<Request<B>>,
    {
        Unsent { turn: Option<Turn>, slot: Option<Slot>, service: S, request: Option<Request<B>> },
        Sent { slot: Option<Slot>, #[pin] response: S::Future },
        Over { error: Option<QuotaExhausted> },
    }
}

impl<S, B, R> Future for RateLimitFuture<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    type Output = Result<Response<R>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut step = self.project().step;
        let result = ready!(step.as_mut().poll(cx));
        // Nothing is held longer than it is needed, however long this future is kept.
        step.set(Step::Over { error: None });
        Poll::Ready(result)
    }
}

impl<S, B, R> Step<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Response<R>, BoxError>> {
        loop {
            let sent = match self.as_mut().project() {
                StepProjection::Unsent { turn, slot, service, request } => {
                    if let Some(waiting) = turn {
                        *slot = Some(ready!(waiting.as_mut().poll(cx))?);
                        *turn = None;
                    }
                    ready!(service.poll_ready(cx)).map_err(Into::into)?;
                    let Some(request) = request.take() else { finished() };
                    let mut slot = slot.take();
                    if let Some(slot) = &mut slot {
                        slot.spend();
                    }
                    Self::Sent { slot, response: service.call(request) }
                }
                StepProjection::Sent { slot, response } => {
                    let response = ready!(response.poll(cx)).map_err(Into::into)?;
                    if let Some(slot) = slot {
                        slot.record_response(response.status(), response.headers());
                    }
                    return Poll::Ready(Ok(response));
                }
                StepProjection::Over { error } => {
                    return match error.take() {
                        Some(error) => Poll::Ready(Err(error.into())),
                        None => finished(),
                    };
                }
            };
            self.set(sent);
        }
    }
}

fn finished() -> ! {
    panic!("polled after it was done")
}

impl<S: Service<Request<B>>, B> fmt::Debug for RateLimitFuture<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimitFuture").finish_non_exhaustive()
    }
}
