//! Script that runs in Redis: its arguments and its response.

use std::sync::LazyLock;
use std::time::Duration;

use frameio_core::Quota;
use redis::{ErrorKind, RedisError, Script, ScriptInvocation};

pub(crate) const SOURCE: &str = include_str!("quota.lua");

/// Sent by its hash, or in full if Redis does not have it yet.
static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(SOURCE));

/// Source of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QuotaOrigin {
    /// Documentation of the service.
    Documented,
    /// Response of the service.
    Reported,
    /// Setting of the user.
    Pinned,
}

/// Arguments of the script.
#[derive(Clone, Debug)]
pub(crate) struct ScriptRequest {
    pub(crate) quota: Quota,
    pub(crate) origin: QuotaOrigin,
    /// Time until the bucket runs empty, used if Redis has lost the bucket.
    pub(crate) lost: Duration,
    /// Marks the burst as spent; the value is the time after which calls may pass one by one.
    pub(crate) full: Option<Duration>,
    /// Time until the bucket runs empty according to a response of the service.
    pub(crate) reported: Option<Duration>,
    /// Time since a call with a 429 response was sent, and its `Retry-After`.
    pub(crate) throttled: Option<(Duration, Option<Duration>)>,
    /// Whether a call of this epoch got another response than 429.
    pub(crate) succeeded: bool,
    pub(crate) epoch: u64,
    /// Slots to return.
    pub(crate) returns: Vec<u64>,
    /// Number of slots to take in advance, if they are free immediately.
    pub(crate) extra: usize,
    /// Maximum wait of each call that needs a slot.
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
    /// Wait and number of each slot, first of the waiting calls, then of those taken in advance. A slot
    /// whose wait is too long has no number.
    pub(crate) slots: Vec<(Duration, Option<u64>)>,
}

/// Converts a duration to microseconds, at most 2^50, because numbers in Lua are doubles.
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
    /// Parses the response of the script.
    pub(crate) fn read(values: &[i64]) -> Result<Self, RedisError> {
        Self::parse(values).ok_or_else(|| {
            RedisError::from((ErrorKind::UnexpectedReturnType, "unexpected response of the script"))
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
