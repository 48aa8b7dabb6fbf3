//! The attempts of one call, one after the other.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use frameio_core::{Attempts, Body};
use http::{Request, Response};
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};
use tower::Service;

use super::policy::Outcome;
use super::replayable_request::ReplayableRequest;
use super::session::Session;
use crate::record::{CallRecord, Phase, record};

pin_project! {
    /// The future of a [`Retry`](super::Retry).
    pub struct RetryFuture<S>
    where
        S: Service<Request<Body>>,
    {
        service: S,
        session: Session,
        record: CallRecord,
        // `None` if the request can be sent only once.
        replayable: Option<ReplayableRequest>,
        #[pin]
        step: Step<S::Future>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<F> {
        Attempt { #[pin] response: F },
        Wait { #[pin] sleep: Sleep },
        Again,
    }
}

impl<S: Service<Request<Body>>> RetryFuture<S> {
    /// Sends the first attempt through `ready`, and keeps `service` for the others.
    pub(super) fn new(
        ready: &mut S,
        service: S,
        session: Session,
        mut request: Request<Body>,
    ) -> Self {
        let record = record(request.extensions_mut());
        let replayable = ReplayableRequest::of(&request);
        let step = Step::Attempt { response: ready.call(begin(&record, request)) };
        Self { service, session, record, replayable, step }
    }
}

/// Writes an attempt to the record, and from the second on into the request.
fn begin(record: &CallRecord, mut request: Request<Body>) -> Request<Body> {
    let attempt = record.begin_attempt();
    record.enter(Phase::Attempt);
    if attempt > 1 {
        request.extensions_mut().insert(Attempts(attempt));
    }
    request
}

impl<S, R> Future for RetryFuture<S>
where
    S: Service<Request<Body>, Response = Response<R>>,
    S::Error: AsRef<dyn StdError + Send + Sync>,
{
    type Output = Result<Response<R>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.step.as_mut().project() {
                StepProjection::Attempt { response } => {
                    let result = ready!(response.poll(cx));
                    let outcome = Outcome::of(&result);
                    if outcome.may_have_been_sent() {
                        this.record.sent();
                    }
                    let Some(replayable) = this.replayable else { return Poll::Ready(result) };
                    match this.session.next(this.record, replayable, outcome, result.as_ref().ok())
                    {
                        None => return Poll::Ready(result),
                        Some(delay) if delay.is_zero() => Step::Again,
                        Some(delay) => {
                            this.record.enter(Phase::Backoff);
                            Step::Wait { sleep: sleep(delay) }
                        }
                    }
                }
                StepProjection::Wait { sleep } => {
                    ready!(sleep.poll(cx));
                    Step::Again
                }
                StepProjection::Again => {
                    ready!(this.service.poll_ready(cx))?;
                    let Some(replayable) = this.replayable else {
                        unreachable!("only a replayable request is sent again")
                    };
                    Step::Attempt {
                        response: this
                            .service
                            .call(begin(this.record, replayable.next_attempt(this.record))),
                    }
                }
            };
            this.step.set(next);
        }
    }
}

impl<S: Service<Request<Body>>> fmt::Debug for RetryFuture<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryFuture").field("record", &self.record).finish_non_exhaustive()
    }
}
