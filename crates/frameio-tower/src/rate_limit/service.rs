//! The service: takes a slot, sends, and learns from the answer.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use frameio_core::{BoxError, Call, RateLimitInfo};
use http::{Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tokio::time::Instant;
use tower::util::Oneshot;
use tower::{Service, ServiceExt};

use super::TARGET;
use super::bucket::{Bucket, Change, Slot};
use super::buckets::Buckets;
use super::config::{Config, RateLimitMode};
use super::queue::Turn;
use crate::deadline::DeadlineAt;
use crate::error::QuotaExhausted;
use crate::record::{CallRecord, Phase};
use crate::retry_after::retry_after;

/// The service of a [`RateLimitLayer`](super::RateLimitLayer).
#[derive(Clone)]
pub struct RateLimit<S> {
    inner: S,
    buckets: Arc<Buckets>,
    config: Arc<Config>,
}

impl<S> RateLimit<S> {
    pub(super) fn new(inner: S, buckets: Arc<Buckets>, config: Arc<Config>) -> Self {
        Self { inner, buckets, config }
    }
}

impl<S: fmt::Debug> fmt::Debug for RateLimit<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit")
            .field("inner", &self.inner)
            .field("mode", &self.config.mode)
            .finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for RateLimit<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Send + 'static,
    R: 'static,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = RateLimitFuture<S, B>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // The inner service is made ready after the wait, or a permit of it would be held
        // meanwhile.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let inner = self.inner.clone();
        let call = request.extensions().get::<Call>();
        let Some(call) = call.filter(|_| self.config.mode != RateLimitMode::Off) else {
            return RateLimitFuture {
                step: Step::Send { send: inner.oneshot(request) },
                slot: None,
            };
        };
        let operation = call.operation.id;
        let bucket = self.buckets.get(call, &self.config);
        let wait = match (bucket.try_take(), self.config.mode) {
            (Ok(slot), _) => {
                let slot = Some(Taken { slot, bucket, operation });
                return RateLimitFuture { step: Step::Send { send: inner.oneshot(request) }, slot };
            }
            (Err(_), RateLimitMode::Observe) => {
                let slot = Some(Taken { slot: bucket.take_anyway(), bucket, operation });
                return RateLimitFuture { step: Step::Send { send: inner.oneshot(request) }, slot };
            }
            (Err(wait), _) => wait,
        };
        let deadline = request.extensions().get::<DeadlineAt>().map(|deadline| deadline.0);
        let too_late = deadline.is_some_and(|deadline| Instant::now() + wait > deadline);
        if too_late || self.config.mode == RateLimitMode::FailFast {
            let error = Some(QuotaExhausted::new(wait));
            return RateLimitFuture { step: Step::Refused { error }, slot: None };
        }
        tracing::debug!(
            name: "rate_limit.wait", target: TARGET,
            operation, wait_ms = millis(wait), "rate_limit.wait",
        );
        let turn = wait_for_turn(bucket.clone(), deadline, request.extensions().get().cloned());
        RateLimitFuture {
            step: Step::Wait { turn: Box::pin(turn), inner: Some((inner, request)) },
            slot: Some(Taken { slot: Slot::default(), bucket, operation }),
        }
    }
}

async fn wait_for_turn(
    bucket: Arc<Bucket>,
    deadline: Option<Instant>,
    record: Option<CallRecord>,
) -> Result<Slot, QuotaExhausted> {
    let _waiting = record.map(Waiting::new);
    Turn::new(bucket, deadline).await
}

/// Tells the record of a wait, however it ends.
struct Waiting {
    record: CallRecord,
    since: Instant,
}

impl Waiting {
    fn new(record: CallRecord) -> Self {
        record.enter(Phase::Quota);
        Self { record, since: Instant::now() }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.record.add_quota_wait(self.since.elapsed());
    }
}

pin_project! {
    /// The future of a [`RateLimit`].
    pub struct RateLimitFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        step: Step<S, B>,
        slot: Option<Taken>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<S, B>
    where
        S: Service<Request<B>>,
    {
        Refused { error: Option<QuotaExhausted> },
        Wait {
            turn: Pin<Box<dyn Future<Output = Result<Slot, QuotaExhausted>> + Send>>,
            inner: Option<(S, Request<B>)>,
        },
        Send { #[pin] send: Oneshot<S, Request<B>> },
    }
}

/// A slot, and the bucket that it was taken from.
struct Taken {
    slot: Slot,
    bucket: Arc<Bucket>,
    operation: &'static str,
}

impl<S, B, R> Future for RateLimitFuture<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
{
    type Output = Result<Response<R>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let send = match this.step.as_mut().project() {
                StepProjection::Refused { error } => {
                    let error = error.take().unwrap_or(QuotaExhausted::new(Duration::ZERO));
                    return Poll::Ready(Err(error.into()));
                }
                StepProjection::Wait { turn, inner } => {
                    let slot = ready!(turn.as_mut().poll(cx))?;
                    if let Some(taken) = this.slot {
                        taken.slot = slot;
                    }
                    match inner.take() {
                        Some((inner, mut request)) => {
                            if let Some(record) = request.extensions_mut().get::<CallRecord>() {
                                record.enter(Phase::Attempt);
                            }
                            inner.oneshot(request)
                        }
                        None => return Poll::Pending,
                    }
                }
                StepProjection::Send { send } => {
                    let answer = ready!(send.poll(cx)).map_err(Into::into)?;
                    if let Some(taken) = this.slot.take() {
                        taken.learn(&answer);
                    }
                    return Poll::Ready(Ok(answer));
                }
            };
            this.step.set(Step::Send { send });
        }
    }
}

impl<S: Service<Request<B>>, B> fmt::Debug for RateLimitFuture<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimitFuture").finish_non_exhaustive()
    }
}

impl Taken {
    /// Corrects the bucket by the answer.
    fn learn<R>(self, answer: &Response<R>) {
        let told = RateLimitInfo::from_headers(answer.headers());
        let learned = told.and_then(|told| self.bucket.learn(self.slot, told));
        self.tell(learned);
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            let wait = retry_after(answer.headers(), SystemTime::now());
            self.tell(self.bucket.pause(wait));
        } else {
            self.bucket.came_through();
        }
    }

    fn tell(&self, change: Option<Change>) {
        let operation = self.operation;
        match change {
            None => {}
            Some(Change::Quota(quota)) => tracing::debug!(
                name: "rate_limit.corrected", target: TARGET, operation, %quota,
                "rate_limit.corrected",
            ),
            Some(Change::Drained(calls)) => tracing::debug!(
                name: "rate_limit.corrected", target: TARGET, operation, spent_elsewhere = i64::from(calls),
                "rate_limit.corrected",
            ),
            Some(Change::Paused(wait)) => tracing::warn!(
                name: "rate_limit.paused", target: TARGET, operation, wait_ms = millis(wait),
                "rate_limit.paused",
            ),
        }
    }
}

fn millis(wait: Duration) -> i64 {
    i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)
}
