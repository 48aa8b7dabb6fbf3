//! Quotas and pauses learned from responses.

use std::time::Duration;

use frameio_core::{Quota, RateLimitInfo};
use tokio::time::Instant;

use super::store::QuotaResponse;

/// Maximum window accepted from a response. Documented windows are a second or a minute.
const MAX_WINDOW: Duration = Duration::from_secs(3600);
/// Maximum time per call of a quota accepted from a response, so that a faulty header does not stop an
/// operation. Documented quotas allow a call at least every few seconds.
const MAX_INTERVAL: Duration = Duration::from_secs(60);
/// Factor by which a quota has to shrink for a warning.
const DRASTIC: u32 = 10;
/// Number of consecutive responses without a sign of a quota after which the quota is raised.
const UNENFORCED_IN_A_ROW: u8 = 3;
/// First pause if the response has no `Retry-After`. Each consecutive pause doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Maximum pause, including pauses that `Retry-After` requests.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Learns the quota of one bucket from the responses of the service.
///
/// Implements the rules of [`RateLimitLayer`](super::RateLimitLayer#learning-from-responses) for a
/// [`QuotaStore`](super::QuotaStore). Keep one for each bucket whose quota is not
/// [pinned](super::QuotaBucket::pinned), and apply the quota that [`record`](Self::record) returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LearnedQuota {
    /// Number of consecutive responses without a sign of a quota.
    unenforced: u8,
    /// Whether a 429 proved that the quota is enforced.
    enforced: bool,
    /// Quota to return to, while it is raised.
    base: Option<Quota>,
    raised_at: Option<Instant>,
}

impl LearnedQuota {
    /// Records a response. Returns the quota to apply from now on, or `None` if it stays the same.
    ///
    /// `current` is the quota currently applied, and `runs_empty_at` the time at which the bucket
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

