//! The time of day, moved by tokio's clock so that it follows paused time.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
    date: Timestamp,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), date: Timestamp::now() }
    }

    /// The time in whole milliseconds.
    pub(crate) fn now(&self) -> Timestamp {
        let now = after(self.date, self.start.elapsed());
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

/// The moment `duration` after `start`.
pub(crate) fn after(start: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| start.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}
