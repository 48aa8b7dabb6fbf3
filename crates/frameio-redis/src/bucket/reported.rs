//! What responses of the service reported and Redis does not know yet.

use std::time::Duration;

use frameio_core::{Quota, RateLimitInfo};
use frameio_tower::rate_limit::QuotaResponse;
use tokio::time::Instant;

use super::schedule::Schedule;

/// Longest window of a response that is accepted. The documented ones are a second or a minute.
const MAX_WINDOW: Duration = Duration::from_secs(3600);

#[derive(Debug, Default)]
pub(super) struct Reported {
    /// Whether the quota of the schedule was reported by the service.
    pub(super) quota: bool,
    /// Time at which the bucket of the service runs empty.
    pub(super) level: Option<Instant>,
    /// When a call was sent that got a 429, and its `Retry-After`.
    pub(super) throttled: Option<(Instant, Option<Duration>)>,
    /// Whether a call that was sent after the last pause got no 429.
    pub(super) succeeded: bool,
}

impl Reported {
    /// Records the response to a call. Returns whether Redis has to know it at once.
    pub(super) fn record(&mut self, response: &QuotaResponse, schedule: &mut Schedule) -> bool {
        let mut urgent = false;
        if let Some((info, quota)) =
            response.rate_limit.and_then(|info| Some((info, plausible(info, schedule.quota)?)))
        {
            if schedule.change_quota(quota) {
                self.quota = true;
                urgent = true;
            }
            if let Some(remaining) = info.remaining {
                let used = schedule.quota.calls().get().saturating_sub(remaining);
                let level = response.sent + schedule.interval().saturating_mul(used);
                // Sent with the next request: no other process is delayed by it.
                if level >= schedule.level() + schedule.interval() {
                    self.level = self.level.max(Some(level));
                }
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

    /// Whether Redis has to know something at once.
    pub(super) fn is_urgent(&self) -> bool {
        self.quota || self.throttled.is_some()
    }
}

/// Returns the quota that a response reports; `None` if it is implausible.
fn plausible(info: RateLimitInfo, known: Quota) -> Option<Quota> {
    let window = info.window.unwrap_or(known.window());
    Quota::new(info.limit, window).filter(|_| window <= MAX_WINDOW.max(known.window()))
}
