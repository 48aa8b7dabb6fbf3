//! Which failures are worth another attempt, and when.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use http::{Response, StatusCode};
use tower::retry::budget::{Budget as _, TpsBudget};

use super::backoff::Backoff;
use crate::error::{FailureKind, TransportStage};

/// The longest wait that a `Retry-After` is followed for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);
/// The least wait after a 429, as the service's guide asks for.
const AFTER_REFUSAL: Duration = Duration::from_secs(1);
/// The least wait after a 5xx, as the service's guide asks for.
const AFTER_SERVER_ERROR: Duration = Duration::from_secs(30);

/// Which failures are worth another attempt, how many there may be, and when.
///
/// | failure | [default](Self::default) | [`conservative`](Self::conservative) | [`patient`](Self::patient) |
/// |---|---|---|---|
/// | 429 | after `Retry-After`, else 1 s doubling | the same | the same |
/// | 408 | backoff | backoff, if idempotent | as by default |
/// | 5xx | `Retry-After`, else backoff | the same, if idempotent | `Retry-After`, else 30 s doubling |
/// | not connected, or certainly not sent | backoff | backoff | backoff |
/// | connection lost, attempt timed out | backoff, if idempotent | the same | the same |
/// | anything else | none | none | none |
///
/// * The default is the documented rule: 408, 429 and 5xx, 2 retries. It takes the service at its
///   word that an operation which failed had no effect; where a `POST` that was carried out twice
///   would hurt, take the conservative one.
/// * Whether a call is idempotent is said by [`CallLimits::idempotent`], else by its operation,
///   else, for a plain request, by its method as HTTP defines it.
///   [`CallLimits::max_retries`] overrides the number of retries.
/// * Backoff is exponential with full jitter, from 1 s, capped at 60 s: [`Backoff`]. A
///   `Retry-After`, in seconds or as a date, is followed as it is, up to 60 s.
/// * A wait that does not end before [`DeadlineAt`](crate::DeadlineAt) is not begun, a body that
///   can be sent only once is not sent twice; the last result is then returned at once.
/// * Retries are paid from a budget, which clones of the policy share: when most calls fail,
///   retries stop, and do not add to the load of a service in trouble. 429 is free of it: the
///   service is well, and has said when to come again.
/// * A 401 after which there is a new token ([`TokenRefreshed`](crate::TokenRefreshed)) is
///   sent once more at once, beyond this policy.
///
/// Errors of other middleware are not retried, since nothing is known of them. A layer that wants
/// its failures retried returns a [`TransportError`](crate::error::TransportError).
///
/// ```
/// use std::time::Duration;
/// use frameio_tower::{Backoff, RetryLayer, RetryPolicy};
///
/// let policy = RetryPolicy::conservative()
///     .max_retries(4)
///     .backoff(Backoff::new(Duration::from_millis(500), Duration::from_secs(20)));
/// let layer = RetryLayer::new(policy);
/// ```
///
/// [`CallLimits::idempotent`]: frameio_core::CallLimits::idempotent
/// [`CallLimits::max_retries`]: frameio_core::CallLimits::max_retries
#[derive(Clone, Debug)]
#[must_use]
pub struct RetryPolicy {
    rule: Rule,
    pub(super) max_retries: u32,
    backoff: Backoff,
    budget: Option<Arc<TpsBudget>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Documented,
    Conservative,
    Patient,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Status(StatusCode),
    Failure(FailureKind),
}

impl Outcome {
    pub(super) fn of<R, E>(result: &Result<Response<R>, E>) -> Self
    where
        E: AsRef<dyn StdError + Send + Sync>,
    {
        match result {
            Ok(response) => Self::Status(response.status()),
            Err(error) => Self::Failure(FailureKind::of(error.as_ref())),
        }
    }

    pub(super) fn may_have_been_sent(self) -> bool {
        match self {
            Self::Status(_) => true,
            Self::Failure(failure) => failure.may_have_been_sent(),
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Status(status) => status.as_str(),
            Self::Failure(failure) => failure.name(),
        }
    }
}

