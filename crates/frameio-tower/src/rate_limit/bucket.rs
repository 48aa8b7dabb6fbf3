//! One bucket, and how calls get at its slots.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, SystemTime};

use frameio_core::{Quota, RateLimitInfo};
use http::{HeaderMap, StatusCode};
use tokio::time::Instant;

use super::event;
use super::gcra::Gcra;
use super::key::Key;
use super::limiter::QuotaLimiter;
use super::pauses::Pauses;
use super::queue::Queue;
use crate::error::QuotaExhausted;
use crate::retry_after::retry_after;

/// Longest window of a response that is accepted. The documented ones are a second or a minute.
const MAX_WINDOW: Duration = Duration::from_secs(3600);

/// The calls of one operation by one user in one account.
///
/// There may be a million of them, most of them idle: what few need is apart.
#[derive(Debug)]
pub(super) struct Bucket {
    key: Key,
    state: Mutex<BucketState>,
}

#[derive(Debug)]
struct BucketState {
    gcra: Gcra,
    /// Made when a call has to wait for the first time.
    delayed: Option<Box<Delayed>>,
}

/// What delays calls: a pause, and the calls ahead of them.
#[derive(Debug, Default)]
struct Delayed {
    pauses: Pauses,
    queue: Queue,
}

impl BucketState {
    fn delayed(&mut self) -> &mut Delayed {
        self.delayed.get_or_insert_default()
    }

    /// When the pause is over that goes on; now, if none does.
    fn paused_until(&self, now: Instant) -> Instant {
        let until = self.delayed.as_ref().and_then(|delayed| delayed.pauses.until());
        until.map_or(now, |until| until.max(now))
    }

    /// Takes a slot for whoever is next; it will have leaked away at the time that this returns.
    fn take(&mut self, now: Instant) -> Option<Instant> {
        (self.paused_until(now) == now && self.gcra.take()).then(|| self.gcra.empty_at())
    }

    /// When it is the turn of a call that has so many ahead of it.
    fn turn(&self, ahead: usize, now: Instant) -> Instant {
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        self.gcra.turn(ahead, now).max(self.paused_until(now))
    }

    /// How many there are in the queue that are not passed over.
    fn queued(&self, now: Instant) -> usize {
        let queued = self.delayed.as_ref().map_or(0, |delayed| delayed.queue.len());
        queued - self.absent(now)
    }

    /// How many at the head of the queue are passed over.
    fn absent(&self, now: Instant) -> usize {
        let queue = self.delayed.as_ref().map(|delayed| &delayed.queue);
        queue.map_or(0, |queue| queue.absent(now, self.patience()))
    }

    /// How long one whose turn it is may keep the others waiting.
    fn patience(&self) -> Duration {
        // At least what a timer and a busy runtime may be late by.
        self.gcra.interval().max(Duration::from_millis(20))
    }

    /// Returns the waker of the first waiter if its turn comes earlier than it expects.
    fn earlier_waiter(&mut self) -> Option<Waker> {
        if self.delayed.as_ref()?.queue.is_empty() {
            return None;
        }
        let now = Instant::now();
        let (turn, absent) = (self.turn(0, now), self.absent(now));
        self.delayed().queue.bring_forward(absent, turn)
    }
}

/// How a call gets in.
#[derive(Debug)]
pub(super) enum Entry {
    /// At once.
    Slot(Slot),
    /// In turn, at about that time.
    Queue(QueuedCall, Instant),
}

