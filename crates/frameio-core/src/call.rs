//! Extensions of a request that the layers of a stack read.
//!
//! Each is optional: a plain [`http::Request`] passes through the same stack.

use std::sync::Arc;
use std::time::Duration;

use crate::Operation;

/// Operation that a request is a call of; inserted by [`encode`](crate::encode()).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// Constants of the operation.
    pub operation: &'static Operation,
    /// `account_id` of the path, if it has one: the scope of the quota.
    pub account: Option<Arc<str>>,
}

impl Call {
    /// Creates a call of `operation` outside any account.
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
/// Layers read them from the extensions of a request. They are set by
/// [`CallOptions`](crate::CallOptions); a field that is `None` leaves the client's setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallLimits {
    /// Maximum duration of an attempt, from sending to the last byte of the response.
    pub timeout: Option<Duration>,
    /// Maximum duration of the whole call: queue, backoff and all attempts.
    pub deadline: Option<Duration>,
    /// Maximum number of retries.
    pub max_retries: Option<u32>,
    /// Whether the request may be sent again even if the service received it. Overrides
    /// [`Operation::idempotent`].
    pub idempotent: Option<bool>,
}

impl CallLimits {
    /// Returns these limits, and those of `inner` for fields that are `None`.
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
/// In the extensions of a request it counts the attempts up to and including this one; in those of
/// a response, all attempts of the call. Absent if there was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a number with a name")]
pub struct Attempts(pub u32);
