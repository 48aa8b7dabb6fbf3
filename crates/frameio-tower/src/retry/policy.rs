//! Decision whether an attempt is repeated.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use frameio_core::Operation;
use http::{HeaderMap, StatusCode};
use tokio::time::Instant;

use crate::error::FailureKind;
use crate::retry_after::retry_after;

/// Decides whether an attempt is repeated, and after which delay.
///
/// [`StandardPolicy`](super::StandardPolicy) has three presets. A custom policy can extend or
/// replace them:
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
/// let policy = Conflicts(StandardPolicy::default());
/// let delay = |status| policy.retry(&AttemptOutcome::response(status, &headers));
/// assert_eq!(delay(StatusCode::CONFLICT), Some(Duration::from_secs(1)));
/// assert_eq!(delay(StatusCode::SERVICE_UNAVAILABLE), None);
/// assert!(delay(StatusCode::BAD_GATEWAY).is_some());
/// ```
///
/// A closure is a policy too, if the type of its argument is written. A policy that is chosen at run time is
/// a closure that calls it:
///
/// ```
/// use std::time::Duration;
///
/// use frameio_tower::RetryLayer;
/// use frameio_tower::retry::{AttemptOutcome, RetryPolicy, StandardPolicy};
///
/// let after_a_second = RetryLayer::new(|outcome: &AttemptOutcome<'_>| {
///     (outcome.status()? == 503).then_some(Duration::from_secs(1))
/// });
///
/// let policy: Box<dyn RetryPolicy> = match std::env::var("CAREFUL") {
///     Ok(_) => Box::new(StandardPolicy::conservative()),
///     Err(_) => Box::new(StandardPolicy::documented()),
/// };
/// let chosen = RetryLayer::new(move |outcome: &AttemptOutcome<'_>| policy.retry(outcome));
/// # let _ = (after_a_second, chosen);
/// ```
///
/// The layer enforces the rest itself: the maximum number of retries, the
/// [budget](super::RetryBudget), the deadline of the call, and whether the body can be resent.
pub trait RetryPolicy: Send + Sync + 'static {
    /// Returns the delay before the next attempt, or `None` to return the outcome to the caller.
    ///
    /// Called after every attempt, including successful ones, so it should be cheap.
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

impl<P: RetryPolicy + ?Sized> RetryPolicy for Arc<P> {
    fn retry(&self, outcome: &AttemptOutcome<'_>) -> Option<Duration> {
        P::retry(self, outcome)
    }
}

/// Result of an attempt, and facts about its call, for a [`RetryPolicy`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptOutcome<'a> {
    pub(super) result: Result<(StatusCode, &'a HeaderMap), FailureKind>,
    /// Operation of the call; `None` for a plain request.
    pub operation: Option<&'static Operation>,
    /// Whether the service may have received this attempt and processed it.
    pub may_have_been_sent: bool,
    /// Whether several identical requests have the effect of one. Set by
    /// [`CallOptions`](frameio_core::CallOptions), otherwise by the operation, otherwise by the
    /// method.
    pub idempotent: bool,
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// Time at which the call started.
    pub started_at: Instant,
}

impl<'a> AttemptOutcome<'a> {
    /// Creates the outcome of a first attempt that got a response, for tests of a policy.
    ///
    /// The request is idempotent and belongs to no operation.
    pub fn response(status: StatusCode, headers: &'a HeaderMap) -> Self {
        Self::new(Ok((status, headers)), true)
    }

    /// Creates the outcome of a first attempt that got no response, for tests of a policy.
    ///
    /// The request is idempotent and belongs to no operation.
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
            started_at: Instant::now(),
        }
    }

    /// Returns the status of the response; `None` if the attempt failed without one.
    pub fn status(&self) -> Option<StatusCode> {
        self.result.ok().map(|(status, _)| status)
    }

    /// Returns the headers of the response; `None` if the attempt failed without one.
    pub fn headers(&self) -> Option<&'a HeaderMap> {
        self.result.ok().map(|(_, headers)| headers)
    }

    /// Returns the kind of the failure; `None` if there is a response.
    pub fn failure_kind(&self) -> Option<FailureKind> {
        self.result.err()
    }

    /// Returns the delay requested by the `Retry-After` header of the response.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers()?, SystemTime::now())
    }

    /// Returns the time since the call started, including waits and earlier attempts.
    pub fn elapsed(&self) -> Duration {
        self.started_at.elapsed()
    }

    /// Returns the number of the next retry, from 0.
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
