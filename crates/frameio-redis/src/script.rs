//! The script that runs inside Redis: what it is told, and what it answers.

use std::sync::LazyLock;
use std::time::Duration;

use frameio_core::Quota;
use redis::{ErrorKind, RedisError, Script, ScriptInvocation};

pub(crate) const SOURCE: &str = include_str!("quota.lua");

/// Sent by its hash, and as a whole to a Redis that does not know it yet.
static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(SOURCE));

/// Where the figures of a quota come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figures {
    Documented,
    Told,
    Pinned,
}

/// What Redis is told of a bucket, and asked of it.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) quota: Quota,
    pub(crate) figures: Figures,
    /// How long the bucket runs empty as far as is known, should Redis have lost it.
    pub(crate) lost: Duration,
    /// After how long calls may pass, one by one, if the burst is to be taken for spent.
    pub(crate) full: Option<Duration>,
    /// How long the bucket runs empty by an answer of the service.
    pub(crate) told: Option<Duration>,
    /// How long ago a call was sent that was refused, and how long it was told to wait.
    pub(crate) refused: Option<(Duration, Option<Duration>)>,
    /// Whether a call of this epoch passed.
    pub(crate) passed: bool,
    pub(crate) epoch: u64,
    /// The slots to give back.
    pub(crate) returns: Vec<u64>,
    /// How many slots to take besides if they are there at once.
    pub(crate) extra: usize,
    /// How long each may wait that needs a slot.
    pub(crate) waiting: Vec<Option<Duration>>,
}

/// What Redis answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) epoch: u64,
    pub(crate) interval: Duration,
    pub(crate) tolerance: Duration,
    pub(crate) level: Duration,
    pub(crate) quota: Quota,
    pub(crate) in_a_row: u64,
    pub(crate) pause: Duration,
    /// In the order of those who wait, and then those besides: the wait, and what the slot is
    /// known by; none if the wait would be too long.
    pub(crate) slots: Vec<(Duration, Option<u64>)>,
}

/// Microseconds, at most 2^50 of them: Lua counts in doubles.
fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX).min(1 << 50)
}

impl Ask {
    /// The arguments of the script, in its order.
    pub(crate) fn arguments(&self) -> Vec<i64> {
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let time = |duration: Duration| number(micros(duration));
        let option = |duration: Option<Duration>| duration.map_or(-1, time);
        let (refused, retry_after) =
            self.refused.map_or((None, None), |(ago, told)| (Some(ago), told));
        let mut arguments = vec![
            i64::from(self.quota.calls().get()),
            time(self.quota.window()).max(1),
            match self.figures {
                Figures::Documented => 0,
                Figures::Told => 1,
                Figures::Pinned => 2,
            },
            time(self.lost),
            option(self.full),
            option(self.told),
            option(refused),
            option(retry_after),
            if self.passed { number(self.epoch) } else { -1 },
            number(self.epoch),
            i64::try_from(self.returns.len()).unwrap_or(i64::MAX),
            i64::try_from(self.extra).unwrap_or(i64::MAX),
        ];
        arguments.extend(self.returns.iter().copied().map(number));
        arguments.extend(self.waiting.iter().copied().map(option));
        arguments
    }

    /// The script with its arguments, for one key.
    pub(crate) fn invocation(&self, key: &str) -> ScriptInvocation<'static> {
        let mut invocation = SCRIPT.prepare_invoke();
        invocation.key(key);
        for argument in self.arguments() {
            invocation.arg(argument);
        }
        invocation
    }
}

impl Answer {
    /// Reads what the script returns.
    pub(crate) fn read(values: &[i64]) -> Result<Self, RedisError> {
        Self::parse(values)
            .ok_or_else(|| RedisError::from((ErrorKind::UnexpectedReturnType, "not our script's")))
    }

    fn parse(values: &[i64]) -> Option<Self> {
        let (head, slots) = values.split_at_checked(8)?;
        let head: Vec<_> =
            head.iter().map(|value| u64::try_from(*value)).collect::<Result<_, _>>().ok()?;
        let &[epoch, interval, tolerance, level, calls, window, in_a_row, pause] = head.as_slice()
        else {
            return None;
        };
        let slots = slots.chunks_exact(2).map(|slot| {
            let &[wait, stamp] = slot else { return None };
            let stamp = u64::try_from(stamp).ok()?;
            Some((Duration::from_micros(u64::try_from(wait).ok()?), (stamp > 0).then_some(stamp)))
        });
        Some(Self {
            epoch,
            interval: Duration::from_micros(interval),
            tolerance: Duration::from_micros(tolerance),
            level: Duration::from_micros(level),
            quota: Quota::new(u32::try_from(calls).ok()?, Duration::from_micros(window))?,
            in_a_row,
            pause: Duration::from_micros(pause),
            slots: slots.collect::<Option<_>>()?,
        })
    }
}
