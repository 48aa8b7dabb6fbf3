//! Data from responses of the service that was not sent to Redis yet.

use std::time::Duration;

use frameio_tower::rate_limit::QuotaResponse;
use tokio::time::Instant;

use super::schedule::Schedule;

#[derive(Debug, Default)]
pub(super) struct Reported {
    /// Whether the quota of the schedule was reported by the service.
    pub(super) quota: bool,
    /// Time at which the bucket of the service runs empty.
    pub(super) level: Option<Instant>,
    /// Time at which a call with a 429 response was sent, and its `Retry-After`.
    pub(super) throttled: Option<(Instant, Option<Duration>)>,
    /// Whether a call sent after the last pause got another response than 429.
    pub(super) succeeded: bool,
}

impl Reported {
    /// Records the response to a call. Returns whether it has to be sent to Redis immediately.
    pub(super) fn record(&mut self, response: &QuotaResponse, schedule: &mut Schedule) -> bool {
        let mut urgent = false;
        if schedule.learn(response) {
            self.quota = true;
            urgent = true;
        }
        if response.reported_quota(schedule.quota).is_some()
            && let Some(remaining) = response.counted_remaining()
        {
            let used = schedule.quota.calls().get().saturating_sub(remaining);
            let level = response.sent + schedule.interval().saturating_mul(used);
            // Sent with the next request, because it does not delay other processes.
            if level >= schedule.level() + schedule.interval() {
                self.level = self.level.max(Some(level));
            }
        }
        if response.throttled {
            let (sent, retry_after) = self.throttled.unwrap_or((response.sent, None));
            self.throttled = Some((sent.max(response.sent), retry_after.max(response.retry_after)));
            urgent = true;
        } else if schedule.ends_pauses(response.sent) {
            self.succeeded = true;
        }
        urgent
    }

    /// Returns whether the data has to be sent to Redis immediately.
    pub(super) fn is_urgent(&self) -> bool {
        self.quota || self.throttled.is_some()
    }
}
