//! The pauses that a 429 imposes on a bucket.

use std::time::Duration;

use tokio::time::Instant;

/// The shortest pause where the service does not say how long; each one in a row doubles it.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause, whatever the service says.
const LONGEST: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub(super) struct Pauses {
    begun: Option<Instant>,
    until: Option<Instant>,
    in_a_row: u32,
}

impl Pauses {
    /// When the last pause is over, if there was one.
    pub(super) fn until(&self) -> Option<Instant> {
        self.until
    }

    /// A call that was sent at `sent` was refused. Returns the length of the pause if one begins,
    /// and when the pause is over that goes on.
    pub(super) fn throttled(
        &mut self,
        sent: Instant,
        retry_after: Option<Duration>,
        now: Instant,
    ) -> (Option<Duration>, Instant) {
        // Calls that were on their way when the pause began are refused for the same reason.
        let begins = self.in_a_row == 0 || self.begun.is_none_or(|begun| sent > begun);
        if begins {
            self.begun = Some(now);
            self.in_a_row = self.in_a_row.saturating_add(1);
        }
        let wait = match retry_after {
            Some(retry_after) => retry_after.min(LONGEST),
            None if begins => FIRST.saturating_mul(1 << (self.in_a_row - 1).min(6)).min(LONGEST),
            None => Duration::ZERO,
        };
        let until = self.until.map_or(now + wait, |until| until.max(now + wait));
        self.until = Some(until);
        (begins.then_some(wait), until)
    }

    /// A call that was sent at `sent` was not refused.
    pub(super) fn passed(&mut self, sent: Instant) {
        if self.begun.is_some_and(|begun| sent > begun) {
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
    fn calls_that_were_on_their_way_begin_no_other_pause() {
        let start = Instant::now();
        let mut pauses = Pauses::default();
        let now = start + secs(5);
        assert_eq!(pauses.throttled(start, None, now), (Some(secs(1)), now + secs(1)));
        assert_eq!(pauses.throttled(start, None, now + secs(1)), (None, now + secs(1)));
        // The service may say more in a later answer, and that counts.
        assert_eq!(pauses.throttled(start, Some(secs(9)), now), (None, now + secs(9)));
        // An answer to what was sent before says nothing of the time after.
        pauses.passed(start);
        let sent = now + secs(9);
        let second = (Some(secs(2)), sent + secs(2));
        assert_eq!(pauses.throttled(sent, None, sent), second, "the second in a row");
    }

    #[test]
    fn retry_after_is_followed_up_to_a_minute() {
        let now = Instant::now();
        let mut pauses = Pauses::default();
        let sent = now + secs(60);
        assert_eq!(pauses.throttled(now, Some(Duration::MAX), now), (Some(secs(60)), sent));
        assert_eq!(pauses.throttled(sent, Some(secs(0)), sent), (Some(secs(0)), sent));
    }
}
