//! The script that runs inside Redis: its arguments and its response.

use std::sync::LazyLock;
use std::time::Duration;

use frameio_core::Quota;
use redis::{ErrorKind, RedisError, Script, ScriptInvocation};

pub(crate) const SOURCE: &str = include_str!("quota.lua");

/// Sent by its hash, and in full to a Redis that does not know it yet.
static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(SOURCE));

/// Source of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QuotaOrigin {
    /// The documentation of the service.
    Documented,
    /// A response of the service.
    Reported,
    /// The user.
    Pinned,
}

/// Arguments of the script.
#[derive(Clone, Debug)]
pub(crate) struct ScriptRequest {
    pub(crate) quota: Quota,
    pub(crate) origin: QuotaOrigin,
    /// Time until the bucket runs empty, in case Redis has lost it.
    pub(crate) lost: Duration,
    /// If the burst counts as spent: the time after which calls may pass, one by one.
    pub(crate) full: Option<Duration>,
    /// Time until the bucket runs empty according to a response of the service.
    pub(crate) reported: Option<Duration>,
    /// Time since a call was sent that got a 429, and its `Retry-After`.
    pub(crate) throttled: Option<(Duration, Option<Duration>)>,
    /// Whether a call of this epoch got no 429.
    pub(crate) succeeded: bool,
    pub(crate) epoch: u64,
    /// Slots to give back.
    pub(crate) returns: Vec<u64>,
    /// Number of slots to take in advance, if they are free at once.
    pub(crate) extra: usize,
    /// For each call that needs a slot: the longest time that it may wait.
    pub(crate) waiting: Vec<Option<Duration>>,
}

/// Response of the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScriptResponse {
    pub(crate) epoch: u64,
    pub(crate) interval: Duration,
    pub(crate) tolerance: Duration,
    pub(crate) level: Duration,
    pub(crate) quota: Quota,
    pub(crate) throttled_in_a_row: u64,
    pub(crate) pause: Duration,
    /// Wait and number of each slot, first those of the waiting calls, then those taken in advance.
    /// There is no number if the wait would be too long.
    pub(crate) slots: Vec<(Duration, Option<u64>)>,
}

/// Microseconds, at most 2^50 of them: Lua counts in doubles.
fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX).min(1 << 50)
}

impl ScriptRequest {
    /// Returns the arguments in the order of the script.
    pub(crate) fn arguments(&self) -> Vec<i64> {
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let time = |duration: Duration| number(micros(duration));
        let option = |duration: Option<Duration>| duration.map_or(-1, time);
        let (throttled, retry_after) =
            self.throttled.map_or((None, None), |(ago, retry_after)| (Some(ago), retry_after));
        let mut arguments = vec![
            i64::from(self.quota.calls().get()),
            time(self.quota.window()).max(1),
            match self.origin {
                QuotaOrigin::Documented => 0,
                QuotaOrigin::Reported => 1,
                QuotaOrigin::Pinned => 2,
            },
            time(self.lost),
            option(self.full),
            option(self.reported),
            option(throttled),
            option(retry_after),
            if self.succeeded { number(self.epoch) } else { -1 },
            number(self.epoch),
            i64::try_from(self.returns.len()).unwrap_or(i64::MAX),
            i64::try_from(self.extra).unwrap_or(i64::MAX),
        ];
        arguments.extend(self.returns.iter().copied().map(number));
        arguments.extend(self.waiting.iter().copied().map(option));
        arguments
    }

    /// Returns the script with its arguments, for one key.
    pub(crate) fn invocation(&self, key: &str) -> ScriptInvocation<'static> {
        let mut invocation = SCRIPT.prepare_invoke();
        invocation.key(key);
        for argument in self.arguments() {
            invocation.arg(argument);
        }
        invocation
    }
}

impl ScriptResponse {
    /// Reads what the script returns.
    pub(crate) fn read(values: &[i64]) -> Result<Self, RedisError> {
        Self::parse(values).ok_or_else(|| {
            RedisError::from((ErrorKind::UnexpectedReturnType, "not the response of the script"))
        })
    }

    fn parse(values: &[i64]) -> Option<Self> {
        let (head, slots) = values.split_at_checked(8)?;
        let head: Vec<_> =
            head.iter().map(|value| u64::try_from(*value)).collect::<Result<_, _>>().ok()?;
        let &[epoch, interval, tolerance, level, calls, window, throttled_in_a_row, pause] =
            head.as_slice()
        else {
            return None;
        };
        let slots = slots.chunks_exact(2).map(|slot| {
            let &[wait, number] = slot else { return None };
            let number = u64::try_from(number).ok()?;
            Some((Duration::from_micros(u64::try_from(wait).ok()?), (number > 0).then_some(number)))
        });
        Some(Self {
            epoch,
            interval: Duration::from_micros(interval),
            tolerance: Duration::from_micros(tolerance),
            level: Duration::from_micros(level),
            quota: Quota::new(u32::try_from(calls).ok()?, Duration::from_micros(window))?,
            throttled_in_a_row,
            pause: Duration::from_micros(pause),
            slots: slots.collect::<Option<_>>()?,
        })
    }
}
