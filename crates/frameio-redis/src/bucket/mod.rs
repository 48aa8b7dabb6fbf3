//! Local state of a bucket: calls waiting for a slot, and data to send to Redis.

mod lease;
mod reported;
mod schedule;

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frameio_core::BoxError;
use frameio_tower::QuotaExhausted;
use frameio_tower::rate_limit::{QuotaBucket, QuotaResponse, Reservation};
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use self::lease::Lease;
use self::reported::Reported;
use self::schedule::Schedule;
use crate::connect::MAX_RECONNECT_WAIT;
use crate::error::RedisUnavailable;
use crate::event;
use crate::script::{QuotaOrigin, ScriptRequest, ScriptResponse};

/// Receives the reservation of a call.
pub(crate) type Booked = oneshot::Receiver<Result<Reservation, BoxError>>;

#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) key: String,
    operation: &'static str,
    state: Mutex<BucketState>,
    /// Wakes the task of the bucket.
    pub(crate) changed: Notify,
    /// Wakes calls that are waiting for their turn.
    pub(crate) invalidated: Notify,
}

/// Slot of a call.
pub(crate) enum Entry {
    /// Slot taken in advance.
    Slot(Reservation),
    /// Slot to be booked in Redis.
    Queue(Booked),
}

#[derive(Debug)]
struct BucketState {
    schedule: Schedule,
    lease: Lease,
    reported: Reported,
    /// Calls that are not booked yet.
    waiting: VecDeque<Waiter>,
    /// Turns of booked calls that have to wait.
    booked: VecDeque<Instant>,
    /// Whether calls can have been made without Redis.
    bypassed: bool,
    last_request: Option<Instant>,
    task_running: bool,
}

#[derive(Debug)]
struct Waiter {
    latest: Option<Instant>,
    sender: oneshot::Sender<Result<Reservation, BoxError>>,
}

/// Request to Redis, with the calls for its slots.
pub(crate) struct PendingRequest {
    pub(crate) script: ScriptRequest,
    waiting: Vec<Waiter>,
}

/// Next step of a bucket's task.
pub(crate) enum Step {
    Send(PendingRequest),
    WaitUntil(Instant),
    Finish,
}

