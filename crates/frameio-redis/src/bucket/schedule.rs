//! State of a bucket in the last response of Redis: its pace, its level, and valid reservations.

use std::time::Duration;

use frameio_core::Quota;
use frameio_tower::rate_limit::{LearnedQuota, QuotaResponse};
use tokio::time::Instant;

use crate::script::{QuotaOrigin, ScriptResponse};

/// Maximum of the level beyond a full bucket, in time and in slots; the larger one applies. The script
/// has the same limit.
const MAX_AHEAD: (Duration, u32) = (Duration::from_secs(900), 256);
/// Maximum time for which a slot taken in advance is kept.
const MAX_HOLD: Duration = Duration::from_millis(50);
/// Bounds of the interval at which a process with waiting calls polls Redis for pauses.
const POLL: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(250));

#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) quota: Quota,
    pub(super) origin: QuotaOrigin,
    learned: LearnedQuota,
    /// Time until a slot is free again.
    interval: Duration,
    /// Maximum distance of the level from the clock at which a call passes immediately.
    tolerance: Duration,
    /// Time at which the bucket runs empty.
    level: Instant,
    /// Number of times that all reservations in Redis became invalid.
    pub(super) epoch: u64,
    /// Number of times that all reservations of this process became invalid.
    pub(super) generation: u64,
    pause_began: Instant,
    throttled_in_a_row: u64,
}

impl Schedule {
    pub(super) fn new(quota: Quota, pinned: bool) -> Self {
        let now = Instant::now();
        Self {
            quota,
            origin: if pinned { QuotaOrigin::Pinned } else { QuotaOrigin::Documented },
            learned: LearnedQuota::default(),
            interval: quota.interval(),
            tolerance: Duration::ZERO,
            level: now,
            epoch: 0,
            generation: 0,
            pause_began: now,
            throttled_in_a_row: 0,
        }
    }

    pub(super) fn interval(&self) -> Duration {
        self.interval
    }

    /// Returns whether a 429 proved that the quota is enforced, which Redis forgets with the bucket.
    pub(super) fn is_enforced(&self) -> bool {
        self.learned.is_enforced()
    }

    /// Time at which the bucket runs empty.
    pub(super) fn level(&self) -> Instant {
        self.level
    }

    /// Time until the bucket runs empty.
    pub(super) fn runs_empty_in(&self, now: Instant) -> Duration {
        self.level.saturating_duration_since(now).min(self.max_level())
    }

    /// Returns the maximum plausible time until the bucket runs empty.
    fn max_level(&self) -> Duration {
        let (time, slots) = MAX_AHEAD;
        let full = self.interval.saturating_mul(self.quota.calls().get());
        full.saturating_add(time.max(self.interval.saturating_mul(slots)))
    }

    /// Returns the expected wait of a call behind `ahead` calls that are not booked yet.
    pub(super) fn expected_wait(&self, ahead: usize, now: Instant) -> Duration {
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        let wait = self.runs_empty_in(now).saturating_add(self.interval.saturating_mul(ahead));
        wait.saturating_sub(self.tolerance)
    }

    /// Applies the quota that a response reveals. Returns whether it changed.
    pub(super) fn learn(&mut self, response: &QuotaResponse) -> bool {
        if self.origin == QuotaOrigin::Pinned {
            return false;
        }
        let Some(quota) = self.learned.record(response, self.quota, self.level) else {
            return false;
        };
        (self.quota, self.origin) = (quota, QuotaOrigin::Reported);
        self.interval = quota.interval();
        true
    }

    /// Returns whether a call that was sent at `sent` and not throttled ends the doubling of pauses.
    pub(super) fn ends_pauses(&self, sent: Instant) -> bool {
        self.throttled_in_a_row > 0 && sent > self.pause_began
    }

    /// Applies a response of Redis, including its quota unless `keep_quota`. Returns whether all
    /// reservations became invalid.
    pub(super) fn update(
        &mut self,
        response: &ScriptResponse,
        keep_quota: bool,
        now: Instant,
    ) -> bool {
        let invalidated = response.epoch != self.epoch;
        if invalidated {
            self.epoch = response.epoch;
            if response.pause > Duration::ZERO {
                self.pause_began = now;
            }
        }
        self.throttled_in_a_row = response.throttled_in_a_row;
        if response.throttled_in_a_row > 0 {
            self.learned.enforce();
        }
        if !keep_quota && response.quota != self.quota {
            self.learned.adopt(self.quota, response.quota);
            self.quota = response.quota;
        }
        (self.interval, self.tolerance) = (response.interval, response.tolerance);
        self.level = now + response.level.min(self.max_level());
        invalidated
    }

    /// Returns the time for which a slot taken in advance is kept. A late slot fills the bucket of the
    /// service more than the one in Redis; the slot that stays free in Redis compensates for that.
    pub(super) fn hold(&self) -> Duration {
        (self.interval / 2).min(MAX_HOLD)
    }

