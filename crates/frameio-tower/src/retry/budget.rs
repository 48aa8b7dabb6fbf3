//! Limit on the share of retries among all requests.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tower::retry::budget::{Budget as _, TpsBudget};

/// Limits the retries of all calls together, so that they do not overload a failing service.
///
/// Default: 10 retries per second, plus one for every five calls of the last 10 s that were not
/// retried. Clones share the budget.
#[derive(Clone)]
pub struct RetryBudget(Arc<TpsBudget>);

impl RetryBudget {
    /// Creates a budget of `per_second` retries per second, plus `share` retries for each call of
    /// the last 10 s that was not retried.
    ///
    /// `per_second` is limited to 1,000,000 and `share` to the range from 0 to 1000; a `share` that
    /// is not finite counts as 0.
    pub fn new(per_second: u32, share: f32) -> Self {
        // `TpsBudget` panics for values outside these bounds.
        let share = if share.is_finite() { share.clamp(0.0, 1000.0) } else { 0.0 };
        let per_second = per_second.min(1_000_000);
        Self(Arc::new(TpsBudget::new(Duration::from_secs(10), per_second, share)))
    }

    /// Records a call that has a response and is not retried.
    pub(super) fn deposit(&self) {
        self.0.deposit();
    }

    /// Takes a retry from the budget. Returns `false` if the budget is exhausted.
    pub(super) fn withdraw(&self) -> bool {
        self.0.withdraw()
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(10, 0.2)
    }
}

impl fmt::Debug for RetryBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryBudget").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_numbers_out_of_range() {
        for (per_second, share) in [(u32::MAX, 5000.0), (0, -1.0), (1, f32::NAN)] {
            let budget = RetryBudget::new(per_second, share);
            budget.deposit();
            assert_eq!(budget.withdraw(), per_second > 0);
        }
    }

    #[test]
    fn two_calls_at_half_a_share_allow_one_retry() {
        let budget = RetryBudget::new(0, 0.5);
        assert!(!budget.withdraw());
        budget.deposit();
        budget.deposit();
        assert!(budget.withdraw());
        assert!(!budget.withdraw());
    }
}
