//! Log events of this crate.

use std::time::Duration;

use redis::RedisError;

use crate::{COMMAND_FAILED, PAUSED, RECONNECTED, TARGET, UNAVAILABLE};

pub(crate) fn unavailable(error: &RedisError) {
    tracing::warn!(name: UNAVAILABLE, target: TARGET, error = %error, "{UNAVAILABLE}");
}

pub(crate) fn reconnected() {
    tracing::info!(name: RECONNECTED, target: TARGET, "{RECONNECTED}");
}

pub(crate) fn command_failed(error: &RedisError) {
    tracing::warn!(name: COMMAND_FAILED, target: TARGET, error = %error, "{COMMAND_FAILED}");
}

pub(crate) fn paused(operation: &str, wait: Duration) {
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    tracing::warn!(name: PAUSED, target: TARGET, operation, wait_ms, "{PAUSED}");
}
