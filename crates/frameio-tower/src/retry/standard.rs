//! Retry policies that need no code.

use std::time::Duration;

use http::StatusCode;

use super::backoff::Backoff;
use super::policy::{AttemptOutcome, RetryPolicy};
use crate::error::{FailureKind, TransportStage};
use crate::retry_after::MIN_RETRY_AFTER;

/// Maximum delay that a `Retry-After` can request. An earlier retry would be refused again.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);
/// Minimum delay after a 429, according to the service's guide.
const AFTER_THROTTLING: Duration = Duration::from_secs(1);
/// Minimum delay after a 5xx, according to the service's guide.
const AFTER_SERVER_ERROR: Duration = Duration::from_secs(30);

/// Retry policies in three presets.
///
/// | outcome | [`documented`](Self::documented), the default | [`conservative`](Self::conservative) | [`patient`](Self::patient) |
/// |---|---|---|---|
/// | 429 | `Retry-After`, otherwise 1 s, doubling | same | same |
/// | 408 | backoff | backoff if idempotent | backoff |
/// | 5xx | `Retry-After`, otherwise backoff | same if idempotent | `Retry-After`, otherwise 30 s, doubling |
/// | cannot connect, the connection closed first, the service refused the stream of HTTP/2, or the shared quotas are unavailable | backoff | backoff | backoff |
/// | connection lost, or the attempt or a timeout layer of tower timed out | backoff if idempotent or not sent | same | same |
/// | other failures, such as a missing token, an exhausted quota or load shedding | no retry | no retry | no retry |
///
/// * The default follows the service's documentation: retry 408, 429 and 5xx. It assumes that a
///   failed operation had no effect. **It can therefore repeat a `POST` that took effect**, and
///   create a folder twice; use [`conservative`](Self::conservative) to avoid that.
/// * An operation determines whether its calls are idempotent;
///   [`CallOptions`](frameio_core::CallOptions) overrides it for one call. For a request without an
///   operation, the method decides.
/// * [`Backoff`] is exponential with full jitter, from 1 s, at most 60 s.
/// * A `Retry-After`, in seconds or as a date, of less than a second counts as missing. If it requests
///   more than 60 s, the response is returned at once.
///
/// Errors of custom middleware are not retried, because their meaning is unknown. A layer that wants
/// a retry returns a [`TransportError`](crate::error::TransportError).
///
/// ```
/// use std::time::Duration;
/// use frameio_tower::retry::{Backoff, RetryLayer, StandardPolicy};
///
/// let policy = StandardPolicy::conservative()
///     .backoff(Backoff::new(Duration::from_millis(500), Duration::from_secs(20)));
/// let layer = RetryLayer::new(policy).max_retries(4);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct StandardPolicy {
    rule: Rule,
    backoff: Backoff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Documented,
    Conservative,
    Patient,
}

/// Cause of a retry, which determines the delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Throttled,
    ServerError,
    Other,
}

impl Default for StandardPolicy {
    fn default() -> Self {
        Self::documented()
    }
}

impl StandardPolicy {
    fn new(rule: Rule) -> Self {
        Self { rule, backoff: Backoff::default() }
    }

    /// Retries 408, 429 and 5xx for every method, as the service documents.
    pub fn documented() -> Self {
        Self::new(Rule::Documented)
    }

    /// Retries 408 and 5xx only for idempotent operations, because a `POST` may have taken effect
    /// in spite of such a response.
    pub fn conservative() -> Self {
        Self::new(Rule::Conservative)
    }

    /// Waits 30 s after the first 5xx and doubles the delay from there, as the service's guide
    /// recommends.
    ///
    /// Requires a deadline longer than these delays: a retry that would start after the deadline is
    /// not made.
    pub fn patient() -> Self {
        Self::new(Rule::Patient)
    }

