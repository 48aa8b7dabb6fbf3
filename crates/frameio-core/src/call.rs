//! Request extensions that the layers of a stack read.
//!
//! All of them are optional, so a plain [`http::Request`] passes through the same stack.

use std::sync::Arc;
use std::time::Duration;

use crate::Operation;

/// Operation and account of a request, inserted by [`encode`](crate::encode()).
///
/// Retry, rate limit, spans and metrics identify calls by it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// Constants of the operation.
    pub operation: &'static Operation,
    /// `account_id` of the path, which determines the quota; `None` if the path has none.
    pub account: Option<Arc<str>>,
}

impl Call {
    /// Creates a call of `operation` without an account.
    pub const fn new(operation: &'static Operation) -> Self {
        Self { operation, account: None }
    }

    /// Sets the account whose quota the call spends.
    #[must_use]
    pub fn account(mut self, account: impl Into<Arc<str>>) -> Self {
        self.account = Some(account.into());
        self
    }
}

/// Limits of one call, which override the client's settings.
///
/// A request extension, set with [`CallOptions`](crate::CallOptions). `None` means that the client's
/// setting applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallLimits {
    /// Maximum duration of an attempt, from sending to the last byte of the response.
    pub timeout: Option<Duration>,
    /// Maximum duration of the whole call, including quota, backoff and all attempts.
    pub deadline: Option<Duration>,
    /// Maximum number of retries after the first attempt.
    pub max_retries: Option<u32>,
    /// Whether several identical requests have the effect of one, for retry policies. Overrides
    /// [`Operation::idempotent`].
    pub idempotent: Option<bool>,
}

impl CallLimits {
    /// Returns these limits, with fields that are `None` taken from `inner`.
    #[must_use]
    pub fn or(self, inner: Self) -> Self {
        Self {
            timeout: self.timeout.or(inner.timeout),
            deadline: self.deadline.or(inner.deadline),
            max_retries: self.max_retries.or(inner.max_retries),
            idempotent: self.idempotent.or(inner.idempotent),
        }
    }
}

/// Number of attempts of a call.
///
/// As a request extension, it counts attempts up to and including this one; as a response extension,
/// all attempts of the call. Absent if there was only one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a number with a name")]
pub struct Attempts(pub u32);