/// What is worth another attempt, by how long it asks to be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Refused,
    ServerError,
    Other,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new(Rule::Documented)
    }
}

impl RetryPolicy {
    fn new(rule: Rule) -> Self {
        let policy = Self { rule, max_retries: 2, backoff: Backoff::default(), budget: None };
        policy.budget(10, 0.2)
    }

    /// Leaves 408 and 5xx of operations that are not idempotent alone: a `POST` that failed so may
    /// have been carried out.
    pub fn conservative() -> Self {
        Self::new(Rule::Conservative)
    }

    /// Waits as long after a 5xx as the service's guide asks for: 30 s, then double.
    ///
    /// Such a wait needs a deadline that leaves room for it.
    pub fn patient() -> Self {
        Self::new(Rule::Patient)
    }

    /// Sets how many attempts may follow the first; 0 for none. Default: 2.
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = max_retries;
        self
    }

    /// Sets how long to wait where the service has not said it.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// Sets the budget: `per_second` retries, and `share` more for each call that was answered in
    /// the last 10 s. Default: 10 and 0.2, which is a retry for every five calls.
    pub fn budget(mut self, per_second: u32, share: f32) -> Self {
        // What is outside of these bounds makes `TpsBudget` panic.
        let share = if share.is_finite() { share.clamp(0.0, 1000.0) } else { 0.0 };
        let per_second = per_second.min(1_000_000);
        self.budget = Some(Arc::new(TpsBudget::new(Duration::from_secs(10), per_second, share)));
        self
    }

    /// Retries whatever the share of failures, up to the number of retries.
    pub fn without_budget(mut self) -> Self {
        self.budget = None;
        self
    }

    /// Whether an attempt that ended so is worth another.
    pub(super) fn cause(&self, outcome: Outcome, idempotent: bool) -> Option<Cause> {
        let may_repeat = idempotent || self.rule != Rule::Conservative;
        match outcome {
            Outcome::Status(StatusCode::TOO_MANY_REQUESTS) => Some(Cause::Refused),
            Outcome::Status(StatusCode::REQUEST_TIMEOUT) => may_repeat.then_some(Cause::Other),
            Outcome::Status(status) if status.is_server_error() => {
                may_repeat.then_some(Cause::ServerError)
            }
            Outcome::Status(_) => None,
            Outcome::Failure(failure) => {
                let again = match failure {
                    FailureKind::ConnectTimeout
                    | FailureKind::QuotaStore
                    | FailureKind::Transport(TransportStage::Connect | TransportStage::NotSent) => {
                        true
                    }
                    FailureKind::AttemptTimeout | FailureKind::Transport(_) => idempotent,
                    FailureKind::Deadline
                    | FailureKind::QuotaExhausted
                    | FailureKind::Auth
                    | FailureKind::ResponseTooLarge
                    | FailureKind::Other => false,
                };
                again.then_some(Cause::Other)
            }
        }
    }

    /// The wait before the retry that has this number, from 0.
    pub(super) fn delay(
        &self,
        cause: Cause,
        retry: u32,
        retry_after: Option<Duration>,
    ) -> Duration {
        if let Some(retry_after) = retry_after {
            return retry_after.min(MAX_RETRY_AFTER);
        }
        match cause {
            Cause::Refused => self.backoff.at_least(AFTER_REFUSAL, retry),
            Cause::ServerError if self.rule == Rule::Patient => {
                self.backoff.at_least(AFTER_SERVER_ERROR, retry)
            }
            Cause::ServerError | Cause::Other => self.backoff.full_jitter(retry),
        }
    }

    /// Counts a call that was answered.
    pub(super) fn deposit(&self) {
        if let Some(budget) = &self.budget {
            budget.deposit();
        }
    }

    /// Whether there is a retry left to spend.
    pub(super) fn withdraw(&self, cause: Cause) -> bool {
        match &self.budget {
            Some(budget) if cause != Cause::Refused => budget.withdraw(),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_for_every_outcome() {
        use Cause::{Other, Refused, ServerError};
        use FailureKind::{
            AttemptTimeout, Auth, ConnectTimeout, Deadline, QuotaExhausted, QuotaStore,
            ResponseTooLarge,
        };

        let failed = |failure| Outcome::Failure(failure);
        let lost = |stage| Outcome::Failure(FailureKind::Transport(stage));
        let status = |code| Outcome::Status(StatusCode::from_u16(code).unwrap());
        // What, and its cause by default, if conservative, if conservative and not idempotent.
        // `patient` decides as the default does.
        let always = |cause| [Some(cause); 4];
        let by_rule = |cause| [Some(cause), Some(cause), Some(cause), None];
        let if_idempotent = |cause| [Some(cause), None, Some(cause), None];
        let never = [None; 4];
        let mut table = vec![
            (status(429), always(Refused)),
            (status(408), by_rule(Other)),
            (lost(TransportStage::Connect), always(Other)),
            (lost(TransportStage::NotSent), always(Other)),
            (failed(ConnectTimeout), always(Other)),
            (failed(QuotaStore), always(Other)),
            (lost(TransportStage::Sent), if_idempotent(Other)),
            (lost(TransportStage::Body), if_idempotent(Other)),
            (failed(AttemptTimeout), if_idempotent(Other)),
            (failed(Deadline), never),
            (failed(QuotaExhausted), never),
            (failed(Auth), never),
            (failed(ResponseTooLarge), never),
            (failed(FailureKind::Other), never),
        ];
        for code in 100..600 {
            match code {
                408 | 429 => {}
                500.. => table.push((status(code), by_rule(ServerError))),
                _ => table.push((status(code), never)),
            }
        }
        let (default, patient) = (RetryPolicy::default(), RetryPolicy::patient());
        let conservative = RetryPolicy::conservative();
        for (outcome, expected) in table {
            let got = [
                (&default, true),
                (&default, false),
                (&conservative, true),
                (&conservative, false),
            ]
            .map(|(policy, idempotent)| policy.cause(outcome, idempotent));
            assert_eq!(got, expected, "{outcome:?}");
            for idempotent in [true, false] {
                let same = default.cause(outcome, idempotent);
                assert_eq!(patient.cause(outcome, idempotent), same, "{outcome:?}");
            }
        }
    }

    #[test]
    fn the_wait_for_every_cause() {
        let secs = Duration::from_secs;
        let default = RetryPolicy::default();
        let patient = RetryPolicy::patient();
        for (policy, cause, retry, retry_after, bounds) in [
            (&default, Cause::Refused, 0, None, secs(1)..=secs(2)),
            (&default, Cause::Refused, 2, None, secs(4)..=secs(6)),
            (&default, Cause::Refused, 9, None, secs(60)..=secs(60)),
            (&default, Cause::ServerError, 0, None, secs(0)..=secs(1)),
            (&default, Cause::Other, 1, None, secs(0)..=secs(2)),
            (&patient, Cause::Refused, 1, None, secs(2)..=secs(3)),
            (&patient, Cause::ServerError, 0, None, secs(30)..=secs(45)),
            (&patient, Cause::ServerError, 1, None, secs(60)..=secs(60)),
            (&patient, Cause::Other, 0, None, secs(0)..=secs(1)),
            (&default, Cause::Refused, 0, Some(secs(7)), secs(7)..=secs(7)),
            (&default, Cause::ServerError, 5, Some(secs(0)), secs(0)..=secs(0)),
            (&patient, Cause::ServerError, 0, Some(secs(600)), secs(60)..=secs(60)),
        ] {
            for _ in 0..100 {
                let wait = policy.delay(cause, retry, retry_after);
                assert!(bounds.contains(&wait), "{cause:?} {retry} {retry_after:?}: {wait:?}");
            }
        }
    }

    #[test]
    fn a_budget_takes_any_number() {
        for (per_second, share) in [(u32::MAX, 5000.0), (0, -1.0), (1, f32::NAN)] {
            let policy = RetryPolicy::default().budget(per_second, share);
            policy.deposit();
            assert_eq!(policy.withdraw(Cause::Other), per_second > 0);
            assert!(policy.withdraw(Cause::Refused));
        }
    }
}
