//! The decision whether an attempt is repeated, as a trait.

use std::time::{Duration, SystemTime};

use frameio_core::Operation;
use http::{HeaderMap, StatusCode};
use tokio::time::Instant;

use crate::error::FailureKind;
use crate::retry_after::retry_after;

/// Decides whether an attempt is repeated, and after which delay.
///
/// [`StandardPolicy`](super::StandardPolicy) has three presets. A custom policy adds to one of
/// them, or replaces it:
///
/// ```
/// use std::time::Duration;
///
/// use frameio_tower::retry::{AttemptOutcome, RetryPolicy, StandardPolicy};
/// use http::StatusCode;
///
/// /// Repeats conflicts after a second, and never a 503.
/// struct Conflicts(StandardPolicy);
///
/// impl RetryPolicy for Conflicts {
///     fn retry(&self, outcome: &AttemptOutcome<'_>) -> Option<Duration> {
///         match outcome.status() {
///             Some(StatusCode::CONFLICT) => Some(Duration::from_secs(1)),
///             Some(StatusCode::SERVICE_UNAVAILABLE) => None,
///             _ => self.0.retry(outcome),
///         }
///     }
/// }
///
/// let headers = http::HeaderMap::new();
/// let conflict = AttemptOutcome::response(StatusCode::CONFLICT, &headers);
/// let policy = Conflicts(StandardPolicy::default());
/// assert_eq!(policy.retry(&conflict), Some(Duration::from_secs(1)));
/// ```
///
/// The layer applies what does not depend on the outcome: the maximum number of retries, the
/// [budget](super::RetryBudget), the deadline of the call, and whether the body can be sent again.
pub trait RetryPolicy: Send + Sync + 'static {
    /// Returns the delay before the next attempt, or `None` to return the outcome to the caller.
    ///
    /// It is called for each attempt, successful ones included, so it should be cheap.
    fn retry(&self, outcome: &AttemptOutcome<'_>) -> Option<Duration>;
}

impl<F> RetryPolicy for F
where
    F: Fn(&AttemptOutcome<'_>) -> Option<Duration> + Send + Sync + 'static,
{
    fn retry(&self, outcome: &AttemptOutcome<'_>) -> Option<Duration> {
        self(outcome)
    }
}

/// How an attempt ended, and of which call it was an attempt.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptOutcome<'a> {
    pub(super) result: Result<(StatusCode, &'a HeaderMap), FailureKind>,
    /// Operation of the call; `None` for a plain request.
    pub operation: Option<&'static Operation>,
    /// Whether the service may have received this attempt.
    pub may_have_been_sent: bool,
    /// Whether a repetition has the effect of a single request: what the call says, else its
    /// operation, else its method.
    pub idempotent: bool,
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// Time at which the call began.
    pub begun: Instant,
}

impl<'a> AttemptOutcome<'a> {
    /// Creates the outcome of the first attempt of an idempotent plain request that has a response.
    pub fn response(status: StatusCode, headers: &'a HeaderMap) -> Self {
        Self::new(Ok((status, headers)), true)
    }

    /// Creates the outcome of the first attempt of an idempotent plain request that failed without
    /// a response.
    pub fn failure(failure: FailureKind) -> Self {
        Self::new(Err(failure), failure.may_have_been_sent())
    }

    fn new(result: Result<(StatusCode, &'a HeaderMap), FailureKind>, sent: bool) -> Self {
        Self {
            result,
            operation: None,
            may_have_been_sent: sent,
            idempotent: true,
            attempt: 1,
            begun: Instant::now(),
        }
    }

    /// Returns the status of the response.
    pub fn status(&self) -> Option<StatusCode> {
        self.result.ok().map(|(status, _)| status)
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> Option<&'a HeaderMap> {
        self.result.ok().map(|(_, headers)| headers)
    }

    /// Returns why there is no response.
    pub fn failure_kind(&self) -> Option<FailureKind> {
        self.result.err()
    }

    /// Returns the delay that the response asks for with `Retry-After`.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers()?, SystemTime::now())
    }

    /// Returns the time since the call began, waits included.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Returns the number of the retry that would follow, from 0.
    pub(super) fn retry_number(&self) -> u32 {
        self.attempt.saturating_sub(1)
    }

    pub(super) fn name(&self) -> &str {
        match &self.result {
            Ok((status, _)) => status.as_str(),
            Err(failure) => failure.name(),
        }
    }
}
