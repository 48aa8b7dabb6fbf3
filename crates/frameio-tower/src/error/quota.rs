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
            rounded(self.wait)
        )
    }
}

impl StdError for QuotaExhausted {}

/// Rounds a wait up to about three digits.
fn rounded(wait: Duration) -> Duration {
    let unit = match wait.as_secs() {
        0 => 1_000_000,
        1..60 => 100_000_000,
        _ => 1_000_000_000,
    };
    // Waits of centuries are exact enough.
    u64::try_from(wait.as_nanos())
        .map_or(wait, |nanos| Duration::from_nanos(nanos.div_ceil(unit).saturating_mul(unit)))
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_in_the_message_is_rounded_up() {
        for (nanos, shown) in [
            (0, "0ns"),
            (1, "1ms"),
            (250_000_001, "251ms"),
            (1_234_567_890, "1.3s"),
            (59_999_999_999, "60s"),
            (3_599_999_482_169, "3600s"),
        ] {
            let message = QuotaExhausted::new(Duration::from_nanos(nanos)).to_string();
            assert!(message.contains(&format!("free in {shown},")), "{nanos}: {message}");
        }
        assert_eq!(rounded(Duration::MAX), Duration::MAX);
    }
}
