//! The retries of one call, as [`tower::retry`] asks for them.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use frameio_core::{Body, Call, CallOptions};
use http::{Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep};
use tower::retry::Policy;
use tracing::Level;

use super::policy::{Outcome, RetryPolicy};
use crate::auth::TokenRefreshed;
use crate::deadline::DeadlineAt;
use crate::failure::Failure;
use crate::record::{CallRecord, Phase};
use crate::retry_after::retry_after;
use crate::trace::names;

/// The retries of one call; tower clones it for each.
#[derive(Clone, Debug)]
pub struct Session {
    policy: Arc<RetryPolicy>,
    retries: u32,
    refreshed: bool,
}

impl Session {
    pub(super) fn new(policy: Arc<RetryPolicy>) -> Self {
        Self { policy, retries: 0, refreshed: false }
    }

    /// The wait before the next attempt, if there is to be one.
    fn next<R>(
        &mut self,
        request: &Request<Body>,
        outcome: Outcome,
        response: Option<&Response<R>>,
    ) -> Option<Duration> {
        if let Some(response) = response
            && response.status() == StatusCode::UNAUTHORIZED
            && response.extensions().get::<TokenRefreshed>().is_some()
            && !std::mem::replace(&mut self.refreshed, true)
        {
            return Some(Duration::ZERO);
        }
        let options = request.extensions().get::<CallOptions>().copied().unwrap_or_default();
        let Some(cause) = self.policy.cause(outcome, idempotent(request, &options)) else {
            if response.is_some() {
                self.policy.deposit();
            }
            return None;
        };
        if self.retries >= options.max_retries.unwrap_or(self.policy.max_retries) {
            return None;
        }
        let told = response.and_then(|response| retry_after(response.headers(), SystemTime::now()));
        let delay = self.policy.delay(cause, self.retries, told);
        let fits = request
            .extensions()
            .get::<DeadlineAt>()
            .is_none_or(|deadline| delay < deadline.0.saturating_duration_since(Instant::now()));
        if !fits || !self.policy.withdraw(cause) {
            return None;
        }
        self.retries += 1;
        Some(delay)
    }
}

/// Whether a replay of the request is harmless.
fn idempotent(request: &Request<Body>, options: &CallOptions) -> bool {
    options.idempotent.unwrap_or_else(|| match request.extensions().get::<Call>() {
        Some(call) => call.operation.idempotent,
        None => request.method().is_idempotent(),
    })
}

impl<R, E> Policy<Request<Body>, Response<R>, E> for Session
where
    E: AsRef<dyn StdError + Send + Sync>,
{
    type Future = Wait;

    fn retry(
        &mut self,
        request: &mut Request<Body>,
        result: &mut Result<Response<R>, E>,
    ) -> Option<Wait> {
        let outcome = match &result {
            Ok(response) => Outcome::Status(response.status()),
            Err(error) => Outcome::Failure(Failure::of(error.as_ref())),
        };
        let delay = self.next(request, outcome, result.as_ref().ok())?;
        let record = request.extensions().get::<CallRecord>();
        tracing::event!(
            name: names::RETRY_SCHEDULED,
            target: names::RETRY_TARGET,
            Level::DEBUG,
            {
                { names::ATTEMPT } = i64::from(record.map_or(1, CallRecord::attempts)) + 1,
                { names::DELAY_MS } = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX),
                { names::REASON } = outcome.name(),
            },
            "{}",
            names::RETRY_SCHEDULED
        );
        if delay.is_zero() {
            return Some(Wait { sleep: None });
        }
        if let Some(record) = record {
            record.enter(Phase::Backoff);
        }
        Some(Wait { sleep: Some(sleep(delay)) })
    }

    fn clone_request(&mut self, request: &Request<Body>) -> Option<Request<Body>> {
        let body = request.body().try_clone()?;
        let mut copy = Request::new(body);
        *copy.method_mut() = request.method().clone();
        *copy.uri_mut() = request.uri().clone();
        *copy.version_mut() = request.version();
        *copy.headers_mut() = request.headers().clone();
        *copy.extensions_mut() = request.extensions().clone();
        Some(copy)
    }
}

pin_project! {
    /// The wait before an attempt.
    pub struct Wait {
        #[pin]
        sleep: Option<Sleep>,
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().sleep.as_pin_mut() {
            Some(sleep) => sleep.poll(cx),
            None => Poll::Ready(()),
        }
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").finish_non_exhaustive()
    }
}
