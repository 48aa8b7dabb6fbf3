//! What travels with a request through a stack, as [`http::Extensions`].
//!
//! A layer tolerates the absence of each: a plain [`http::Request`] goes through the same stack.

use std::sync::Arc;
use std::time::Duration;

use crate::Operation;

/// Which operation a request is a call of, put there by [`encode`](crate::encode()).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The constants of the operation.
    pub operation: &'static Operation,
    /// The `account_id` of the path, where it has one: the scope of the quota.
    pub account: Option<Arc<str>>,
}

impl Call {
    /// A call of `operation`, outside of any account.
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

/// What one call asks of the stack instead of the client's settings.
///
/// Set by [`EndpointExt`](crate::EndpointExt); put it into the extensions of a plain request to
/// the same effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallOptions {
    /// The longest an attempt may take, from sending to the last byte of the answer.
    pub timeout: Option<Duration>,
    /// The longest the whole call may take: queue, backoff and all attempts.
    pub deadline: Option<Duration>,
    /// How many attempts may follow the first.
    pub max_retries: Option<u32>,
    /// Whether a replay is harmless, where the caller knows better than the operation.
    pub idempotent: Option<bool>,
}

/// Number of attempts of a call.
///
/// In the extensions of a request it counts the attempts up to and including this one; in those of
/// a response, all attempts of the call. Absent if there was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a number with a name")]
pub struct Attempts(pub u32);
