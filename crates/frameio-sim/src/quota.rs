//! Documented quotas: a leaky bucket for each token, account and operation.

use std::collections::HashMap;
use std::time::Duration;

use frameio_core::{Operation, Quota, QuotaScope};

/// Number of buckets above which empty ones are discarded.
const CLEANUP_THRESHOLD: usize = 1024;

/// Level of a bucket, as the three rate-limit headers report it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) window_millis: u64,
}

impl Level {
    /// Returns the level of an unused bucket.
    pub(crate) fn unused(quota: Quota) -> Self {
        Self::of(quota, quota.calls().get())
    }

    fn of(quota: Quota, remaining: u32) -> Self {
        let window_millis = u64::try_from(quota.window().as_millis()).unwrap_or(u64::MAX);
        Self { limit: quota.calls().get(), remaining, window_millis }
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    token: String,
    account: String,
    operation: &'static str,
}

/// Bucket in use, with the time until it is empty.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// Token, or an empty text for a bucket that all tokens share.
    pub(crate) token: String,
    pub(crate) account: String,
    pub(crate) operation: &'static str,
    pub(crate) level: Level,
    pub(crate) empty_in: Duration,
}

/// All buckets. The state of a bucket is the [elapsed](crate::Clock::elapsed) time at which it is empty.
#[derive(Debug)]
pub(crate) struct Buckets {
    enforced: bool,
    overrides: HashMap<String, Quota>,
    empty_at: HashMap<Key, (Duration, Quota)>,
}

impl Buckets {
    /// Creates buckets with the documented quotas, except for the `overrides` by operation.
    pub(crate) fn new(enforced: bool, overrides: HashMap<String, Quota>) -> Self {
        Self { enforced, overrides, empty_at: HashMap::new() }
    }

    /// Returns the quota of an operation.
    pub(crate) fn quota(&self, operation: &Operation) -> Quota {
        self.overrides.get(operation.id).copied().unwrap_or(operation.quota)
    }

    /// Empties all buckets.
    pub(crate) fn clear(&mut self) {
        self.empty_at.clear();
    }

    /// Spends one call; fails when the bucket is full.
    pub(crate) fn spend(
        &mut self,
        token: &str,
        account: &str,
        operation: &'static Operation,
        now: Duration,
    ) -> Result<Level, Level> {
        let quota = self.quota(operation);
        if !self.enforced {
            return Ok(Level::unused(quota));
        }
        if self.empty_at.len() > CLEANUP_THRESHOLD {
            self.empty_at.retain(|_, (at, _)| *at > now);
        }
        let token = match operation.scope {
            QuotaScope::Account => "",
            _ => token,
        };
        let key =
            Key { token: token.to_owned(), account: account.to_owned(), operation: operation.id };
        let (empty_at, _) = self.empty_at.entry(key).or_insert((now, quota));
        let filled = (*empty_at).max(now) + quota.interval();
        let room = quota.window().checked_sub(filled - now);
        match room {
            Some(room) => {
                *empty_at = filled;
                Ok(Level::of(quota, calls(room, quota.interval())))
            }
            None => Err(Level::of(quota, 0)),
        }
    }

    /// Returns whether quotas are enforced, and the `limit` fullest buckets in use.
    pub(crate) fn used(&self, now: Duration, limit: usize) -> (bool, Vec<Bucket>) {
        let share = |empty_in: Duration, quota: Quota| {
            empty_in.as_nanos() * 1_000 / quota.window().as_nanos().max(1)
        };
        let used = self.empty_at.iter().filter(|(_, (at, _))| *at > now);
        let mut used: Vec<_> =
            used.map(|(key, (at, quota))| (key, at.saturating_sub(now), *quota)).collect();
        used.sort_by_key(|(_, empty_in, quota)| std::cmp::Reverse(share(*empty_in, *quota)));
        used.truncate(limit);
        let bucket = |(key, empty_in, quota): (&Key, Duration, Quota)| {
            let room = quota.window().saturating_sub(empty_in);
            Bucket {
                token: key.token.clone(),
                account: key.account.clone(),
                operation: key.operation,
                level: Level::of(quota, calls(room, quota.interval())),
                empty_in,
            }
        };
        (self.enforced, used.into_iter().map(bucket).collect())
    }
}

/// Returns the number of whole intervals in `room`.
fn calls(room: Duration, interval: Duration) -> u32 {
    u32::try_from(room.as_nanos() / interval.as_nanos()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    static THREE: Operation = Operation::new("three", Method::GET, "/3", Quota::per_second(3));
    static SHARED: Operation = Operation::new("shared", Method::GET, "/s", Quota::per_minute(1))
        .scope(QuotaScope::Account);

    #[test]
    fn a_full_bucket_refuses_calls_until_one_has_leaked() {
        let mut buckets = Buckets::new(true, HashMap::new());
        let mut spend = |millis| {
            let now = Duration::from_millis(millis);
            buckets.spend("t", "a", &THREE, now).map(|level| level.remaining)
        };
        assert_eq!([spend(0), spend(0), spend(0)], [Ok(2), Ok(1), Ok(0)]);
        assert!(spend(0).is_err());
        assert!(spend(333).is_err());
        assert_eq!(spend(334), Ok(0));
        assert_eq!(spend(1_334), Ok(2));
    }

    #[test]
    fn each_token_account_and_operation_has_its_own_bucket() {
        let mut buckets = Buckets::new(true, HashMap::new());
        let mut remaining = |token, account, operation| {
            let level = buckets.spend(token, account, operation, Duration::ZERO);
            level.map(|level| level.remaining)
        };
        for (token, account) in [("t", "a"), ("u", "a"), ("t", "b")] {
            assert_eq!(remaining(token, account, &THREE), Ok(2));
        }
        assert_eq!(remaining("t", "a", &SHARED), Ok(0));
        assert!(remaining("u", "a", &SHARED).is_err(), "shared by all users of the account");
    }

    #[test]
    fn overrides_replace_documented_quotas() {
        let own = HashMap::from([("three".to_owned(), Quota::per_second(2))]);
        let mut buckets = Buckets::new(true, own);
        let mut spend = || {
            let level = buckets.spend("t", "a", &THREE, Duration::ZERO);
            level.map(|level| (level.limit, level.remaining))
        };
        assert_eq!([spend(), spend()], [Ok((2, 1)), Ok((2, 0))]);
        assert!(spend().is_err());
    }

    #[test]
    fn empty_buckets_are_discarded() {
        let mut buckets = Buckets::new(true, HashMap::new());
        for account in 0..=CLEANUP_THRESHOLD {
            assert!(buckets.spend("t", &account.to_string(), &THREE, Duration::ZERO).is_ok());
        }
        assert!(buckets.spend("t", "last", &THREE, Duration::from_secs(1)).is_ok());
        assert_eq!(buckets.empty_at.len(), 1);
    }
}
