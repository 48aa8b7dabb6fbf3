//! Service that takes a slot, passes the request on, and learns from the response.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use frameio_core::{BoxError, Call};
use http::{HeaderMap, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tokio::time::Instant;
use tower::Service;

use super::bucket::{self, Bucket, Entry, Sending};
use super::events;
use super::layer::{RateLimitLayer, RateLimitMode};
use super::queue::{RecordedWait, wait};
use super::store::{QuotaBucket, SharedSlot, Store, wait_for_turn};
use crate::deadline::DeadlineAt;
use crate::error::{QuotaExhausted, QuotaStoreError};
use crate::ready::{NotReady, ready_or_take};
use crate::record::{self, CallRecord};

/// Service of a [`RateLimitLayer`].
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
        // The inner service becomes ready after the wait. Otherwise a waiting call would hold one of
        // its permits.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> RateLimitFuture<S, B> {
        let marked = self.layer.spends_when_sent();
        let slot = match enter(&self.layer, &request) {
            Ok(Admission::Free) => None,
            Ok(Admission::Slot(slot)) => Some(slot),
            Ok(Admission::Turn(turn)) => {
                let (service, request) = (self.inner.clone(), Some(request));
                let turn = Some(turn);
                return RateLimitFuture::wait(Waiting {
                    turn,
                    slot: None,
                    marked,
                    service,
                    request,
                });
            }
            Err(error) => return RateLimitFuture::failed(error.into()),
        };
        // Most inner services are ready immediately, which saves a clone and moving the request.
        match ready_or_take(&mut self.inner) {
            Ok(ready) => RateLimitFuture { step: pass(ready, slot, marked, request) },
            Err(NotReady::Pending(service)) => {
                let request = Some(request);
                RateLimitFuture::wait(Waiting { turn: None, slot, marked, service, request })
            }
            Err(NotReady::Failed(error)) => RateLimitFuture::failed(error.into()),
        }
    }
}

type Turn = Pin<Box<dyn Future<Output = Result<Slot, BoxError>> + Send>>;

/// Slot in memory or in a store, returned when dropped unless its request was sent.
enum Slot {
    Local(bucket::Slot),
    Shared(SharedSlot),
}

impl Slot {
    /// Records that the request is passed to the inner service.
    fn pass(&mut self, sending: Sending) {
        match self {
            Self::Local(slot) => slot.pass(sending),
            Self::Shared(slot) => slot.pass(sending),
        }
    }

    /// Records that the future of the inner service is polled.
    fn poll(&mut self) {
        match self {
            Self::Local(slot) => slot.poll(),
            Self::Shared(slot) => slot.poll(),
        }
    }

    fn record_response(&self, status: StatusCode, headers: &HeaderMap) {
        match self {
            Self::Local(slot) => slot.record_response(status, headers),
            Self::Shared(slot) => slot.record_response(status, headers),
        }
    }
}

/// Admission of a call.
enum Admission {
    /// The call has no quota.
    Free,
    Slot(Slot),
    Turn(Turn),
}

impl Admission {
    // Out of line, to keep the stack frame of calls that need not wait small.
    #[cold]
    #[inline(never)]
    fn turn(turn: impl Future<Output = Result<Slot, BoxError>> + Send + 'static) -> Self {
        Self::Turn(Box::pin(turn))
    }
}

/// Takes a slot for a request, or returns the wait for one.
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
                events::wait(call.operation.id, wait);
            }
            return Ok(Admission::Slot(Slot::Local(slot)));
        }
    };
    let record = || extensions.get().cloned();
    if let Some((store, bucket)) = layer.shared(call) {
        let turn = enter_store(store, bucket, layer.clone(), call.clone(), latest, record());
        return Ok(Admission::turn(turn));
    }
    enter_bucket(layer.bucket(call), call, latest, record)
}

/// Waits for a slot of the store or, while it is unavailable, of a bucket in memory.
async fn enter_store(
    store: Store,
    bucket: QuotaBucket,
    layer: RateLimitLayer,
    call: Call,
    latest: Option<Instant>,
    record: Option<CallRecord>,
) -> Result<Slot, BoxError> {
    let error = match wait_for_turn(store, bucket, latest, record.clone()).await {
        Err(error) if error.is::<QuotaStoreError>() => error,
        slot => {
            layer.shared_now();
            return slot.map(Slot::Shared);
        }
    };
    let Some(bucket) = layer.fallback_bucket(&call) else { return Err(error) };
    match enter_bucket(bucket, &call, latest, || record)? {
        Admission::Turn(turn) => turn.await,
        Admission::Slot(slot) => Ok(slot),
        Admission::Free => Err(error),
    }
}