    /// Sets the delays after responses without `Retry-After` and after failures. Default:
    /// [`Backoff::default`].
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    fn cause(&self, outcome: &AttemptOutcome<'_>) -> Option<Cause> {
        let may_repeat = outcome.idempotent || self.rule != Rule::Conservative;
        if let Some(status) = outcome.status() {
            return match status {
                StatusCode::TOO_MANY_REQUESTS => Some(Cause::Throttled),
                StatusCode::REQUEST_TIMEOUT => may_repeat.then_some(Cause::Other),
                status if status.is_server_error() => may_repeat.then_some(Cause::ServerError),
                _ => None,
            };
        }
        let retryable = match outcome.failure_kind()? {
            FailureKind::ConnectTimeout
            | FailureKind::QuotaStore
            | FailureKind::Transport(
                TransportStage::Connect | TransportStage::NotSent | TransportStage::NotProcessed,
            ) => true,
            FailureKind::Transport(TransportStage::Unsendable | TransportStage::RequestBody) => {
                false
            }
            FailureKind::AttemptTimeout | FailureKind::LayerTimeout | FailureKind::Transport(_) => {
                outcome.idempotent || !outcome.may_have_been_sent
            }
            FailureKind::Deadline
            | FailureKind::QuotaExhausted
            | FailureKind::Auth
            | FailureKind::ResponseTooLarge
            | FailureKind::InvalidContent
            | FailureKind::LoadShed
            | FailureKind::Other => false,
        };
        retryable.then_some(Cause::Other)
    }
}

impl RetryPolicy for StandardPolicy {
    fn retry(&self, outcome: &AttemptOutcome<'_>) -> Option<Duration> {
        let cause = self.cause(outcome)?;
        match outcome.retry_after() {
            Some(delay) if delay > MAX_RETRY_AFTER => return None,
            Some(delay) if delay >= MIN_RETRY_AFTER => return Some(delay),
            _ => {}
        }
        let retry = outcome.retry_number();
        Some(match cause {
            Cause::Throttled => self.backoff.at_least(AFTER_THROTTLING, retry),
            Cause::ServerError if self.rule == Rule::Patient => {
                self.backoff.at_least(AFTER_SERVER_ERROR, retry)
            }
            Cause::ServerError | Cause::Other => self.backoff.full_jitter(retry),
        })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    /// Returns every status and failure, without a `Retry-After`.
    fn outcomes(headers: &HeaderMap) -> Vec<AttemptOutcome<'_>> {
        use FailureKind::{
            AttemptTimeout, Auth, ConnectTimeout, Deadline, InvalidContent, LayerTimeout, LoadShed,
            Other, QuotaExhausted, QuotaStore, ResponseTooLarge, Transport,
        };
        let status = (100..600).filter_map(|code| StatusCode::from_u16(code).ok());
        let responses = status.map(|status| AttemptOutcome::response(status, headers));
        let failures = [
            AttemptTimeout,
            Auth,
            ConnectTimeout,
            Deadline,
            LayerTimeout,
            LoadShed,
            Other,
            QuotaExhausted,
            QuotaStore,
            ResponseTooLarge,
            InvalidContent,
            Transport(TransportStage::Unsendable),
            Transport(TransportStage::RequestBody),
            Transport(TransportStage::Connect),
            Transport(TransportStage::NotSent),
            Transport(TransportStage::NotProcessed),
            Transport(TransportStage::Sent),
            Transport(TransportStage::Body),
        ];
        responses.chain(failures.map(AttemptOutcome::failure)).collect()
    }

    /// Returns the cause for the documented and the conservative policy, first for an idempotent
    /// call and then for one that is not.
    fn expected(outcome: &AttemptOutcome<'_>) -> [Option<Cause>; 4] {
        use FailureKind::{AttemptTimeout, ConnectTimeout, LayerTimeout, QuotaStore, Transport};
        let always = |cause| [Some(cause); 4];
        let by_rule = |cause| [Some(cause), Some(cause), Some(cause), None];
        let if_idempotent = [Some(Cause::Other), Some(Cause::Other), None, None];
        match (outcome.status().map(|status| status.as_u16()), outcome.failure_kind()) {
            (Some(429), _) => always(Cause::Throttled),
            (Some(408), _) => by_rule(Cause::Other),
            (Some(500..), _) => by_rule(Cause::ServerError),
            (Some(_), _) => [None; 4],
            (_, Some(ConnectTimeout | QuotaStore)) => always(Cause::Other),
            (
                _,
                Some(Transport(
                    TransportStage::Connect
                    | TransportStage::NotSent
                    | TransportStage::NotProcessed,
                )),
            ) => always(Cause::Other),
            (_, Some(Transport(TransportStage::Unsendable | TransportStage::RequestBody))) => {
                [None; 4]
            }
            (_, Some(AttemptTimeout | LayerTimeout | Transport(_))) => if_idempotent,
            _ => [None; 4],
        }
    }