impl Bucket {
    pub(super) fn new(key: Key, limiter: Arc<QuotaLimiter>) -> Self {
        Self { key, state: Mutex::new(BucketState { gcra: Gcra::new(limiter), delayed: None }) }
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    fn lock(&self) -> MutexGuard<'_, BucketState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a slot, or a place in the queue if the turn comes at `latest` or before.
    pub(super) fn enter(self: Arc<Self>, latest: Option<Instant>) -> Result<Entry, QuotaExhausted> {
        let mut state = self.lock();
        let now = Instant::now();
        let ahead = state.queued(now);
        // Nobody overtakes those who wait.
        if ahead == 0
            && let Some(until) = state.take(now)
        {
            drop(state);
            return Ok(Entry::Slot(Slot::new(self, now, until)));
        }
        let turn = state.turn(ahead, now);
        in_time(turn, now, latest)?;
        let ticket = state.delayed().queue.join(turn);
        drop(state);
        Ok(Entry::Queue(QueuedCall { bucket: self, ticket, latest }, turn))
    }

    /// Takes the slots until then for spent.
    pub(super) fn spend_until(&self, until: Instant) {
        self.lock().gcra.spend_burst(until);
    }

    /// Lets a call through with or without a slot; returns how long it should have waited.
    pub(super) fn observe(self: Arc<Self>) -> (Slot, Option<Duration>) {
        let mut state = self.lock();
        let now = Instant::now();
        let until = state.take(now);
        let wait = until.is_none().then(|| state.turn(0, now) - now);
        drop(state);
        // What was not taken is not given back: its time is over.
        (Slot::new(self, now, until.unwrap_or(now)), wait)
    }

    /// Corrects the bucket by the response to a call that was sent at `sent`.
    fn record_response(&self, sent: Instant, status: StatusCode, headers: &HeaderMap) {
        let reported = RateLimitInfo::from_headers(headers);
        let throttled = status == StatusCode::TOO_MANY_REQUESTS;
        let mut state = self.lock();
        let BucketState { gcra, delayed } = &mut *state;

        let known = gcra.quota();
        let reported = reported.and_then(|info| Some((plausible(info, known)?, info.remaining)));
        let changed =
            reported.map(|(quota, _)| quota).filter(|quota| !gcra.pinned() && *quota != known);
        if let Some(quota) = changed {
            gcra.change(quota, Instant::now());
        }
        let remaining = reported.and_then(|(_, remaining)| remaining);
        let foreign = remaining.map_or(0, |remaining| gcra.fill(sent, remaining));
        let paused = if throttled {
            let retry_after = retry_after(headers, SystemTime::now());
            let pauses = &mut delayed.get_or_insert_default().pauses;
            let (paused, until) = pauses.throttled(sent, retry_after, Instant::now());
            // Others may have waited too: after the pause calls pass one by one.
            gcra.spend_burst(until);
            paused
        } else {
            if let Some(delayed) = delayed {
                delayed.pauses.passed(sent);
            }
            None
        };
        let earlier = changed.and_then(|_| state.earlier_waiter());
        drop(state);

        if let Some(first) = earlier {
            first.wake();
        }
        // What others have spent goes without saying where a call is refused.
        let foreign = (foreign > 0 && !throttled).then_some(foreign);
        if changed.is_some() || foreign.is_some() {
            event::corrected(self.key.operation(), changed, foreign);
        }
        if let Some(pause) = paused {
            event::paused(self.key.operation(), pause);
        }
    }

    fn give_back(&self, until: Instant) {
        let mut state = self.lock();
        state.gcra.give_back(until, Instant::now());
        let earlier = state.earlier_waiter();
        drop(state);
        if let Some(first) = earlier {
            first.wake();
        }
    }

    /// Whether a new bucket would be no different, but for figures that the next answer tells
    /// again.
    pub(super) fn is_unused(&self) -> bool {
        let state = self.lock();
        let now = Instant::now();
        let nobody = state.delayed.as_ref().is_none_or(|delayed| delayed.queue.is_empty());
        nobody && state.gcra.empty_at() <= now && state.paused_until(now) == now
    }
}

/// Returns the quota that a response reports; `None` if it is implausible.
fn plausible(info: RateLimitInfo, known: Quota) -> Option<Quota> {
    let window = info.window.unwrap_or(known.window());
    Quota::new(info.limit, window).filter(|_| window <= MAX_WINDOW.max(known.window()))
}

/// Whether a turn comes early enough for a call.
fn in_time(turn: Instant, now: Instant, latest: Option<Instant>) -> Result<(), QuotaExhausted> {
    match latest {
        Some(latest) if turn > now && turn > latest => Err(QuotaExhausted::new(turn - now)),
        _ => Ok(()),
    }
}

/// A slot of a bucket: given back if it is dropped before it was used.
#[derive(Debug)]
pub(super) struct Slot {
    bucket: Arc<Bucket>,
    at: Instant,
    /// When it will have leaked away.
    until: Instant,
    spent: bool,
}

impl Slot {
    fn new(bucket: Arc<Bucket>, at: Instant, until: Instant) -> Self {
        Self { bucket, at, until, spent: false }
    }

    /// The request goes out: the service will count it.
    pub(super) fn spend(&mut self) {
        self.spent = true;
    }

    /// Corrects the bucket by the response.
    pub(super) fn record_response(&self, status: StatusCode, headers: &HeaderMap) {
        self.bucket.record_response(self.at, status, headers);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.spent {
            self.bucket.give_back(self.until);
        }
    }
}

/// A call in the queue. Dropping it gives up its place.
#[derive(Debug)]
pub(super) struct QueuedCall {
    bucket: Arc<Bucket>,
    ticket: u64,
    latest: Option<Instant>,
}

/// What a look at the bucket shows.
#[derive(Debug)]
pub(super) enum Turn {
    Now(Slot),
    At(Instant),
}

impl QueuedCall {
    /// Takes the slot if it is the turn of this call. Otherwise returns when to look again, and
    /// `waker` is woken if that becomes earlier.
    ///
    /// # Errors
    /// When it comes too late.
    pub(super) fn poll_turn(&self, waker: &Waker) -> Result<Turn, QuotaExhausted> {
        let mut state = self.bucket.lock();
        let now = Instant::now();
        let Some(position) = state.delayed().queue.position(self.ticket) else {
            panic!("polled after it was done");
        };
        let ahead = position.saturating_sub(state.absent(now));
        let (turn, dropped) = if ahead == 0
            && let Some(until) = state.take(now)
        {
            let slot = Slot::new(self.bucket.clone(), now, until);
            (Ok(Turn::Now(slot)), state.delayed().queue.leave(position))
        } else {
            let mut turn = state.turn(ahead, now);
            if turn <= now {
                // There are slots, and those ahead have not come for theirs yet.
                turn = now + state.patience();
            }
            let dropped = state.delayed().queue.stay(position, turn, waker);
            (in_time(turn, now, self.latest).map(|()| Turn::At(turn)), dropped)
        };
        let earlier = state.earlier_waiter();
        drop(state);
        // Both may run anything, so neither happens under the lock.
        drop(dropped);
        if let Some(first) = earlier {
            first.wake();
        }
        turn
    }
}

impl Drop for QueuedCall {
    fn drop(&mut self) {
        let mut state = self.bucket.lock();
        let queue = &mut state.delayed().queue;
        let Some(position) = queue.position(self.ticket) else { return };
        let dropped = queue.leave(position);
        let earlier = state.earlier_waiter();
        drop(state);
        drop(dropped);
        if let Some(first) = earlier {
            first.wake();
        }
    }
}
