//! What Redis last said about a bucket: its pace, its level, and which reservations are valid.

use std::time::Duration;

use frameio_core::Quota;
use tokio::time::Instant;

use crate::script::{QuotaOrigin, ScriptResponse};

/// Limits how far ahead of a full bucket the level is, in time and in slots; the larger one counts.
/// The script has the same limit.
const MAX_AHEAD: (Duration, u32) = (Duration::from_secs(900), 256);
/// Longest time that a slot taken in advance is kept.
const MAX_HOLD: Duration = Duration::from_millis(50);
/// Bounds of the time after which a process with waiting calls asks Redis again, for pauses.
const POLL: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(250));

#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) quota: Quota,
    pub(super) origin: QuotaOrigin,
    /// Time until a slot is free again.
    interval: Duration,
    /// Time that the level may be ahead of the clock for a call to pass at once.
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

    /// Time at which the bucket runs empty.
    pub(super) fn level(&self) -> Instant {
        self.level
    }

    /// Time until the bucket runs empty.
    pub(super) fn runs_empty_in(&self, now: Instant) -> Duration {
        self.level.saturating_duration_since(now).min(self.max_level())
    }

    /// Longest time until the bucket runs empty that can be true.
    fn max_level(&self) -> Duration {
        let (time, slots) = MAX_AHEAD;
        let full = self.interval.saturating_mul(self.quota.calls().get());
        full.saturating_add(time.max(self.interval.saturating_mul(slots)))
    }

    /// Wait of a call that has `ahead` calls ahead of it which are not booked yet.
    pub(super) fn expected_wait(&self, ahead: usize, now: Instant) -> Duration {
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        let wait = self.runs_empty_in(now).saturating_add(self.interval.saturating_mul(ahead));
        wait.saturating_sub(self.tolerance)
    }

    /// Replaces the quota by one that the service reported. Returns whether that changes it.
    pub(super) fn change_quota(&mut self, quota: Quota) -> bool {
        if self.origin == QuotaOrigin::Pinned || quota == self.quota {
            return false;
        }
        (self.quota, self.origin) = (quota, QuotaOrigin::Reported);
        self.interval = quota.interval();
        true
    }

    /// Whether a call that was sent at `sent` and not throttled ends the doubling of pauses.
    pub(super) fn ends_pauses(&self, sent: Instant) -> bool {
        self.throttled_in_a_row > 0 && sent > self.pause_began
    }

    /// Takes over what Redis says, with its quota unless `keep_quota`. Returns whether all
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
        if !keep_quota {
            self.quota = response.quota;
        }
        (self.interval, self.tolerance) = (response.interval, response.tolerance);
        self.level = now + response.level.min(self.max_level());
        invalidated
    }

    /// How long a slot is kept that was taken in advance. A slot that is used late fills the bucket
    /// of the service more than that in Redis; the slot that stays free there makes up for it.
    pub(super) fn hold(&self) -> Duration {
        (self.interval / 2).min(MAX_HOLD)
    }

    /// How often Redis is asked for pauses while calls wait.
    pub(super) fn poll_interval(&self) -> Duration {
        (self.interval / 2).clamp(POLL.0, POLL.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Redis says about a bucket that runs empty after `level`.
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
        assert!(schedule.change_quota(Quota::per_second(10)));
        assert_eq!(schedule.runs_empty_in(now), Duration::from_secs(1 + 900));
    }
}
