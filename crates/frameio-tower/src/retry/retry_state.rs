//! State of the retries of one call.

use std::sync::Arc;
use std::time::Duration;

use frameio_core::CallLimits;
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

/// Settings of the layer, and the retries of one call so far.
pub(super) struct RetryState {
    settings: Arc<Settings>,
    started_at: Instant,
    retries: u32,
    refreshed: bool,
}

impl RetryState {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        Self { settings, started_at: Instant::now(), retries: 0, refreshed: false }
    }

    /// Returns `false` if a request with these extensions is never resent.
    pub(super) fn resends(&self, extensions: &http::Extensions) -> bool {
        self.settings.enabled
            || extensions
                .get::<CallLimits>()
                .and_then(|limits| limits.max_retries)
                .is_some_and(|retries| retries > 0)
    }

    /// Returns the number of the current attempt, from 1.
    fn attempt(&self) -> u32 {
        1 + self.retries + u32::from(self.refreshed)
    }

    /// Returns the delay before the next attempt, or `None` if the call ends with this outcome.
    pub(super) fn next_delay<R>(
        &mut self,
        record: &CallRecord,
        known: &KnownExtensions,
        result: Result<&Response<R>, FailureKind>,
        sent: bool,
        idempotent_method: bool,
    ) -> Option<Duration> {
        let attempt = self.attempt();
        if result.is_ok_and(is_refreshed) && !std::mem::replace(&mut self.refreshed, true) {
            record.add_token_refresh();
            emit_scheduled(attempt, Duration::ZERO, StatusCode::UNAUTHORIZED.as_str());
            return Some(Duration::ZERO);
        }
        let outcome = AttemptOutcome {
            result: result.map(|response| (response.status(), response.headers())),
            operation: known.call.as_ref().map(|call| call.operation),
            may_have_been_sent: sent,
            idempotent: idempotent(known, idempotent_method),
            attempt,
            started_at: self.started_at,
        };
        let delay = self.delay(known, &outcome)?;
        emit_scheduled(attempt, delay, outcome.name());
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
        let of_call = known.options.and_then(|limits| limits.max_retries);
        if self.retries >= of_call.unwrap_or(*max_retries) {
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

/// Emits the event [`retry.scheduled`](names::RETRY_SCHEDULED) for the attempt after `attempt`, for custom retry
/// layers, and for policies of tower that emit it themselves.
///
/// `reason` is a status, or a name returned by [`error_type`](crate::error_type).
pub fn emit_scheduled(attempt: u32, delay: Duration, reason: &str) {
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

/// Returns whether the request is idempotent: according to the call, otherwise its operation,
/// otherwise its method.
fn idempotent(known: &KnownExtensions, method: bool) -> bool {
    let of_call = known.options.and_then(|limits| limits.idempotent);
    let operation = known.call.as_ref().map(|call| call.operation.idempotent);
    of_call.or(operation).unwrap_or(method)
}