    #[test]
    fn retries_the_outcomes_of_the_documented_table() {
        let headers = HeaderMap::new();
        let documented = StandardPolicy::documented();
        let conservative = StandardPolicy::conservative();
        for outcome in outcomes(&headers) {
            let not_idempotent = AttemptOutcome { idempotent: false, ..outcome };
            let causes = [
                documented.cause(&outcome),
                conservative.cause(&outcome),
                documented.cause(&not_idempotent),
                conservative.cause(&not_idempotent),
            ];
            assert_eq!(causes, expected(&outcome), "{outcome:?}");
            let patient = StandardPolicy::patient();
            assert_eq!(patient.cause(&not_idempotent), causes[2], "{outcome:?}");
        }
    }

    #[test]
    fn retries_an_attempt_that_was_not_sent() {
        for failure in [FailureKind::AttemptTimeout, FailureKind::Transport(TransportStage::Sent)] {
            let mut outcome = AttemptOutcome::failure(failure);
            outcome.idempotent = false;
            assert_eq!(StandardPolicy::conservative().cause(&outcome), None);
            outcome.may_have_been_sent = false;
            assert_eq!(StandardPolicy::conservative().cause(&outcome), Some(Cause::Other));
        }
    }

    #[test]
    fn delays_stay_within_their_bounds() {
        let secs = Duration::from_secs;
        let none = HeaderMap::new();
        let after =
            |seconds: u64| HeaderMap::from_iter([(http::header::RETRY_AFTER, seconds.into())]);
        let (after_0, after_7, after_60) = (after(0), after(7), after(60));
        let default = StandardPolicy::default();
        let patient = StandardPolicy::patient();
        for (policy, status, attempt, headers, bounds) in [
            (&default, 429, 1, &none, secs(1)..=secs(2)),
            (&default, 429, 3, &none, secs(4)..=secs(6)),
            (&default, 429, 10, &none, secs(60)..=secs(60)),
            (&default, 500, 1, &none, secs(0)..=secs(1)),
            (&default, 408, 2, &none, secs(0)..=secs(2)),
            (&patient, 429, 2, &none, secs(2)..=secs(3)),
            (&patient, 500, 1, &none, secs(30)..=secs(45)),
            (&patient, 500, 2, &none, secs(60)..=secs(60)),
            (&patient, 408, 1, &none, secs(0)..=secs(1)),
            (&default, 429, 1, &after_7, secs(7)..=secs(7)),
            (&default, 429, 2, &after_0, secs(2)..=secs(3)),
            (&patient, 500, 1, &after_0, secs(30)..=secs(45)),
            (&patient, 500, 1, &after_60, secs(60)..=secs(60)),
        ] {
            let mut outcome =
                AttemptOutcome::response(StatusCode::from_u16(status).unwrap(), headers);
            outcome.attempt = attempt;
            for _ in 0..100 {
                let delay = policy.retry(&outcome).unwrap();
                assert!(bounds.contains(&delay), "{status} {attempt} {headers:?}: {delay:?}");
            }
        }
    }

    #[test]
    fn a_date_in_the_past_is_not_a_reason_to_retry_at_once() {
        let past = http::HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT");
        let headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, past)]);
        let outcome = AttemptOutcome::response(StatusCode::TOO_MANY_REQUESTS, &headers);
        let delay = StandardPolicy::default().retry(&outcome).unwrap();
        assert!(delay >= AFTER_THROTTLING, "{delay:?}");
    }

    #[test]
    fn a_retry_that_would_be_too_early_is_not_made() {
        for seconds in ["61", "3600", "99999999999999999999999"] {
            let value = http::HeaderValue::from_static(seconds);
            let headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, value)]);
            for status in [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE] {
                let outcome = AttemptOutcome::response(status, &headers);
                assert_eq!(StandardPolicy::patient().retry(&outcome), None, "{seconds}");
            }
        }
    }
}