/// Takes a slot of a bucket in memory, or returns the wait for one.
fn enter_bucket(
    bucket: Arc<Bucket>,
    call: &Call,
    latest: Option<Instant>,
    record: impl FnOnce() -> Option<CallRecord>,
) -> Result<Admission, QuotaExhausted> {
    Ok(match bucket.enter(latest)? {
        Entry::Slot(slot) => Admission::Slot(Slot::Local(slot)),
        Entry::Queue(queued, turn) => {
            events::wait(call.operation.id, turn.saturating_duration_since(Instant::now()));
            let recorded = record().map(RecordedWait::new);
            Admission::turn(async move { Ok(Slot::Local(wait(queued, recorded).await?)) })
        }
    })
}

/// Request that waits for its turn or for the inner service. Boxed, because few requests wait, and it
/// is larger than the future of the inner service.
struct Waiting<S, B> {
    turn: Option<Turn>,
    slot: Option<Slot>,
    marked: bool,
    service: S,
    request: Option<Request<B>>,
}

pin_project! {
    /// Response future of a [`RateLimit`] service.
    pub struct RateLimitFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        step: Step<S, B>,
    }
}

impl<S: Service<Request<B>>, B> RateLimitFuture<S, B> {
    #[cold]
    #[inline(never)]
    fn wait(waiting: Waiting<S, B>) -> Self {
        Self { step: Step::Waiting { waiting: Box::new(waiting) } }
    }

    fn failed(error: BoxError) -> Self {
        Self { step: Step::Done { error: Some(error) } }
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<S, B>
    where
        S: Service<Request<B>>,
    {
        Waiting { waiting: Box<Waiting<S, B>> },
        Passed { slot: Option<Slot>, #[pin] response: S::Future },
        Done { error: Option<BoxError> },
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
        // Releases the slot even if this future is not dropped.
        step.set(Step::Done { error: None });
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
            match self.as_mut().project() {
                StepProjection::Waiting { .. } => ready!(self.as_mut().poll_pass(cx))?,
                StepProjection::Passed { slot, response } => {
                    if let Some(slot) = slot {
                        slot.poll();
                    }
                    let response = ready!(response.poll(cx)).map_err(Into::into)?;
                    if let Some(slot) = slot {
                        slot.record_response(response.status(), response.headers());
                    }
                    return Poll::Ready(Ok(response));
                }
                StepProjection::Done { error } => {
                    return match error.take() {
                        Some(error) => Poll::Ready(Err(error)),
                        None => completed(),
                    };
                }
            }
        }
    }

    /// Passes the request when its turn has come and the service is ready. Out of line, to keep the
    /// stack frame of other polls small.
    #[cold]
    #[inline(never)]
    fn poll_pass(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        if let StepProjection::Waiting { waiting } = self.as_mut().project() {
            let Waiting { turn, slot, marked, service, request } = &mut **waiting;
            if let Some(waiting) = turn {
                *slot = Some(ready!(waiting.as_mut().poll(cx))?);
                *turn = None;
            }
            ready!(service.poll_ready(cx)).map_err(Into::into)?;
            let Some(request) = request.take() else { completed() };
            let passed = pass(service, slot.take(), *marked, request);
            self.set(passed);
        }
        Poll::Ready(Ok(()))
    }
}

/// Passes a request to a service that is ready.
fn pass<S, B>(
    service: &mut S,
    mut slot: Option<Slot>,
    marked: bool,
    mut request: Request<B>,
) -> Step<S, B>
where
    S: Service<Request<B>>,
{
    if let Some(slot) = &mut slot {
        slot.pass(if marked {
            Sending::marked(record::record(request.extensions_mut()))
        } else {
            Sending::Waiting
        });
    }
    Step::Passed { slot, response: service.call(request) }
}

fn completed() -> ! {
    panic!("polled after completion")
}

impl<S: Service<Request<B>>, B> fmt::Debug for RateLimitFuture<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimitFuture").finish_non_exhaustive()
    }
}
