//! Future of a call with its attempts and delays.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use frameio_core::{BoxError, CloneBody};
use http::{Request, Response};
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};
use tower::Service;

use super::replayable_request::ReplayableRequest;
use super::retry_state::RetryState;
use crate::error::FailureKind;
use crate::record::{CallRecord, Phase, record};

pin_project! {
    /// Response future of a [`Retry`](super::Retry) service.
    #[project = RetryFutureProjection]
    pub struct RetryFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        service: S,
        state: RetryState,
        record: CallRecord,
        // Number of sends before the current attempt.
        sends: u32,
        // `None` if the body cannot be cloned.
        replayable: Option<Box<ReplayableRequest<B>>>,
        #[pin]
        step: Step<S::Future>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<F> {
        Attempt { #[pin] response: F },
        Wait { #[pin] sleep: Sleep },
        Resend,
    }
}

impl<S: Service<Request<B>>, B: CloneBody> RetryFuture<S, B> {
    /// Sends the first attempt through `ready`, and keeps `service` for later attempts.
    pub(super) fn new(
        ready: &mut S,
        service: S,
        state: RetryState,
        mut request: Request<B>,
    ) -> Self {
        let record = record(request.extensions_mut());
        let replayable = if state.resends(request.extensions()) {
            ReplayableRequest::of(&request)
        } else {
            None
        };
        let sends = record.sends();
        record.enter(Phase::Attempt);
        let step = Step::Attempt { response: ready.call(request) };
        Self { service, state, record, sends, replayable, step }
    }
}

/// Returns whether the service may have received the attempt that just ended.
///
/// Without a sending marker in the stack, the kind of the failure decides.
pub(super) fn was_sent(record: &CallRecord, before: u32, failure: Option<FailureKind>) -> bool {
    if record.tracks_sending() {
        return record.sends() > before;
    }
    let sent = failure.is_none_or(FailureKind::may_have_been_sent);
    if sent {
        record.add_send();
    }
    sent
}

impl<S, B, R> Future for RetryFuture<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    B: CloneBody,
{
    type Output = Result<Response<R>, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.as_mut().project();
        loop {
            if let StepProjection::Attempt { response } = this.step.as_mut().project() {
                let result = ready!(response.poll(cx)).map_err(Into::into);
                let outcome = result.as_ref().map_err(|error| FailureKind::of(&**error));
                let sent = was_sent(this.record, *this.sends, outcome.as_ref().err().copied());
                let Some(replayable) = this.replayable else { return Poll::Ready(result) };
                let (known, method) = (&replayable.known, replayable.is_idempotent_method());
                match this.state.next_delay(this.record, known, outcome, sent, method) {
                    None => return Poll::Ready(result),
                    Some(delay) => this.wait(delay),
                }
            }
            ready!(this.poll_resend(cx)).map_err(Into::into)?;
        }
    }
}

// Out of line, to keep the stack frame of other polls small.
impl<S: Service<Request<B>>, B: CloneBody> RetryFutureProjection<'_, S, B> {
    /// Starts the delay before the next attempt.
    #[cold]
    #[inline(never)]
    fn wait(&mut self, delay: Duration) {
        self.step.set(if delay.is_zero() {
            Step::Resend
        } else {
            self.record.enter(Phase::Backoff);
            Step::Wait { sleep: sleep(delay) }
        });
    }

    /// Starts the next attempt after the delay, when the service is ready.
    #[cold]
    #[inline(never)]
    fn poll_resend(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        if let StepProjection::Wait { sleep } = self.step.as_mut().project() {
            ready!(sleep.poll(cx));
            self.step.set(Step::Resend);
        }
        ready!(self.service.poll_ready(cx))?;
        let Some(request) = self.replayable.as_ref().and_then(|it| it.next_attempt(self.record))
        else {
            unreachable!("a request without a copy is never resent")
        };
        *self.sends = self.record.sends();
        self.record.enter(Phase::Attempt);
        let response = self.service.call(request);
        self.step.set(Step::Attempt { response });
        Poll::Ready(Ok(()))
    }
}

impl<S: Service<Request<B>>, B> fmt::Debug for RetryFuture<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryFuture").field("record", &self.record).finish_non_exhaustive()
    }
}
