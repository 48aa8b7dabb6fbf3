//! The events of this crate.

use std::time::Duration;

use redis::RedisError;

use crate::{AWAY, BACK, PAUSED, TARGET};

pub(crate) fn away(error: &RedisError) {
    tracing::warn!(name: AWAY, target: TARGET, error = %error, "{AWAY}");
}

pub(crate) fn back() {
    tracing::info!(name: BACK, target: TARGET, "{BACK}");
}

pub(crate) fn paused(operation: &str, wait: Duration) {
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    tracing::warn!(name: PAUSED, target: TARGET, operation, wait_ms, "{PAUSED}");
}
