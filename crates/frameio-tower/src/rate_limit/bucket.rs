//! Bucket with its slots, and the calls that wait for them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use frameio_core::Quota;
use tokio::time::Instant;

use super::buckets::Key;
use super::events;
use super::gcra::{Gcra, QuotaLimiter};
use super::learn::{LearnedQuota, Pauses, is_drastic};
use super::queue::Queue;
use super::store::QuotaResponse;
use crate::error::QuotaExhausted;
use crate::record::CallRecord;

/// Calls of one operation with one credential in one account.
///
/// A process may have a million buckets, most of them hardly used, so state that few of them need is
/// boxed.
#[derive(Debug)]
pub(super) struct Bucket {
    key: Key,
    state: Mutex<BucketState>,
}

#[derive(Debug)]
struct BucketState {
    gcra: Gcra,
    /// Allocated when a call has to wait, or when a response requires it.
    busy: Option<Box<Busy>>,
}

/// State of a bucket whose quota was exhausted, or differs from the documented one.
#[derive(Debug, Default)]
struct Busy {
    learned: LearnedQuota,
    pauses: Pauses,
    queue: Queue,
}

impl BucketState {
    fn busy(&mut self) -> &mut Busy {
        self.busy.get_or_insert_default()
    }

    /// Returns the end of the current pause, or `now` without a pause.
    fn paused_until(&self, now: Instant) -> Instant {
        let until = self.busy.as_ref().and_then(|busy| busy.pauses.until());
        until.map_or(now, |until| until.max(now))
    }

    /// Takes a slot for the next call. Returns the time at which the slot will have leaked away.
    fn take(&mut self, now: Instant) -> Option<Instant> {
        (self.paused_until(now) == now && self.gcra.take(now)).then(|| self.gcra.empty_at())
    }

    /// Returns the turn of a call that has `ahead` calls ahead of it.
    fn turn(&self, ahead: usize, now: Instant) -> Instant {
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        self.gcra.turn(ahead, now).max(self.paused_until(now))
    }

    /// Returns the number of waiters that are not skipped.
    fn queued(&self, now: Instant) -> usize {
        let queued = self.busy.as_ref().map_or(0, |busy| busy.queue.len());
        queued - self.absent(now)
    }

    /// Returns the number of waiters at the head of the queue that are skipped.
    fn absent(&self, now: Instant) -> usize {
        self.busy.as_ref().map_or(0, |busy| busy.queue.absent(now, self.patience()))
    }

    /// Returns the time by which a waiter may miss its turn before it is skipped.
    fn patience(&self) -> Duration {
        // Allows for the delay of a timer in a busy runtime.
        self.gcra.interval().max(Duration::from_millis(20))
    }

    /// Returns the waker of the first waiter if its turn comes before its next poll.
    fn first_if_sooner(&mut self) -> Option<Waker> {
        if self.busy.as_ref()?.queue.is_empty() {
            return None;
        }
        let now = Instant::now();
        let (turn, absent) = (self.turn(0, now), self.absent(now));
        self.busy().queue.bring_forward(absent, turn)
    }

    /// Returns the wakers of all waiters whose turn comes before their next poll.
    fn all_sooner(&mut self) -> Vec<Waker> {
        let now = Instant::now();
        let (absent, paused_until) = (self.absent(now), self.paused_until(now));
        let Self { gcra, busy } = self;
        let Some(busy) = busy else { return Vec::new() };
        busy.queue.bring_all_forward(absent, |ahead| {
            gcra.turn(u32::try_from(ahead).unwrap_or(u32::MAX), now).max(paused_until)
        })
    }

    /// Applies the quota that a response reveals. Returns the new quota if it changed, and whether the
    /// change is drastic.
    fn learn(&mut self, response: &QuotaResponse) -> Option<(Quota, bool)> {
        if self.gcra.pinned() {
            return None;
        }
        let (current, empty_at) = (self.gcra.quota(), self.gcra.empty_at());
        let usual = self.busy.as_ref().map_or(current, |busy| busy.learned.usual(current));
        let changed = if let Some(busy) = &mut self.busy {
            busy.learned.record(response, current, empty_at)
        } else {
            let mut learned = LearnedQuota::default();
            let changed = learned.record(response, current, empty_at);
            if learned != LearnedQuota::default() {
                self.busy().learned = learned;
            }
            changed
        };
        if let Some(quota) = changed {
            let now = Instant::now();
            self.gcra.change(quota, now);
            // Calls still pass one by one after a pause.
            let paused_until = self.paused_until(now);
            if paused_until > now {
                self.gcra.spend_burst(paused_until);
            }
        }
        changed.map(|quota| (quota, is_drastic(usual, quota)))
    }

