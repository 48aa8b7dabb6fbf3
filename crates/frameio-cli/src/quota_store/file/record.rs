//! State of one bucket: GCRA with corrections by responses. All times are microseconds since 1970.
//!
//! The arithmetic is that of the buckets in memory (`frameio-tower`, `rate_limit/gcra.rs`).

use std::time::Duration;

use frameio::Quota;

/// Maximum pause after a 429.
const MAX_PAUSE: u64 = 60_000_000;

/// Age after which a quota that a response reported is forgotten.
const MAX_AGE: u64 = 10 * 60_000_000;

/// State of one bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Time at which the bucket runs empty.
    pub(super) level: u64,
    pub(super) calls: u32,
    pub(super) window: u64,
    /// Number of pauses, so that slots of before are not returned.
    pub(super) epoch: u32,
    /// End of the pause.
    pub(super) pause: u64,
    pub(super) pause_began: u64,
    /// Number of 429 responses in a row.
    pub(super) throttled: u32,
    /// Time of the last use.
    pub(super) used_at: u64,
}

/// Slot that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// Level after the slot was taken.
    pub(super) level: u64,
    pub(super) epoch: u32,
}

/// Converts a duration to microseconds.
pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Record {
    /// Creates an empty bucket.
    pub(super) fn new(quota: Quota, now: u64) -> Self {
        let (calls, window) = (quota.calls().get(), micros(quota.window()).max(1));
        Self {
            level: now,
            calls,
            window,
            epoch: 0,
            pause: 0,
            pause_began: 0,
            throttled: 0,
            used_at: now,
        }
    }

    /// Prepares a stored record for use at `now`: limits times in the far future, as after the clock
    /// was set back, and forgets an old quota in favour of `documented`.
    pub(super) fn refreshed(mut self, documented: Quota, now: u64) -> Self {
        if self.is_idle(now) && now.saturating_sub(self.used_at) > MAX_AGE {
            return Self { epoch: self.epoch, ..Self::new(documented, now) };
        }
        self.pause = self.pause.min(now + MAX_PAUSE);
        self.pause_began = self.pause_began.min(now);
        let full = self.interval().saturating_mul(u64::from(self.calls));
        self.level = self.level.min(self.pause.max(now).saturating_add(full));
        self.used_at = now;
        self
    }

    /// Returns the quota, unless the record is damaged.
    pub(super) fn quota(&self) -> Option<Quota> {
        Quota::new(self.calls, Duration::from_micros(self.window))
    }

    /// Returns whether the bucket is empty and not paused.
    pub(super) fn is_idle(&self, now: u64) -> bool {
        self.level <= now && self.pause <= now
    }

    /// Time in which one slot leaks away.
    pub(super) fn interval(&self) -> u64 {
        self.window.div_ceil(u64::from(self.calls.max(1))).max(1)
    }

    /// Maximum lead of the level over the clock at which a call passes immediately. One slot stays
    /// free, unless it is the only one.
    pub(super) fn tolerance(&self) -> u64 {
        self.interval().saturating_mul(u64::from(self.calls.saturating_sub(1).max(1) - 1))
    }

    /// Returns the number of slots in use.
    pub(super) fn used(&self, now: u64) -> u64 {
        self.level.saturating_sub(now).div_ceil(self.interval())
    }

    /// Takes a slot, or returns the wait for the next one.
    pub(super) fn take(&mut self, now: u64) -> Result<Slot, Duration> {
        let from = self.level.max(now);
        let turn = from.saturating_sub(self.tolerance()).max(self.pause);
        if turn > now {
            return Err(Duration::from_micros(turn - now));
        }
        self.level = from + self.interval();
        Ok(Slot { level: self.level, epoch: self.epoch })
    }

    /// Returns a slot whose call was not sent. A slot that has leaked away is free already.
    pub(super) fn give_back(&mut self, slot: Slot, now: u64) {
        if slot.epoch == self.epoch && now < slot.level {
            self.level = self.level.saturating_sub(self.interval());
        }
    }

    /// Replaces the quota, and keeps the number of slots in use.
    pub(super) fn change(&mut self, quota: Quota, now: u64) {
        let (calls, window) = (quota.calls().get(), micros(quota.window()).max(1));
        if (calls, window) == (self.calls, self.window) {
            return;
        }
        let used = self.level.saturating_sub(now) / self.interval();
        let used = used.min(self.calls.into()).min(calls.into());
        (self.calls, self.window) = (calls, window);
        self.level = now + used * self.interval();
        // After a pause, calls pass one by one.
        if self.pause > now {
            self.level = self.level.max(self.pause + self.tolerance());
        }
    }

    /// Raises the level to that of the service, unless the difference is less than a call.
    pub(super) fn raise(&mut self, level: u64) {
        if level.saturating_sub(self.level) >= self.interval() {
            self.level = level;
        }
    }

    /// Starts or extends a pause after a 429 to a call that was sent at `sent`.
    pub(super) fn throttle(&mut self, sent: u64, retry_after: Option<Duration>, now: u64) {
        // Calls in progress when the pause began get a 429 for the same reason.
        let begins = self.throttled == 0 || sent > self.pause_began;
        let mut wait = retry_after.map(|it| micros(it).min(MAX_PAUSE));
        if begins {
            (self.pause_began, self.throttled) = (now, self.throttled.saturating_add(1));
            let doubled = 1_000_000_u64 << (self.throttled - 1).min(6);
            wait = wait.or(Some(doubled.min(MAX_PAUSE)));
        }
        let Some(wait) = wait else { return };
        self.pause = self.pause.max(now + wait);
        self.level = self.level.max(self.pause + self.tolerance());
        self.epoch = self.epoch.wrapping_add(1);
    }

    /// Ends the doubling of pauses after a response other than 429 to a call sent at `sent`.
    pub(super) fn succeed(&mut self, sent: u64) {
        if sent > self.pause_began {
            self.throttled = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    fn quota(calls: u32, seconds: u64) -> Quota {
        Quota::new(calls, Duration::from_secs(seconds)).unwrap()
    }

    /// Five calls in five seconds at the time 100 s.
    fn five() -> (Record, u64) {
        let now = 100 * SECOND;
        (Record::new(quota(5, 5), now), now)
    }

    #[test]
    fn a_burst_leaves_one_slot_free_and_then_calls_pass_at_the_rate() {
        let (mut record, now) = five();
        assert!((0..4).all(|_| record.take(now).is_ok()));
        assert_eq!(record.take(now), Err(Duration::from_secs(1)));
        assert!(record.take(now + SECOND).is_ok());
        assert_eq!(record.take(now + SECOND), Err(Duration::from_secs(1)));
        assert_eq!(record.used(now + SECOND), 4);
        let mut single = Record::new(quota(1, 2), now);
        assert!(single.take(now).is_ok());
        assert_eq!(single.take(now), Err(Duration::from_secs(2)));
    }

    #[test]
    fn a_returned_slot_is_free_until_it_has_leaked_away_or_a_pause_began() {
        let (mut record, now) = five();
        let slots: Vec<_> = (0..4).map(|_| record.take(now).unwrap()).collect();
        record.give_back(slots[0], now + SECOND);
        assert!(record.level == now + 4 * SECOND, "the first slot has leaked away");
        record.give_back(slots[3], now);
        assert!(record.take(now).is_ok());
        record.throttle(now, None, now);
        let level = record.level;
        record.give_back(slots[2], now);
        assert_eq!(record.level, level);
    }

    #[test]
    fn pauses_double_and_then_calls_pass_one_by_one() {
        let (mut record, now) = five();
        record.throttle(now - 1, None, now);
        assert_eq!(record.take(now), Err(Duration::from_secs(1)));
        record.throttle(now - 1, None, now + 1);
        assert_eq!(record.throttled, 1, "sent before the pause");
        let after = now + SECOND;
        assert!(record.take(after).is_ok());
        assert_eq!(record.take(after), Err(Duration::from_secs(1)));
        record.throttle(after, None, after);
        assert_eq!(record.pause, after + 2 * SECOND);
        record.succeed(after);
        assert_eq!(record.throttled, 2);
        record.succeed(after + 1);
        assert_eq!(record.throttled, 0);
        record.throttle(after + 2, Some(Duration::MAX), after + 2);
        assert_eq!(record.pause, after + 2 + MAX_PAUSE);
    }

    #[test]
    fn a_level_in_the_far_future_is_limited_to_a_full_bucket() {
        let (mut record, now) = five();
        record.level = now + 3600 * SECOND;
        record.pause = now + 3600 * SECOND;
        let record = record.refreshed(quota(9, 9), now);
        assert_eq!((record.pause, record.level), (now + MAX_PAUSE, now + MAX_PAUSE + 5 * SECOND));
    }

    #[test]
    fn an_old_record_returns_to_the_documented_quota() {
        let (record, now) = five();
        let kept = record.clone().refreshed(quota(9, 9), now + MAX_AGE);
        assert_eq!(kept.quota(), Some(quota(5, 5)));
        let forgotten = record.refreshed(quota(9, 9), now + MAX_AGE + 1);
        assert_eq!(forgotten.quota(), Some(quota(9, 9)));
    }

    #[test]
    fn a_new_quota_keeps_the_slots_in_use() {
        let (mut record, now) = five();
        for _ in 0..3 {
            record.take(now).unwrap();
        }
        record.change(quota(10, 5), now);
        assert_eq!(record.used(now), 3);
        record.change(quota(2, 5), now);
        assert_eq!(record.used(now), 2);
        record.raise(record.level + record.interval() - 1);
        assert_eq!(record.used(now), 2, "rounding");
        record.raise(record.level + record.interval());
        assert_eq!(record.used(now), 3);
    }
}
