//! A limit for the share of retries among all requests.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tower::retry::budget::{Budget as _, TpsBudget};

/// Limits the retries of all calls together, so that they do not add to the load of a service in
/// trouble. Clones share the budget.
///
/// Default: 10 retries each second, and one more for every five calls of the last 10 s that were
/// not retried.
#[derive(Clone)]
pub struct RetryBudget(Arc<TpsBudget>);

impl RetryBudget {
    /// Creates a budget of `per_second` retries, and `share` more for each call of the last 10 s
    /// that was not retried.
    ///
    /// `share` is limited to 1000, and a number that is not finite counts as 0.
    pub fn new(per_second: u32, share: f32) -> Self {
        // Values outside of these bounds make `TpsBudget` panic.
        let share = if share.is_finite() { share.clamp(0.0, 1000.0) } else { 0.0 };
        let per_second = per_second.min(1_000_000);
        Self(Arc::new(TpsBudget::new(Duration::from_secs(10), per_second, share)))
    }

    /// Counts a call that has a response and is not retried.
    pub(super) fn deposit(&self) {
        self.0.deposit();
    }

    /// Takes a retry from the budget, and returns whether there was one.
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
    fn accepts_any_number() {
        for (per_second, share) in [(u32::MAX, 5000.0), (0, -1.0), (1, f32::NAN)] {
            let budget = RetryBudget::new(per_second, share);
            budget.deposit();
            assert_eq!(budget.withdraw(), per_second > 0);
        }
    }

    #[test]
    fn a_call_adds_its_share() {
        let budget = RetryBudget::new(0, 0.5);
        assert!(!budget.withdraw());
        budget.deposit();
        budget.deposit();
        assert!(budget.withdraw());
        assert!(!budget.withdraw());
    }
}
