//! Number of repeated calls, counted while they happen.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use frameio::layers::metrics::{AttemptMetrics, CallMetrics, Metrics, Outcome};

/// Counts calls that were repeated, or will be after a delay.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallRetries(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    failed_attempts: AtomicU64,
    /// Calls whose last attempt failed, which is not repeated.
    failed_calls: AtomicU64,
}

impl CallRetries {
    pub(super) fn count(&self) -> u64 {
        self.0.failed_attempts.load(Relaxed).saturating_sub(self.0.failed_calls.load(Relaxed))
    }
}

impl Metrics for CallRetries {
    fn call_finished(&self, call: &CallMetrics) {
        if call.attempts > 0 && is_failure(call.outcome) {
            self.0.failed_calls.fetch_add(1, Relaxed);
        }
    }

    fn attempt_finished(&self, attempt: &AttemptMetrics) {
        if is_failure(attempt.outcome) {
            self.0.failed_attempts.fetch_add(1, Relaxed);
        }
    }
}

fn is_failure(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Response(status) => !status.is_success(),
        Outcome::Failure(_) => true,
        // Nobody waits for the result.
        _ => false,
    }
}
