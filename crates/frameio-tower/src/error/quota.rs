//! Errors of the rate limit.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use frameio_core::BoxError;

/// The quota is exhausted for longer than the call may wait.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuotaExhausted {
    /// Time until the turn of the call.
    pub wait: Duration,
}

impl QuotaExhausted {
    /// Creates the error of a call whose turn would come after `wait`.
    pub const fn new(wait: Duration) -> Self {
        Self { wait }
    }
}

impl fmt::Display for QuotaExhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the quota is exhausted: the next turn is in {:?}, longer than this call may wait",
            self.wait
        )
    }
}

impl StdError for QuotaExhausted {}

/// The store of shared quotas is unavailable.
#[derive(Debug)]
#[non_exhaustive]
pub struct QuotaStoreError(BoxError);

impl QuotaStoreError {
    /// Creates the error from its cause.
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
