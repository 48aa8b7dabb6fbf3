//! The retries of one call.

use std::sync::Arc;
use std::time::Duration;

use http::{Response, StatusCode};
use tokio::time::Instant;
use tracing::Level;

use super::Settings;
use super::policy::AttemptOutcome;
use super::replayable_request::KnownExtensions;
use crate::auth::TokenRefreshed;
use crate::error::FailureKind;
use crate::record::CallRecord;
use crate::trace::names;

/// The retries of one call so far.
pub(super) struct Session {
    settings: Arc<Settings>,
    begun: Instant,
    retries: u32,
    refreshed: bool,
}

impl Session {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        Self { settings, begun: Instant::now(), retries: 0, refreshed: false }
    }

    /// Returns whether anything is sent again.
    pub(super) fn resends(&self) -> bool {
        self.settings.resends
    }

    /// Returns the delay before the next attempt, or `None` if there is none.
    pub(super) fn next<R>(
        &mut self,
        record: &CallRecord,
        known: &KnownExtensions,
        result: Result<&Response<R>, FailureKind>,
        sent: bool,
        idempotent_method: bool,
    ) -> Option<Duration> {
        if result.is_ok_and(is_refreshed) && !std::mem::replace(&mut self.refreshed, true) {
            record.add_token_refresh();
            schedule(record.attempts(), Duration::ZERO, StatusCode::UNAUTHORIZED.as_str());
            return Some(Duration::ZERO);
        }
        let outcome = AttemptOutcome {
            result: result.map(|response| (response.status(), response.headers())),
            operation: known.call.as_ref().map(|call| call.operation),
            may_have_been_sent: sent,
            idempotent: idempotent(known, idempotent_method),
            attempt: record.attempts(),
            begun: self.begun,
        };
        let delay = self.delay(known, &outcome)?;
        schedule(record.attempts(), delay, outcome.name());
        Some(delay)
    }

    fn delay(&mut self, known: &KnownExtensions, outcome: &AttemptOutcome<'_>) -> Option<Duration> {
        let Settings { policy, max_retries, budget, .. } = &*self.settings;
        let Some(delay) = policy.retry(outcome) else {
            if let (Some(_), Some(budget)) = (outcome.status(), budget) {
                budget.deposit();
            }
            return None;
        };
        let own = known.options.and_then(|limits| limits.max_retries);
        if self.retries >= own.unwrap_or(*max_retries) {
            return None;
        }
        let fits = known
            .deadline
            .is_none_or(|deadline| delay < deadline.0.saturating_duration_since(Instant::now()));
        let free = outcome.status() == Some(StatusCode::TOO_MANY_REQUESTS);
        if !fits || !(free || budget.as_ref().is_none_or(|budget| budget.withdraw())) {
            return None;
        }
        self.retries += 1;
        Some(delay)
    }
}

pub(super) fn is_refreshed<R>(response: &Response<R>) -> bool {
    response.status() == StatusCode::UNAUTHORIZED
        && response.extensions().get::<TokenRefreshed>().is_some()
}

/// Emits the event of the attempt after `attempt`.
pub(super) fn schedule(attempt: u32, delay: Duration, reason: &str) {
    tracing::event!(
        name: names::RETRY_SCHEDULED,
        target: names::RETRY_TARGET,
        Level::DEBUG,
        {
            { names::ATTEMPT } = i64::from(attempt) + 1,
            { names::DELAY_MS } = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX),
            { names::REASON } = reason,
        },
        "{}",
        names::RETRY_SCHEDULED
    );
}

/// Whether a repetition has the effect of a single request.
fn idempotent(known: &KnownExtensions, method: bool) -> bool {
    let own = known.options.and_then(|limits| limits.idempotent);
    let operation = known.call.as_ref().map(|call| call.operation.idempotent);
    own.or(operation).unwrap_or(method)
}