    /// Counts calls of other programs that a response reveals. Returns their number.
    fn count_foreign(&mut self, response: &QuotaResponse) -> u32 {
        let plausible = response.reported_quota(self.gcra.quota()).is_some();
        let remaining = response.counted_remaining().filter(|_| plausible);
        remaining.map_or(0, |remaining| self.gcra.fill(response.sent, remaining))
    }

    /// Starts or ends pauses. Returns the length of a pause that starts.
    fn pause(&mut self, response: &QuotaResponse) -> Option<Duration> {
        if !response.throttled {
            if let Some(busy) = &mut self.busy {
                busy.pauses.passed(response.sent);
            }
            return None;
        }
        let pauses = &mut self.busy().pauses;
        let (started, until) =
            pauses.throttled(response.sent, response.retry_after, Instant::now());
        // Other programs may resume at the same time, so calls pass one by one after the pause.
        self.gcra.spend_burst(until);
        started
    }
}

/// Result of entering a bucket.
#[derive(Debug)]
pub(super) enum Entry {
    /// The call may pass immediately.
    Slot(Slot),
    /// The call waits for its turn, which comes at about this time.
    Queue(QueuedCall, Instant),
}

impl Bucket {
    pub(super) fn new(key: Key, limiter: Arc<QuotaLimiter>) -> Self {
        Self { key, state: Mutex::new(BucketState { gcra: Gcra::new(limiter), busy: None }) }
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    fn lock(&self) -> MutexGuard<'_, BucketState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a slot, or joins the queue if the turn comes no later than `latest`.
    pub(super) fn enter(self: Arc<Self>, latest: Option<Instant>) -> Result<Entry, QuotaExhausted> {
        let mut state = self.lock();
        let now = Instant::now();
        let ahead = state.queued(now);
        // A new call does not overtake waiters.
        if ahead == 0
            && let Some(until) = state.take(now)
        {
            drop(state);
            return Ok(Entry::Slot(Slot::new(self, now, until)));
        }
        let turn = state.turn(ahead, now);
        in_time(turn, now, latest)?;
        let ticket = state.busy().queue.join(turn);
        drop(state);
        Ok(Entry::Queue(QueuedCall { bucket: self, ticket, latest }, turn))
    }

    /// Spends all slots until `until`.
    pub(super) fn spend_until(&self, until: Instant) {
        self.lock().gcra.spend_burst(until);
    }

    /// Lets a call pass with or without a slot. Returns the wait that it would have had.
    pub(super) fn observe(self: Arc<Self>) -> (Slot, Option<Duration>) {
        let mut state = self.lock();
        let now = Instant::now();
        let until = state.take(now);
        let wait = until.is_none().then(|| state.turn(0, now) - now);
        drop(state);
        // Without a slot, `until` is now, so that nothing is returned.
        (Slot::new(self, now, until.unwrap_or(now)), wait)
    }

    /// Corrects the bucket according to a response.
    fn record_response(&self, response: &QuotaResponse) {
        let mut state = self.lock();
        let changed = state.learn(response);
        let foreign = state.count_foreign(response);
        let paused = state.pause(response);
        let sooner = if changed.is_some() { state.all_sooner() } else { Vec::new() };
        drop(state);

        sooner.into_iter().for_each(Waker::wake);
        // A 429 has its own event.
        let foreign = (foreign > 0 && !response.throttled).then_some(foreign);
        if changed.is_some() || foreign.is_some() {
            events::corrected(self.key.operation(), changed, foreign);
        }
        if let Some(pause) = paused {
            events::paused(self.key.operation(), pause);
        }
    }

    fn give_back(&self, until: Instant) {
        let mut state = self.lock();
        state.gcra.give_back(until, Instant::now());
        let first = state.first_if_sooner();
        drop(state);
        if let Some(first) = first {
            first.wake();
        }
    }

    /// Returns whether a new bucket would behave the same, except for a learned quota, which the next
    /// response reports again. No response reports again that a 429 proved the quota to be enforced.
    pub(super) fn is_unused(&self) -> bool {
        let state = self.lock();
        let now = Instant::now();
        let is_idle = |busy: &Busy| busy.queue.is_empty() && !busy.learned.is_enforced();
        state.busy.as_deref().is_none_or(is_idle)
            && state.gcra.empty_at() <= now
            && state.paused_until(now) == now
    }
}

/// Fails if `turn` is in the future and after `latest`.
fn in_time(turn: Instant, now: Instant, latest: Option<Instant>) -> Result<(), QuotaExhausted> {
    match latest {
        Some(latest) if turn > now && turn > latest => Err(QuotaExhausted::new(turn - now)),
        _ => Ok(()),
    }
}

/// Progress of the request of a slot. The service counts requests that were sent.
#[derive(Debug, Default)]
pub(super) enum Sending {
    /// Not yet passed to the inner service, or its future has not been polled.
    #[default]
    Waiting,
    /// The inner service works on it, which counts as sent.
    Polled,
    /// Passed to the inner service when the counter of the record was at `sends`. A sending marker
    /// increments the counter when the request is sent.
    Marked { record: CallRecord, sends: u32 },
}

impl Sending {
    /// Returns the state of a request that is now passed to the inner service, and counts as sent
    /// once the counter of `record` increases.
    pub(super) fn marked(record: CallRecord) -> Self {
        let sends = record.sends();
        Self::Marked { record, sends }
    }

