//! What responses reveal about a bucket: the quota in force, and pauses after a 429.

use std::time::Duration;

use frameio_core::{Quota, RateLimitInfo};
use tokio::time::Instant;

use super::store::QuotaResponse;

/// Longest window of a response that is accepted. The documented ones are a second or a minute.
const MAX_WINDOW: Duration = Duration::from_secs(3600);
/// Number of responses in a row without a sign of a quota after which the quota is raised.
const UNENFORCED_IN_A_ROW: u8 = 3;
/// First pause if the response has no `Retry-After`; each one in a row doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause, whatever the response asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Quota of one bucket as the responses of the service reveal it.
///
/// The rules of [`RateLimitLayer`](super::RateLimitLayer#quotas-of-the-service), for a
/// [`QuotaStore`](super::QuotaStore): keep one next to each bucket whose quota is not
/// [pinned](super::QuotaBucket::pinned), and apply the quota that [`record`](Self::record) returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LearnedQuota {
    /// Responses in a row without a sign of a quota.
    unenforced: u8,
    /// Whether a 429 proved that the quota is enforced.
    enforced: bool,
    /// Quota to return to, while it is raised.
    base: Option<Quota>,
    raised_at: Option<Instant>,
}

impl LearnedQuota {
    /// Records a response. Returns the quota to apply from now on, if it changes.
    ///
    /// `current` is the quota that is applied, and `runs_empty_at` the time at which the bucket
    /// runs empty.
    pub fn record(
        &mut self,
        response: &QuotaResponse,
        current: Quota,
        runs_empty_at: Instant,
    ) -> Option<Quota> {
        let reported = response.reported_quota(current);
        if response.throttled {
            let base = self.base;
            *self = Self { enforced: true, ..Self::default() };
            return reported.or(base).filter(|quota| *quota != current);
        }
        match (response.rate_limit, reported) {
            // Implausible headers reveal nothing.
            (Some(_), None) => return None,
            (Some(info), Some(quota)) if self.applies(info, quota, current) => {
                if quota != current || !whole_remains(info) {
                    *self = Self { enforced: self.enforced, ..Self::default() };
                }
                if quota != current {
                    return Some(quota);
                }
            }
            _ => {}
        }
        if response.unenforced { self.raise(response.sent, current, runs_empty_at) } else { None }
    }

    /// Records that another process changed the quota from `previous` to `current`.
    pub fn adopt(&mut self, previous: Quota, current: Quota) {
        let raised = current.interval() < previous.interval();
        *self = Self {
            enforced: self.enforced,
            base: raised.then_some(self.base.unwrap_or(previous)),
            raised_at: raised.then(Instant::now),
            ..Self::default()
        };
    }

    /// Records that another process got a 429: the quota is not raised any more.
    pub fn enforce(&mut self) {
        self.enforced = true;
    }

    /// Returns whether a reported quota replaces the current one. A response that was not counted
    /// does not lower a quota that was raised for that reason.
    fn applies(&self, info: RateLimitInfo, reported: Quota, current: Quota) -> bool {
        let lower = reported.interval() > current.interval();
        !(lower && self.base.is_some() && whole_remains(info))
    }

    /// Counts a response without a sign of a quota. Returns the doubled quota after a few of them.
    fn raise(&mut self, sent: Instant, current: Quota, runs_empty_at: Instant) -> Option<Quota> {
        // Only a call that was sent at the current rate proves anything about it: none that was
        // sent before, and none while the quota is hardly used.
        let older = self.raised_at.is_some_and(|raised_at| sent < raised_at);
        if self.enforced || older {
            return None;
        }
        let now = Instant::now();
        if runs_empty_at.saturating_duration_since(now) < current.window() / 2 {
            return None;
        }
        self.unenforced += 1;
        if self.unenforced < UNENFORCED_IN_A_ROW {
            return None;
        }
        let raised = Quota::new(current.calls().get().saturating_mul(2), current.window())?;
        *self = Self { base: self.base.or(Some(current)), raised_at: Some(now), ..Self::default() };
        (raised != current).then_some(raised)
    }
}