    /// Returns the interval at which Redis is polled for pauses while calls wait.
    pub(super) fn poll_interval(&self) -> Duration {
        (self.interval / 2).clamp(POLL.0, POLL.1)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;

    /// Returns a response of Redis about a bucket that runs empty after `level`.
    fn response(quota: Quota, level: Duration) -> ScriptResponse {
        ScriptResponse {
            epoch: 0,
            interval: quota.interval(),
            tolerance: quota.interval() * (quota.calls().get() - 2),
            level,
            quota,
            throttled_in_a_row: 0,
            pause: Duration::ZERO,
            slots: Vec::new(),
        }
    }

    /// Returns a response of the service with quota headers.
    fn headers(status: u16, limit: u32, remaining: u32, window: u32) -> QuotaResponse {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-limit", limit.into());
        headers.insert("x-ratelimit-remaining", remaining.into());
        headers.insert("x-ratelimit-window", window.into());
        QuotaResponse::new(Instant::now(), StatusCode::from_u16(status).unwrap(), &headers)
    }

    fn without_headers(status: u16) -> QuotaResponse {
        let status = StatusCode::from_u16(status).unwrap();
        QuotaResponse::new(Instant::now(), status, &HeaderMap::new())
    }

    const fn ten_seconds(calls: u32) -> Quota {
        match Quota::new(calls, Duration::from_secs(10)) {
            Some(quota) => quota,
            None => panic!("not a quota"),
        }
    }

    /// Returns a schedule of ten calls in ten seconds with a nearly full bucket.
    fn nearly_full() -> Schedule {
        let mut schedule = Schedule::new(ten_seconds(10), false);
        let level = Duration::from_secs(8);
        schedule.update(&response(ten_seconds(10), level), false, Instant::now());
        schedule
    }

    #[tokio::test(start_paused = true)]
    async fn responses_without_a_sign_of_a_quota_raise_it_until_a_429() {
        for unenforced in [without_headers(200), headers(201, 10, 10, 10_000)] {
            let mut schedule = nearly_full();
            assert!(!schedule.learn(&unenforced) && !schedule.learn(&unenforced));
            assert!(schedule.learn(&unenforced));
            assert_eq!(schedule.quota, ten_seconds(20));
            assert_eq!(schedule.origin, QuotaOrigin::Reported);
            assert_eq!(schedule.interval(), Duration::from_millis(500));
            assert!(schedule.learn(&without_headers(429)));
            assert_eq!(schedule.quota, ten_seconds(10));
            assert!((0..9).all(|_| !schedule.learn(&unenforced)));
        }
        let mut pinned = Schedule::new(ten_seconds(10), true);
        pinned.update(&response(ten_seconds(10), Duration::from_secs(8)), false, Instant::now());
        assert!((0..9).all(|_| !pinned.learn(&without_headers(200))));
        assert!(!pinned.learn(&headers(200, 7, 3, 10_000)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_quota_that_another_process_raised_is_kept_until_it_is_enforced() {
        let mut schedule = nearly_full();
        let raised = response(ten_seconds(20), Duration::from_secs(8));
        schedule.update(&raised, false, Instant::now());
        assert_eq!(schedule.quota, ten_seconds(20));
        assert!(!schedule.learn(&headers(200, 10, 10, 10_000)), "not counted");
        assert!(schedule.learn(&headers(200, 10, 3, 10_000)), "counted");
        assert_eq!(schedule.quota, ten_seconds(10));

        // Redis has another quota than the one that this process is about to report.
        schedule.update(&raised, true, Instant::now());
        assert_eq!(schedule.quota, ten_seconds(10));

        schedule.update(&raised, false, Instant::now());
        assert!(schedule.learn(&without_headers(429)));
        assert_eq!(schedule.quota, ten_seconds(10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_429_of_another_process_ends_raising() {
        let mut schedule = nearly_full();
        let mut throttled = response(ten_seconds(10), Duration::from_secs(8));
        throttled.throttled_in_a_row = 1;
        schedule.update(&throttled, false, Instant::now());
        assert!((0..9).all(|_| !schedule.learn(&without_headers(200))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_level_in_the_far_future_is_limited() {
        let hour = Duration::from_secs(3600);
        // Ten in ten seconds, and ten a minute, of which 256 take 1536 s.
        for (quota, max) in [
            (Quota::new(10, Duration::from_secs(10)).unwrap(), Duration::from_secs(10 + 900)),
            (Quota::per_minute(10), Duration::from_secs(60 + 1536)),
        ] {
            let mut schedule = Schedule::new(quota, false);
            let now = Instant::now();
            schedule.update(&response(quota, hour), false, now);
            assert_eq!(schedule.runs_empty_in(now), max);
            schedule.update(&response(quota, 10_000 * 24 * hour), false, now);
            assert_eq!(schedule.runs_empty_in(now), max);
            schedule.update(&response(quota, Duration::from_secs(7)), false, now);
            assert_eq!(schedule.runs_empty_in(now), Duration::from_secs(7));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_quota_that_becomes_faster_limits_a_level_that_is_carried_over() {
        let slow = Quota::new(1, Duration::from_secs(3600)).unwrap();
        let mut schedule = Schedule::new(slow, false);
        let now = Instant::now();
        schedule.update(
            &response(Quota::new(2, 2 * slow.window()).unwrap(), slow.window() * 9),
            false,
            now,
        );
        assert!(schedule.learn(&headers(200, 10, 9, 1000)));
        assert_eq!(schedule.runs_empty_in(now), Duration::from_secs(1 + 900));
    }
}
