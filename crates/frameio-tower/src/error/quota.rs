//! Errors of the rate limit.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use frameio_core::BoxError;

/// The quota has no room in the time that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuotaExhausted {
    /// How long the call would have had to wait.
    pub wait: Duration,
}

impl QuotaExhausted {
    /// A call that would have had to wait for `wait`.
    pub const fn new(wait: Duration) -> Self {
        Self { wait }
    }
}

impl fmt::Display for QuotaExhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the quota has room again only in {:?}, more than this call may wait", self.wait)
    }
}

impl StdError for QuotaExhausted {}

/// The store of the quotas could not say whether there is room.
#[derive(Debug)]
#[non_exhaustive]
pub struct QuotaStoreError(BoxError);

impl QuotaStoreError {
    /// No decision, for the reason in `source`.
    pub fn new(source: impl Into<BoxError>) -> Self {
        Self(source.into())
    }
}

impl fmt::Display for QuotaStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store of the quotas cannot be used")
    }
}

impl StdError for QuotaStoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}
