//! Whether a call has another attempt.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{Response, StatusCode};
use tokio::time::Instant;
use tracing::Level;

use super::policy::{Outcome, RetryPolicy};
use super::replayable_request::ReplayableRequest;
use crate::auth::TokenRefreshed;
use crate::record::CallRecord;
use crate::retry_after::retry_after;
use crate::trace::names;

/// The retries of one call so far.
#[derive(Debug)]
pub(super) struct Session {
    policy: Arc<RetryPolicy>,
    retries: u32,
    refreshed: bool,
}

impl Session {
    pub(super) fn new(policy: Arc<RetryPolicy>) -> Self {
        Self { policy, retries: 0, refreshed: false }
    }

    /// The wait before the next attempt, if there is to be one.
    pub(super) fn next<R>(
        &mut self,
        record: &CallRecord,
        replayable: &ReplayableRequest,
        outcome: Outcome,
        response: Option<&Response<R>>,
    ) -> Option<Duration> {
        let delay = self.delay(replayable, outcome, response)?;
        tracing::event!(
            name: names::RETRY_SCHEDULED,
            target: names::RETRY_TARGET,
            Level::DEBUG,
            {
                { names::ATTEMPT } = i64::from(record.attempts()) + 1,
                { names::DELAY_MS } = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX),
                { names::REASON } = outcome.name(),
            },
            "{}",
            names::RETRY_SCHEDULED
        );
        Some(delay)
    }

    fn delay<R>(
        &mut self,
        replayable: &ReplayableRequest,
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
        let Some(cause) = self.policy.cause(outcome, idempotent(replayable)) else {
            if response.is_some() {
                self.policy.deposit();
            }
            return None;
        };
        let own = replayable.known.options.and_then(|options| options.max_retries);
        if self.retries >= own.unwrap_or(self.policy.max_retries) {
            return None;
        }
        let retry_after =
            response.and_then(|response| retry_after(response.headers(), SystemTime::now()));
        let delay = self.policy.delay(cause, self.retries, retry_after);
        let fits = replayable
            .known
            .deadline
            .is_none_or(|deadline| delay < deadline.0.saturating_duration_since(Instant::now()));
        if !fits || !self.policy.withdraw(cause) {
            return None;
        }
        self.retries += 1;
        Some(delay)
    }
}

/// Whether a replay of the request is harmless.
fn idempotent(replayable: &ReplayableRequest) -> bool {
    let own = replayable.known.options.and_then(|options| options.idempotent);
    own.unwrap_or_else(|| match &replayable.known.call {
        Some(call) => call.operation.idempotent,
        None => replayable.method().is_idempotent(),
    })
}