    /// Records that the future of the inner service is polled.
    pub(super) fn poll(&mut self) {
        if let Self::Waiting = self {
            *self = Self::Polled;
        }
    }

    pub(super) fn is_sent(&self) -> bool {
        match self {
            Self::Waiting => false,
            Self::Polled => true,
            Self::Marked { record, sends } => record.sends() > *sends,
        }
    }
}

/// Slot of a bucket, returned when dropped unless its request was sent.
#[derive(Debug)]
pub(super) struct Slot {
    bucket: Arc<Bucket>,
    at: Instant,
    /// Time at which the slot will have leaked away.
    until: Instant,
    sending: Sending,
}

impl Slot {
    fn new(bucket: Arc<Bucket>, at: Instant, until: Instant) -> Self {
        Self { bucket, at, until, sending: Sending::Waiting }
    }

    /// Records that the request is passed to the inner service.
    pub(super) fn pass(&mut self, sending: Sending) {
        self.sending = sending;
    }

    /// Records that the future of the inner service is polled.
    pub(super) fn poll(&mut self) {
        self.sending.poll();
    }

    /// Corrects the bucket according to the response, unless a layer in between created it.
    pub(super) fn record_response(&self, status: http::StatusCode, headers: &http::HeaderMap) {
        if self.sending.is_sent() {
            self.bucket.record_response(&QuotaResponse::new(self.at, status, headers));
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.sending.is_sent() {
            self.bucket.give_back(self.until);
        }
    }
}

/// Call in the queue, which it leaves when dropped.
#[derive(Debug)]
pub(super) struct QueuedCall {
    bucket: Arc<Bucket>,
    ticket: u64,
    latest: Option<Instant>,
}

/// Turn of a waiting call.
#[derive(Debug)]
pub(super) enum Turn {
    Now(Slot),
    At(Instant),
}

impl QueuedCall {
    /// Takes a slot if the turn of this call has come. Otherwise returns the time of the next poll,
    /// and wakes `waker` if an earlier poll becomes necessary.
    ///
    /// # Errors
    /// Fails if the turn comes too late.
    pub(super) fn poll_turn(&self, waker: &Waker) -> Result<Turn, QuotaExhausted> {
        let mut state = self.bucket.lock();
        let now = Instant::now();
        let Some(position) = state.busy().queue.position(self.ticket) else {
            panic!("polled after completion");
        };
        let ahead = position.saturating_sub(state.absent(now));
        let (turn, unused) = if ahead == 0
            && let Some(until) = state.take(now)
        {
            let slot = Slot::new(self.bucket.clone(), now, until);
            (Ok(Turn::Now(slot)), state.busy().queue.leave(position))
        } else {
            let mut turn = state.turn(ahead, now);
            if turn <= now {
                // A slot is free, but waiters ahead have not polled yet.
                turn = now + state.patience();
            }
            let unused = state.busy().queue.stay(position, turn, waker);
            (in_time(turn, now, self.latest).map(|()| Turn::At(turn)), unused)
        };
        let first = state.first_if_sooner();
        drop(state);
        // Dropping or waking a waker may run arbitrary code, so neither happens under the lock.
        drop(unused);
        if let Some(first) = first {
            first.wake();
        }
        turn
    }
}

impl Drop for QueuedCall {
    fn drop(&mut self) {
        let mut state = self.bucket.lock();
        let queue = &mut state.busy().queue;
        let Some(position) = queue.position(self.ticket) else { return };
        let unused = queue.leave(position);
        let first = state.first_if_sooner();
        drop(state);
        drop(unused);
        if let Some(first) = first {
            first.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_turn_after_both_the_deadline_and_now_is_too_late() {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        let (earlier, later) = (now - second, now + second);
        assert!(in_time(later, now, None).is_ok());
        assert!(in_time(later, now, Some(later)).is_ok());
        assert!(in_time(now, now, Some(earlier)).is_ok());
        assert_eq!(in_time(later, now, Some(now)), Err(QuotaExhausted::new(second)));
    }
}
