//! One bucket: the calls of one operation by one user in one account.

use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frameio_core::{Quota, RateLimitInfo};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use tokio::time::Instant;

use super::clock::TokioClock;
use super::queue::Queue;

type Limiter =
    governor::RateLimiter<NotKeyed, InMemoryState, TokioClock, StateInformationMiddleware>;

/// The longest that a 429 pauses a bucket.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// The first pause after a 429 that names no time; each one in a row doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest window that is believed of an answer.
const MAX_WINDOW: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug)]
pub(super) struct Bucket {
    state: Mutex<State>,
    /// Whether the figures were set by hand, and stay whatever the service says.
    fixed: bool,
}

#[derive(Debug)]
pub(super) struct State {
    quota: Quota,
    limiter: Limiter,
    pub(super) queue: Queue,
    /// How many slots have been taken, by calls and by corrections.
    taken: u64,
    last: Instant,
    paused_until: Option<Instant>,
    /// How many times in a row a 429 has paused the bucket.
    pauses: u32,
}

/// A slot that was taken, to compare the answer with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Slot {
    /// What was left then, the headroom included.
    left: u32,
    /// What had been taken then.
    taken: u64,
}

/// What an answer changed about a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The service has other figures.
    Quota(Quota),
    /// Someone else has spent so many calls.
    Drained(u32),
    /// A 429 paused the bucket.
    Paused(Duration),
}

/// One slot stays free where there is more than one: the service counts calls as they arrive, and
/// the way there may bring the last calls of a burst closer together than they were sent.
fn headroom(quota: Quota) -> u32 {
    u32::from(quota.calls().get() > 1)
}

fn limiter(quota: Quota) -> Limiter {
    let burst = NonZeroU32::new(quota.calls().get() - headroom(quota)).unwrap_or(NonZeroU32::MIN);
    let quota = governor::Quota::with_period(quota.interval())
        // `interval` is never zero.
        .unwrap_or(governor::Quota::per_second(NonZeroU32::MIN));
    governor::RateLimiter::direct_with_clock(quota.allow_burst(burst), TokioClock).with_middleware()
}

impl Bucket {
    pub(super) fn new(quota: Quota, fixed: bool) -> Self {
        let now = Instant::now();
        Self {
            state: Mutex::new(State {
                quota,
                limiter: limiter(quota),
                queue: Queue::default(),
                taken: 0,
                last: now,
                paused_until: None,
                pauses: 0,
            }),
            fixed,
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a slot if there is one and nobody waits; otherwise tells how long it would take.
    pub(super) fn try_take(&self) -> Result<Slot, Duration> {
        let mut state = self.state();
        let now = Instant::now();
        let ahead = state.queue.len();
        if ahead == 0 {
            return state.take(now).map_err(|until| until - now);
        }
        let turn = state.turn(state.queue.next_slot.map_or(now, |next| next.max(now)), ahead);
        Err(turn.saturating_duration_since(now))
    }

    /// Takes a slot whether there is one or not.
    pub(super) fn take_anyway(&self) -> Slot {
        let mut state = self.state();
        let taken = state.taken;
        state.take(Instant::now()).unwrap_or(Slot { left: 0, taken })
    }

    /// Corrects the bucket by what an answer tells.
    pub(super) fn learn(&self, slot: Slot, told: RateLimitInfo) -> Option<Change> {
        let mut state = self.state();
        let quota = told
            .window
            .filter(|window| *window <= MAX_WINDOW)
            .and_then(|window| Quota::new(told.limit, window));
        let change = match quota {
            Some(quota) if !self.fixed && quota != state.quota => {
                state.quota = quota;
                state.limiter = limiter(quota);
                // Its slot may be there sooner than it thinks.
                state.queue.wake_first();
                Some(Change::Quota(quota))
            }
            _ => None,
        };
        let Some(remaining) = told.remaining else { return change };
        let excess = if change.is_some() {
            // Nothing is known of the new bucket but what the answer says.
            u64::from(state.quota.calls().get().saturating_sub(remaining))
        } else {
            // When the slot was taken `left` were left. What has been taken since may have
            // arrived before, which includes what another answer has corrected already. If the
            // service has less than that, someone else spends the same quota. A difference of one
            // is rounding.
            let since = state.taken - slot.taken;
            u64::from(slot.left).saturating_sub(u64::from(remaining)).saturating_sub(since)
        };
        if excess > 1 || (change.is_some() && excess > 0) {
            let calls = u64::from(state.quota.calls().get());
            let drained = state.drain(excess.min(calls));
            if change.is_none() && drained > 0 {
                return Some(Change::Drained(drained));
            }
        }
        change
    }

    /// Pauses the bucket for everyone, after a 429.
    pub(super) fn pause(&self, retry_after: Option<Duration>) -> Option<Change> {
        let mut state = self.state();
        let now = Instant::now();
        let paused = state.paused_until.is_some_and(|until| until > now);
        let wait = match retry_after {
            Some(wait) => wait.min(MAX_PAUSE),
            // One of several calls that were refused together is not one more in a row.
            None if paused => return None,
            None => FIRST_PAUSE.saturating_mul(1 << state.pauses.min(6)).min(MAX_PAUSE),
        };
        if !paused {
            state.pauses += 1;
        }
        state.paused_until = state.paused_until.max(Some(now + wait));
        Some(Change::Paused(wait))
    }

    /// Ends the row of pauses: a call came through.
    pub(super) fn came_through(&self) {
        let mut state = self.state();
        if state.pauses > 0 && state.paused_until.is_none_or(|until| until <= Instant::now()) {
            state.pauses = 0;
        }
    }

    /// Whether the bucket is as good as a new one, and can be forgotten.
    pub(super) fn is_idle(&self) -> bool {
        let state = self.state();
        let now = Instant::now();
        state.queue.len() == 0
            && state.last + state.quota.window() < now
            && state.paused_until.is_none_or(|until| until + MAX_PAUSE < now)
    }
}

impl State {
    /// When the one behind `ahead` others has its turn, the first of them having it at `first`.
    pub(super) fn turn(&self, first: Instant, ahead: usize) -> Instant {
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        first + self.quota.interval().saturating_mul(ahead)
    }

    /// Takes a slot, or tells when there will be one.
    pub(super) fn take(&mut self, now: Instant) -> Result<Slot, Instant> {
        if let Some(until) = self.paused_until.filter(|until| *until > now) {
            return Err(until);
        }
        match self.limiter.check() {
            Ok(snapshot) => {
                self.taken += 1;
                self.last = now;
                let left = snapshot.remaining_burst_capacity() + headroom(self.quota);
                Ok(Slot { left, taken: self.taken })
            }
            Err(not_until) => Err(Instant::from_std(not_until.earliest_possible())),
        }
    }

    fn drain(&mut self, excess: u64) -> u32 {
        let mut drained = 0;
        while u64::from(drained) < excess && self.limiter.check().is_ok() {
            drained += 1;
        }
        // What could not be drained counts as taken too, or the next answer would tell it again.
        self.taken += excess;
        self.last = Instant::now();
        drained
    }
}
