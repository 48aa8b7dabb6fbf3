//! Tracing events of the layer.

use std::time::Duration;

use frameio_core::Quota;

use super::{CORRECTED, PAUSED, TARGET, WAIT};

/// Emits the event of a call that starts to wait for about `wait`.
pub(super) fn wait(operation: &str, wait: Duration) {
    tracing::debug!(
        name: WAIT, target: TARGET, operation, wait_ms = millis(wait), "{WAIT}"
    );
}

/// Emits the event of a response that changed the quota or revealed calls of other programs. A drastic
/// change is a warning.
pub(super) fn corrected(
    operation: &str,
    changed: Option<(Quota, bool)>,
    spent_elsewhere: Option<u32>,
) {
    let quota = changed.map(|(quota, _)| tracing::field::display(quota));
    // `tracing` requires a constant level at each call site.
    macro_rules! emit {
        ($level:ident) => {
            tracing::$level!(
                name: CORRECTED, target: TARGET, operation, quota, spent_elsewhere, "{CORRECTED}"
            )
        };
    }
    match changed {
        Some((_, true)) => emit!(warn),
        _ => emit!(debug),
    }
}

/// Emits the event of a 429 that started a pause.
pub(super) fn paused(operation: &str, wait: Duration) {
    tracing::warn!(
        name: PAUSED, target: TARGET, operation, wait_ms = millis(wait), "{PAUSED}"
    );
}

fn millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}
