//! Errors of the rate limit.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use frameio_core::BoxError;

/// Quota without a free slot within the time that the call may wait.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuotaExhausted {
    /// Time until a slot would be free for the call.
    pub wait: Duration,
}

impl QuotaExhausted {
    /// Creates an error for a call that would have to wait for `wait`.
    pub const fn new(wait: Duration) -> Self {
        Self { wait }
    }
}

impl fmt::Display for QuotaExhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the quota is exhausted: the next slot is free in {:?}, longer than this call may wait",
            self.wait
        )
    }
}

impl StdError for QuotaExhausted {}

/// Failure of the shared [`QuotaStore`](crate::rate_limit::QuotaStore).
#[derive(Debug)]
#[non_exhaustive]
pub struct QuotaStoreError(BoxError);

impl QuotaStoreError {
    /// Creates an error from the failure of the store.
    pub fn new(source: impl Into<BoxError>) -> Self {
        Self(source.into())
    }
}

impl fmt::Display for QuotaStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the quota store is unavailable: {}", self.0)
    }
}

impl StdError for QuotaStoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}