    /// Returns the current quota or, while it is raised, the one to return to.
    pub(super) fn usual(&self, current: Quota) -> Quota {
        self.base.unwrap_or(current)
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

    /// Returns whether a 429 proved that the quota is enforced.
    pub const fn is_enforced(&self) -> bool {
        self.enforced
    }

    /// Records that another process got a 429, so that the quota is never raised again.
    pub fn enforce(&mut self) {
        self.enforced = true;
    }

    /// Returns whether a reported quota replaces the current one. A quota that was raised because
    /// responses were not counted is not lowered by another such response.
    fn applies(&self, info: RateLimitInfo, reported: Quota, current: Quota) -> bool {
        let lower = reported.interval() > current.interval();
        !(lower && self.base.is_some() && whole_remains(info))
    }

    /// Counts a response without a sign of a quota. Returns the doubled quota after a few such
    /// responses.
    fn raise(&mut self, sent: Instant, current: Quota, runs_empty_at: Instant) -> Option<Quota> {
        // Only calls sent at the current rate prove anything about it. That excludes calls sent
        // before the quota was raised, and calls sent while the quota is hardly used.
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
    /// Returns the quota that the response reports, or `None` if it is missing or implausible: a
    /// limit or a window of zero, a window longer than an hour and than that of `current`, or less than
    /// a call per minute if `current` allows more.
    ///
    /// A missing window is taken from `current`.
    pub fn reported_quota(&self, current: Quota) -> Option<Quota> {
        let info = self.rate_limit?;
        let window = info.window.unwrap_or(current.window());
        Quota::new(info.limit, window).filter(|quota| {
            window <= MAX_WINDOW.max(current.window())
                && quota.interval() <= MAX_INTERVAL.max(current.interval())
        })
    }

    /// Returns the number of calls that remained after this one, or `None` if it is unknown or if the
    /// service did not count the call, because the whole quota remained.
    pub fn counted_remaining(&self) -> Option<u32> {
        self.rate_limit.filter(|info| !whole_remains(*info))?.remaining
    }
}

/// Returns whether a change lowers the quota so much that somebody should know.
pub(super) fn is_drastic(usual: Quota, changed: Quota) -> bool {
    changed.interval() > usual.interval() * DRASTIC
}

/// Returns whether the whole quota remains after a call, so that the service did not count it.
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
    /// Returns the end of the last pause.
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
        // Calls in flight when the pause started get a 429 for the same reason.
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
    use http::{HeaderMap, StatusCode};

    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn quota(calls: u32) -> Quota {
        Quota::new(calls, secs(10)).unwrap()
    }

    fn response(
        status: StatusCode,
        limit: u32,
        remaining: Option<u32>,
        window: Option<u32>,
    ) -> QuotaResponse {
        let mut headers = HeaderMap::new();
        let values = [("limit", Some(limit)), ("remaining", remaining), ("window", window)];
        for (name, value) in values {
            if let Some(value) = value {
                let name = http::HeaderName::try_from(format!("x-ratelimit-{name}")).unwrap();
                headers.insert(name, value.into());
            }
        }
        QuotaResponse::new(Instant::now(), status, &headers)
    }

    fn without_headers() -> QuotaResponse {
        QuotaResponse::new(Instant::now(), StatusCode::OK, &HeaderMap::new())
    }

    /// Returns a quota that was raised from 10 to 20 calls in 10 s.
    fn raised() -> LearnedQuota {
        let mut learned = LearnedQuota::default();
        let full = Instant::now() + secs(10);
        assert_eq!(learned.record(&without_headers(), quota(10), full), None);
        assert_eq!(learned.record(&without_headers(), quota(10), full), None);
        assert_eq!(learned.record(&without_headers(), quota(10), full), Some(quota(20)));
        learned
    }

    #[test]
    fn quotas_of_zero_or_of_hardly_any_calls_are_implausible() {
        let reported = |limit, window, current| {
            response(StatusCode::OK, limit, None, window).reported_quota(current)
        };
        let hour = secs(3600);
        assert_eq!(reported(99, Some(3_600_000), quota(10)), Quota::new(99, hour));
        assert_eq!(reported(99, Some(3_600_001), quota(10)), None);
        assert_eq!(reported(1, Some(60_000), quota(10)), Quota::new(1, secs(60)));
        assert_eq!(reported(1, Some(60_001), quota(10)), None);
        assert_eq!(reported(59, Some(3_600_000), quota(10)), None);
        let long = Quota::new(1, 2 * hour).unwrap();
        assert_eq!(reported(7, Some(7_200_000), long), Quota::new(7, 2 * hour));
        assert_eq!(reported(7, Some(7_200_001), long), None);
        assert_eq!(reported(7, None, quota(10)), Some(quota(7)));
        assert_eq!(reported(0, None, quota(10)), None);
        assert_eq!(reported(7, Some(0), quota(10)), None);
        assert_eq!(without_headers().reported_quota(quota(10)), None);
    }

    #[test]
    fn a_tenth_of_the_quota_is_drastic() {
        assert!(!is_drastic(quota(10), quota(1)));
        assert!(is_drastic(quota(11), quota(1)));
        assert!(!is_drastic(quota(1), quota(11)));
        // While the quota is raised, the one before counts.
        assert_eq!(raised().usual(quota(20)), quota(10));
    }

    #[test]
    fn a_call_is_counted_unless_the_whole_quota_remains() {
        let remaining = |remaining| response(StatusCode::OK, 10, remaining, None);
        for (left, counted, unenforced) in [
            (Some(9), Some(9), false),
            (Some(10), None, true),
            (Some(11), None, true),
            (None, None, false),
        ] {
            assert_eq!(remaining(left).counted_remaining(), counted, "{left:?}");
            assert_eq!(remaining(left).unenforced, unenforced, "{left:?}");
        }
        assert!(!response(StatusCode::NOT_FOUND, 10, Some(10), None).unenforced);
        assert!(!response(StatusCode::NO_CONTENT, 10, Some(10), None).unenforced);
    }

    #[tokio::test(start_paused = true)]
    async fn responses_count_while_the_bucket_is_at_least_half_full() {
        for (level, raises) in [(4999, false), (5000, true), (5001, true)] {
            let mut learned = LearnedQuota::default();
            let empty_at = Instant::now() + Duration::from_millis(level);
            for response in 1..=3 {
                let applied = learned.record(&without_headers(), quota(10), empty_at);
                assert_eq!(applied.is_some(), raises && response == 3, "{level}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_calls_sent_after_a_raise_raise_the_quota_again() {
        let mut learned = raised();
        let full = Instant::now() + secs(10);
        let mut older = without_headers();
        older.sent -= Duration::from_nanos(1);
        for _ in 0..9 {
            assert_eq!(learned.record(&older, quota(20), full), None);
        }
        assert_eq!(learned.record(&without_headers(), quota(20), full), None);
        assert_eq!(learned.record(&without_headers(), quota(20), full), None);
        assert_eq!(learned.record(&without_headers(), quota(20), full), Some(quota(40)));
        let throttled =
            QuotaResponse::new(Instant::now(), StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new());
        assert_eq!(
            learned.record(&throttled, quota(40), full),
            Some(quota(10)),
            "the original quota"
        );
        assert_eq!(learned.record(&throttled, quota(10), full), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_largest_quota_is_not_raised() {
        let (mut learned, full) = (LearnedQuota::default(), Instant::now() + secs(10));
        for _ in 0..9 {
            assert_eq!(learned.record(&without_headers(), quota(u32::MAX), full), None);
        }
        let most = quota(u32::MAX / 2 + 1);
        let applied = [(); 3].map(|()| learned.record(&without_headers(), most, full));
        assert_eq!(applied, [None, None, Some(quota(u32::MAX))]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_uncounted_response_does_not_lower_a_raised_quota() {
        let empty = Instant::now();
        let whole = |limit| response(StatusCode::OK, limit, Some(limit), None);
        let counted = |limit| response(StatusCode::OK, limit, Some(limit - 1), None);
        for (reported, applies) in [(10, None), (19, None), (20, None), (21, Some(quota(21)))] {
            assert_eq!(raised().record(&whole(reported), quota(20), empty), applies, "{reported}");
        }
        let same_rate = response(StatusCode::OK, 40, Some(40), Some(20_000));
        assert_eq!(raised().record(&same_rate, quota(20), empty), Quota::new(40, secs(20)));
        // The status makes no difference.
        let missing = response(StatusCode::NOT_FOUND, 10, Some(10), None);
        assert_eq!(raised().record(&missing, quota(20), empty), None);
        assert_eq!(raised().record(&counted(10), quota(20), empty), Some(quota(10)));
        let mut learned = raised();
        assert_eq!(learned.record(&counted(20), quota(20), empty), None);
        assert_eq!(learned, LearnedQuota::default(), "the raised quota is reported");

        let mut learned = LearnedQuota::default();
        assert_eq!(learned.record(&whole(5), quota(10), empty), Some(quota(5)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_response_with_headers_restarts_the_count() {
        let (mut learned, full) = (LearnedQuota::default(), Instant::now() + secs(10));
        let counted = response(StatusCode::OK, 10, Some(3), None);
        let neutral = response(StatusCode::OK, 0, Some(0), None);
        for _ in 0..4 {
            assert_eq!(learned.record(&without_headers(), quota(10), full), None);
            assert_eq!(learned.record(&without_headers(), quota(10), full), None);
            assert_eq!(learned.record(&counted, quota(10), full), None);
        }
        assert_eq!(learned.record(&without_headers(), quota(10), full), None);
        assert_eq!(learned.record(&without_headers(), quota(10), full), None);
        assert_eq!(learned.record(&neutral, quota(10), full), None, "implausible");
        assert_eq!(learned.record(&without_headers(), quota(10), full), Some(quota(20)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_quota_of_another_process_is_adopted() {
        let empty = Instant::now();
        let whole = response(StatusCode::OK, 10, Some(10), None);
        let throttled = response(StatusCode::TOO_MANY_REQUESTS, 0, None, None);
        for (current, lowered) in [(20, None), (10, None), (5, Some(quota(10)))] {
            let mut learned = LearnedQuota::default();
            learned.adopt(quota(10), quota(current));
            assert_eq!(learned.record(&whole, quota(current), empty), lowered, "{current}");
        }
        // The same rate in another window is not a raise.
        let mut learned = LearnedQuota::default();
        learned.adopt(quota(10), Quota::new(20, secs(20)).unwrap());
        assert_eq!(learned, LearnedQuota::default());
        // The first quota is restored, not the one that was adopted first.
        let mut learned = LearnedQuota::default();
        learned.adopt(quota(10), quota(20));
        learned.adopt(quota(20), quota(40));
        assert_eq!(learned.record(&throttled, quota(40), empty), Some(quota(10)));
        // Only calls sent after the change count.
        let mut learned = LearnedQuota::default();
        let older = without_headers();
        tokio::time::advance(secs(1)).await;
        learned.adopt(quota(10), quota(20));
        let full = Instant::now() + secs(10);
        assert!((0..9).all(|_| learned.record(&older, quota(20), full).is_none()));
    }

    #[tokio::test(start_paused = true)]
    async fn an_enforced_quota_is_never_raised() {
        let full = Instant::now() + secs(10);
        let mut enforced = LearnedQuota::default();
        enforced.enforce();
        let mut adopted = enforced;
        adopted.adopt(quota(10), quota(20));
        let mut reported = enforced;
        reported.record(&response(StatusCode::OK, 20, Some(3), None), quota(10), full);
        for mut learned in [enforced, adopted, reported] {
            assert!((0..9).all(|_| learned.record(&without_headers(), quota(20), full).is_none()));
        }
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
    fn calls_in_flight_start_no_second_pause() {
        let start = Instant::now();
        let mut pauses = Pauses::default();
        let now = start + secs(5);
        assert_eq!(pauses.throttled(start, None, now), (Some(secs(1)), now + secs(1)));
        assert_eq!(pauses.throttled(start, None, now + secs(1)), (None, now + secs(1)));
        // A longer Retry-After of a later response extends the pause.
        assert_eq!(pauses.throttled(start, Some(secs(9)), now), (None, now + secs(9)));
        // A response to a call sent before the pause, or when it began, does not reset the count.
        pauses.passed(start);
        pauses.passed(now);
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
    }

    #[test]
    fn a_retry_after_of_less_than_a_second_counts_as_missing() {
        let past = "Sun, 06 Nov 1994 08:49:37 GMT";
        for (value, delay) in [("0", None), (past, None), ("1", Some(secs(1)))] {
            let value = http::HeaderValue::from_static(value);
            let headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, value)]);
            let status = StatusCode::TOO_MANY_REQUESTS;
            assert_eq!(QuotaResponse::new(Instant::now(), status, &headers).retry_after, delay);
        }
    }
}