impl Bucket {
    pub(crate) fn new(key: String, bucket: &QuotaBucket) -> Self {
        Self {
            key,
            operation: bucket.operation,
            changed: Notify::new(),
            invalidated: Notify::new(),
            state: Mutex::new(BucketState {
                schedule: Schedule::new(bucket.quota, bucket.pinned),
                lease: Lease::default(),
                reported: Reported::default(),
                waiting: VecDeque::new(),
                booked: VecDeque::new(),
                bypassed: false,
                last_request: None,
                task_running: false,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BucketState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Uses a slot taken in advance, or queues the call for the next request to Redis.
    pub(crate) fn enter(
        &self,
        max_wait: Option<Duration>,
        max_ahead: usize,
    ) -> Result<Entry, QuotaExhausted> {
        let mut state = self.lock();
        let now = Instant::now();
        if state.waiting.is_empty() {
            state.lease.expire(now);
            if let Some(slot) = state.lease.take() {
                return Ok(Entry::Slot(state.reservation(now, slot)));
            }
            // Calls arrive faster than they are booked: take more slots in advance.
            let hold = state.schedule.hold();
            if state.last_request.is_some_and(|last| now.saturating_duration_since(last) < hold) {
                state.lease.grow(max_ahead);
            }
        }
        // Some calls ahead are not booked yet, and other processes book slots too.
        if let Some(max_wait) = max_wait
            && state.waiting.len() >= max_ahead
        {
            let wait = state.schedule.expected_wait(state.waiting.len(), now);
            if wait > max_wait {
                return Err(QuotaExhausted::new(wait));
            }
        }
        let (sender, booked) = oneshot::channel();
        // A limit beyond the range of the clock has no effect.
        let latest = max_wait.and_then(|max_wait| now.checked_add(max_wait));
        state.waiting.push_back(Waiter { latest, sender });
        Ok(Entry::Queue(booked))
    }

    /// Returns whether the caller has to start the task; wakes a running task.
    pub(crate) fn start_task(&self) -> bool {
        let starts = !std::mem::replace(&mut self.lock().task_running, true);
        if !starts {
            self.changed.notify_one();
        }
        starts
    }

    /// Returns whether the task has something to send, or waits for a response.
    pub(crate) fn is_busy(&self) -> bool {
        self.lock().task_running
    }

    /// Records that a call can be made without Redis.
    pub(crate) fn bypass(&self) {
        self.lock().bypassed = true;
    }

    pub(crate) fn is_valid(&self, reservation: &Reservation) -> bool {
        reservation.id[1] == self.lock().schedule.generation
    }

    /// Gives back the slot of a reservation. Returns whether the task has to send it to Redis.
    pub(crate) fn give_back(&self, reservation: &Reservation) -> bool {
        let mut state = self.lock();
        let [slot, generation] = reservation.id;
        if generation != state.schedule.generation {
            return false;
        }
        if let Some(index) = state.booked.iter().position(|turn| *turn == reservation.turn) {
            state.booked.remove(index);
        }
        state.lease.give_back(slot);
        true
    }

    /// Records a response of the service. Returns whether it has to be sent to Redis immediately.
    pub(crate) fn record_response(&self, response: &QuotaResponse) -> bool {
        let BucketState { schedule, reported, .. } = &mut *self.lock();
        reported.record(response, schedule)
    }

    /// Returns the next step of the task, with at most `max_ahead` slots booked ahead.
    pub(crate) fn next_step(&self, max_ahead: usize) -> Step {
        let mut state = self.lock();
        let now = Instant::now();
        state.lease.expire(now);
        while state.booked.front().is_some_and(|turn| *turn <= now) {
            state.booked.pop_front();
        }
        state.waiting.retain(|waiter| !waiter.sender.is_closed());
        // Half of the slots at a time, to save round trips.
        let few = state.booked.len() <= max_ahead / 2;
        let next_poll = state.last_request.unwrap_or(now) + state.schedule.poll_interval();
        if (few && !state.waiting.is_empty())
            || state.reported.is_urgent()
            || state.lease.has_returns()
            || (!state.booked.is_empty() && next_poll <= now)
        {
            let room = if few { max_ahead - state.booked.len() } else { 0 };
            return Step::Send(state.request(room, now));
        }
        let enough = state.booked.len().checked_sub(max_ahead / 2 + 1);
        let refill = enough.filter(|_| !state.waiting.is_empty());
        let times = [
            refill.and_then(|index| state.booked.get(index).copied()),
            (!state.booked.is_empty()).then_some(next_poll),
            state.lease.expires_at(),
        ];
        match times.into_iter().flatten().min() {
            Some(time) => Step::WaitUntil(time),
            None => {
                state.task_running = false;
                Step::Finish
            }
        }
    }

    /// Distributes booked slots.
    pub(crate) fn complete(&self, request: PendingRequest, response: &ScriptResponse) {
        let mut state = self.lock();
        let now = Instant::now();
        let keep_quota = state.reported.quota;
        if state.schedule.update(response, keep_quota, now) {
            state.invalidate();
            self.invalidated.notify_waiters();
            if response.pause > Duration::ZERO {
                event::paused(self.operation, response.pause);
            }
        }
        let mut slots = response.slots.iter();
        for (Waiter { sender, .. }, (wait, slot)) in request.waiting.into_iter().zip(&mut slots) {
            let Some(slot) = *slot else {
                drop(sender.send(Err(QuotaExhausted::new(*wait).into())));
                continue;
            };
            let turn = now + *wait;
            if sender.send(Ok(state.reservation(turn, slot))).is_err() {
                state.lease.give_back(slot);
            } else if *wait > Duration::ZERO {
                state.booked.push_back(turn);
            }
        }
        let until = now + state.schedule.hold();
        state.lease.add(slots.filter_map(|(_, slot)| *slot), until);
    }

    /// Fails all waiting calls, and keeps a reported quota for the next request.
    pub(crate) fn fail(&self, request: PendingRequest, error: &RedisUnavailable) {
        let mut state = self.lock();
        state.reported.quota |= request.script.origin == QuotaOrigin::Reported;
        let waiting: Vec<_> = request.waiting.into_iter().chain(state.waiting.drain(..)).collect();
        state.bypassed = true;
        // From now on calls proceed without Redis; booked calls would come in addition.
        state.invalidate();
        self.invalidated.notify_waiters();
        state.task_running = false;
        drop(state);
        for waiter in waiting {
            drop(waiter.sender.send(Err(error.clone().into())));
        }
    }

    /// Returns whether the bucket can be dropped without losing data that Redis does not have.
    pub(crate) fn is_unused(&self) -> bool {
        let state = self.lock();
        !state.task_running
            && !state.bypassed
            && !state.schedule.is_enforced()
            && state.schedule.level() <= Instant::now()
    }
}

impl BucketState {
    fn reservation(&self, turn: Instant, slot: u64) -> Reservation {
        Reservation::new(turn).id([slot, self.schedule.generation])
    }

    /// Makes all reservations invalid.
    fn invalidate(&mut self) {
        self.schedule.generation += 1;
        self.booked.clear();
        self.lease.clear();
    }

    /// Creates the next request, with at most `room` waiting calls.
    fn request(&mut self, room: usize, now: Instant) -> PendingRequest {
        let count = self.waiting.len().min(room);
        let waiting: Vec<_> = self.waiting.drain(..count).collect();
        let extra = if self.waiting.is_empty() && count > 0 && self.booked.is_empty() {
            self.lease.missing(room - count)
        } else {
            0
        };
        let Reported { quota, level, throttled, succeeded } = std::mem::take(&mut self.reported);
        // A 429 of a call without Redis does not concern the bucket in Redis.
        let throttled = throttled.filter(|_| !self.bypassed);
        self.last_request = Some(now);
        let script = ScriptRequest {
            quota: self.schedule.quota,
            origin: match self.schedule.origin {
                QuotaOrigin::Reported if !quota => QuotaOrigin::Documented,
                origin => origin,
            },
            lost: self.schedule.runs_empty_in(now),
            // Other processes can still be disconnected, and spend their shares.
            full: std::mem::take(&mut self.bypassed).then_some(MAX_RECONNECT_WAIT * 3 / 2),
            reported: level.map(|level| level.saturating_duration_since(now)),
            throttled: throttled
                .map(|(sent, retry_after)| (now.saturating_duration_since(sent), retry_after)),
            succeeded,
            epoch: self.schedule.epoch,
            returns: self.lease.take_returns(),
            extra,
            waiting: waiting
                .iter()
                .map(|waiter| Some(waiter.latest?.saturating_duration_since(now)))
                .collect(),
        };
        PendingRequest { script, waiting }
    }
}