impl QuotaResponse {
    /// Returns the quota that the response reports; `None` if there is none or it is implausible: a
    /// limit or a window of zero, or a window of more than an hour. A missing window is that of
    /// `current`.
    pub fn reported_quota(&self, current: Quota) -> Option<Quota> {
        let info = self.rate_limit?;
        let window = info.window.unwrap_or(current.window());
        Quota::new(info.limit, window).filter(|_| window <= MAX_WINDOW.max(current.window()))
    }

    /// Returns how many calls remained after this one; `None` if that is unknown, or if the whole
    /// quota remained, so that the call was not counted.
    pub fn counted_remaining(&self) -> Option<u32> {
        self.rate_limit.filter(|info| !whole_remains(*info))?.remaining
    }
}

/// Returns whether the whole quota remains after a call, which therefore was not counted.
pub(super) fn whole_remains(info: RateLimitInfo) -> bool {
    info.remaining.is_some_and(|remaining| remaining >= info.limit)
}

/// Pauses of a bucket after a 429.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    began: Option<Instant>,
    until: Option<Instant>,
    in_a_row: u32,
}

impl Pauses {
    /// Returns the end of the last pause, if there was one.
    pub(super) fn until(&self) -> Option<Instant> {
        self.until
    }

    /// Records a 429 to a call that was sent at `sent`. Returns the length of the pause if one
    /// starts, and the end of the current pause.
    pub(super) fn throttled(
        &mut self,
        sent: Instant,
        retry_after: Option<Duration>,
        now: Instant,
    ) -> (Option<Duration>, Instant) {
        // Calls that were in flight when the pause began get a 429 for the same reason.
        let begins = self.in_a_row == 0 || self.began.is_none_or(|began| sent > began);
        if begins {
            self.began = Some(now);
            self.in_a_row = self.in_a_row.saturating_add(1);
        }
        let wait = match retry_after {
            Some(retry_after) => retry_after.min(LONGEST_PAUSE),
            None if begins => {
                FIRST_PAUSE.saturating_mul(1 << (self.in_a_row - 1).min(6)).min(LONGEST_PAUSE)
            }
            None => Duration::ZERO,
        };
        let until = self.until.map_or(now + wait, |until| until.max(now + wait));
        self.until = Some(until);
        (begins.then_some(wait), until)
    }

    /// Records that a call sent at `sent` got no 429.
    pub(super) fn passed(&mut self, sent: Instant) {
        if self.began.is_some_and(|began| sent > began) {
            self.in_a_row = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn pauses_double_up_to_a_minute_until_a_call_passes() {
        let mut pauses = Pauses::default();
        assert_eq!(pauses.until(), None);
        let mut now = Instant::now();
        for expected in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            let until = now + secs(expected);
            assert_eq!(pauses.throttled(now, None, now), (Some(secs(expected)), until));
            assert_eq!(pauses.until(), Some(until));
            now = until;
        }
        pauses.passed(now);
        assert_eq!(pauses.throttled(now, None, now), (Some(secs(1)), now + secs(1)));
    }

    #[test]
    fn calls_in_flight_start_no_other_pause() {
        let start = Instant::now();
        let mut pauses = Pauses::default();
        let now = start + secs(5);
        assert_eq!(pauses.throttled(start, None, now), (Some(secs(1)), now + secs(1)));
        assert_eq!(pauses.throttled(start, None, now + secs(1)), (None, now + secs(1)));
        // A longer Retry-After of a later response extends the pause.
        assert_eq!(pauses.throttled(start, Some(secs(9)), now), (None, now + secs(9)));
        // A response to a call that was sent before the pause does not end the row.
        pauses.passed(start);
        let sent = now + secs(9);
        let second = (Some(secs(2)), sent + secs(2));
        assert_eq!(pauses.throttled(sent, None, sent), second, "the second in a row");
    }

    #[test]
    fn retry_after_is_limited_to_a_minute() {
        let now = Instant::now();
        let mut pauses = Pauses::default();
        let sent = now + secs(60);
        assert_eq!(pauses.throttled(now, Some(Duration::MAX), now), (Some(secs(60)), sent));
        assert_eq!(pauses.throttled(sent, Some(secs(0)), sent), (Some(secs(0)), sent));
    }
}
