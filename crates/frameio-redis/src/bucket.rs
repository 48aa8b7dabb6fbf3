//! What this process knows of a bucket, and has to tell Redis of it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frameio_core::{BoxError, Quota};
use frameio_tower::QuotaExhausted;
use frameio_tower::rate_limit::{QuotaBucket, QuotaResponse, Reservation};
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::connect::{MAX_RECONNECT_WAIT, RedisUnavailable};
use crate::event;
use crate::script::{Answer, Ask, Figures};

/// The longest window that is believed of an answer. The documented ones are a second or a minute.
const LONGEST_WINDOW: Duration = Duration::from_secs(3600);
/// The longest that a slot is kept that was taken in advance.
const LONGEST_HOLD: Duration = Duration::from_millis(50);
/// How often Redis is asked of a pause by who waits: each half of the time of a slot, within these.
const BEAT: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(250));

/// Gives what was booked for a call.
pub(crate) type Booked = oneshot::Receiver<Result<Reservation, BoxError>>;

#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) key: String,
    operation: &'static str,
    state: Mutex<State>,
    /// Wakes the task.
    pub(crate) news: Notify,
}

/// How a call gets its slot.
pub(crate) enum Entry {
    /// From what was taken in advance.
    Slot(Reservation),
    /// From Redis.
    Queue(Booked),
}

#[derive(Debug)]
struct State {
    quota: Quota,
    figures: Figures,
    /// Whether there are figures that Redis was not told.
    untold: bool,
    epoch: u64,
    /// Counts the times that all that was booked became void.
    void: u64,
    in_a_row: u64,
    interval: Duration,
    tolerance: Duration,
    /// When the bucket runs empty, as far as is known.
    level: Instant,
    pause_begun: Instant,
    waiting: VecDeque<Waiting>,
    /// The turns of what was booked and is not due yet.
    ahead: VecDeque<Instant>,
    /// What was taken in advance, and until when it is kept.
    spare: VecDeque<(u64, Instant)>,
    /// How much is taken in advance.
    lease: usize,
    returns: Vec<u64>,
    told: Option<Instant>,
    refused: Option<(Instant, Option<Duration>)>,
    passed: bool,
    /// Whether calls may have been made that Redis does not know of.
    missed: bool,
    asked: Option<Instant>,
    driven: bool,
}

#[derive(Debug)]
struct Waiting {
    latest: Option<Instant>,
    sender: oneshot::Sender<Result<Reservation, BoxError>>,
}

/// Those that an answer is for, in its order.
pub(crate) struct Asked {
    pub(crate) ask: Ask,
    waiting: Vec<Waiting>,
}

/// What the task is to do next.
pub(crate) enum Next {
    Ask(Asked),
    /// Nothing before that time.
    At(Instant),
    /// Nothing at all: the task ends.
    Rest,
}

impl Bucket {
    pub(crate) fn new(key: String, bucket: &QuotaBucket) -> Self {
        let now = Instant::now();
        let interval = bucket.quota.interval();
        Self {
            key,
            operation: bucket.operation,
            news: Notify::new(),
            state: Mutex::new(State {
                quota: bucket.quota,
                figures: if bucket.pinned { Figures::Pinned } else { Figures::Documented },
                untold: false,
                epoch: 0,
                void: 0,
                in_a_row: 0,
                interval,
                tolerance: Duration::ZERO,
                level: now,
                pause_begun: now,
                waiting: VecDeque::new(),
                ahead: VecDeque::new(),
                spare: VecDeque::new(),
                lease: 0,
                returns: Vec::new(),
                told: None,
                refused: None,
                passed: false,
                missed: false,
                asked: None,
                driven: false,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a slot that was taken in advance, or a place among those that wait for Redis.
    pub(crate) fn enter(
        &self,
        longest: Option<Duration>,
        ahead: usize,
    ) -> Result<Entry, QuotaExhausted> {
        let mut state = self.lock();
        let now = Instant::now();
        if state.waiting.is_empty() {
            state.expire(now);
            if let Some((stamp, _)) = state.spare.pop_front() {
                let stamp = [stamp, state.void];
                return Ok(Entry::Slot(Reservation::new(now).id(stamp)));
            }
            // Calls come faster than they are booked: more in advance.
            let hold = state.hold();
            if state.asked.is_some_and(|asked| now.saturating_duration_since(asked) < hold) {
                state.lease = (state.lease * 2).clamp(1, ahead);
            }
        }
        // Those before it are not all booked yet. What other processes book comes on top.
        if let Some(longest) = longest
            && state.waiting.len() >= ahead
        {
            let before = u32::try_from(state.waiting.len()).unwrap_or(u32::MAX);
            let level = state.level.max(now) + state.interval.saturating_mul(before);
            let wait = level.saturating_duration_since(now + state.tolerance);
            if wait > longest {
                return Err(QuotaExhausted::new(wait));
            }
        }
        let (sender, booked) = oneshot::channel();
        // A limit beyond what a clock can tell is none.
        let latest = longest.and_then(|longest| now.checked_add(longest));
        state.waiting.push_back(Waiting { latest, sender });
        Ok(Entry::Queue(booked))
    }

    /// Whether the caller has to start the task. Wakes it if it runs.
    pub(crate) fn begin(&self) -> bool {
        let began = !std::mem::replace(&mut self.lock().driven, true);
        if !began {
            self.news.notify_one();
        }
        began
    }

    /// A call goes on without Redis.
    pub(crate) fn missed(&self) {
        self.lock().missed = true;
    }

    pub(crate) fn is_valid(&self, reservation: &Reservation) -> bool {
        reservation.id[1] == self.lock().void
    }

    /// Whether the task is worth a run for it.
    pub(crate) fn give_back(&self, reservation: &Reservation) -> bool {
        let mut state = self.lock();
        let [stamp, void] = reservation.id;
        if void != state.void {
            return false;
        }
        if let Some(index) = state.ahead.iter().position(|turn| *turn == reservation.turn) {
            state.ahead.remove(index);
        }
        state.returns.push(stamp);
        true
    }

    /// Learns from an answer; whether Redis has to know at once.
    pub(crate) fn record_response(&self, response: &QuotaResponse) -> bool {
        let mut state = self.lock();
        let mut urgent = false;
        if let Some(told) = response.rate_limit {
            let window = told.window.unwrap_or(state.quota.window());
            let believed = Quota::new(told.limit, window)
                .filter(|_| window <= LONGEST_WINDOW.max(state.quota.window()));
            if let Some(quota) = believed {
                if state.figures != Figures::Pinned && quota != state.quota {
                    (state.quota, state.figures, state.untold) = (quota, Figures::Told, true);
                    state.interval = quota.interval();
                    urgent = true;
                }
                if let Some(remaining) = told.remaining {
                    let used = state.quota.calls().get().saturating_sub(remaining);
                    let level = response.sent + state.interval.saturating_mul(used);
                    // Told with the next booking: nobody else is kept waiting by it.
                    if level >= state.level + state.interval {
                        state.told = state.told.max(Some(level));
                    }
                }
            }
        }
        if response.throttled {
            let (sent, told) = state.refused.unwrap_or((response.sent, None));
            state.refused = Some((sent.max(response.sent), told.max(response.retry_after)));
            urgent = true;
        } else if state.in_a_row > 0 && response.sent > state.pause_begun {
            state.passed = true;
        }
        urgent
    }

    /// What the task is to do now, with so many slots booked ahead at most.
    pub(crate) fn next(&self, ahead: usize) -> Next {
        let mut state = self.lock();
        let now = Instant::now();
        state.expire(now);
        while state.ahead.front().is_some_and(|turn| *turn <= now) {
            state.ahead.pop_front();
        }
        state.waiting.retain(|waiting| !waiting.sender.is_closed());
        // Half of what may be booked at a time, so that not each costs a round trip.
        let few = state.ahead.len() <= ahead / 2;
        let book = !state.waiting.is_empty() && few;
        let beat = (state.interval / 2).clamp(BEAT.0, BEAT.1);
        let asks_again = state.asked.unwrap_or(now) + beat;
        if book
            || state.refused.is_some()
            || state.untold
            || !state.returns.is_empty()
            || (!state.ahead.is_empty() && asks_again <= now)
        {
            let room = if few { ahead - state.ahead.len() } else { 0 };
            return Next::Ask(state.ask(room, now));
        }
        let booked = state.ahead.len().checked_sub(ahead / 2 + 1);
        let refill = booked.filter(|_| !state.waiting.is_empty());
        let times = [
            refill.and_then(|index| state.ahead.get(index).copied()),
            (!state.ahead.is_empty()).then_some(asks_again),
            state.spare.front().map(|(_, until)| *until),
        ];
        match times.into_iter().flatten().min() {
            Some(at) => Next::At(at),
            None => {
                state.driven = false;
                Next::Rest
            }
        }
    }

    /// Gives out what Redis has booked.
    pub(crate) fn booked(&self, asked: Asked, answer: &Answer) {
        let mut state = self.lock();
        let now = Instant::now();
        if answer.epoch != state.epoch {
            // What was booked before a pause is void.
            state.forget();
            if answer.pause > Duration::ZERO {
                state.pause_begun = now;
                event::paused(self.operation, answer.pause);
            }
            state.epoch = answer.epoch;
        }
        state.in_a_row = answer.in_a_row;
        if !state.untold {
            state.quota = answer.quota;
        }
        (state.interval, state.tolerance) = (answer.interval, answer.tolerance);
        state.level = now + answer.level;
        let mut slots = answer.slots.iter();
        for (Waiting { sender, .. }, (wait, stamp)) in asked.waiting.into_iter().zip(&mut slots) {
            let Some(stamp) = *stamp else {
                drop(sender.send(Err(QuotaExhausted::new(*wait).into())));
                continue;
            };
            let turn = now + *wait;
            let reservation = Reservation::new(turn).id([stamp, state.void]);
            if sender.send(Ok(reservation)).is_err() {
                state.returns.push(stamp);
            } else if *wait > Duration::ZERO {
                state.ahead.push_back(turn);
            }
        }
        let until = now + state.hold();
        let spare = slots.filter_map(|(_, stamp)| Some(((*stamp)?, until)));
        state.spare.extend(spare);
    }

    /// Redis is lost: those that wait are told, and what it was not told is kept for later.
    pub(crate) fn lost(&self, asked: Asked, away: &RedisUnavailable) {
        let mut state = self.lock();
        state.untold |= asked.ask.figures == Figures::Told;
        let waiting: Vec<_> = asked.waiting.into_iter().chain(state.waiting.drain(..)).collect();
        state.missed = true;
        // Calls go on without Redis from here on, and these would come on top.
        state.forget();
        state.driven = false;
        drop(state);
        for waiting in waiting {
            drop(waiting.sender.send(Err(away.clone().into())));
        }
    }

    /// Whether a new bucket would be no different, but for what Redis knows as well.
    pub(crate) fn is_unused(&self) -> bool {
        let state = self.lock();
        !state.driven && !state.missed && state.level <= Instant::now()
    }
}

impl State {
    /// How long a slot is kept that was taken in advance. One that is used late fills the bucket of
    /// the service more than that of Redis; the slot that stays free there is for that.
    fn hold(&self) -> Duration {
        (self.interval / 2).min(LONGEST_HOLD)
    }

    /// Gives back what was taken in advance and has not been used in time.
    fn expire(&mut self, now: Instant) {
        let stale = self.spare.iter().take_while(|(_, until)| *until <= now).count();
        if stale > 0 {
            self.returns.extend(self.spare.drain(..stale).map(|(stamp, _)| stamp));
            self.lease = self.lease.saturating_sub(stale);
        }
    }

    /// What was booked is void.
    fn forget(&mut self) {
        self.void += 1;
        self.ahead.clear();
        self.spare.clear();
        self.returns.clear();
    }

    fn ask(&mut self, room: usize, now: Instant) -> Asked {
        let booked = self.waiting.len().min(room);
        let waiting: Vec<_> = self.waiting.drain(..booked).collect();
        let extra = if self.waiting.is_empty() && booked > 0 && self.ahead.is_empty() {
            self.lease.saturating_sub(self.spare.len()).min(room - booked)
        } else {
            0
        };
        // What was refused while Redis was away was not the doing of what it knows.
        let refused = self.refused.take().filter(|_| !self.missed);
        let untold = std::mem::take(&mut self.untold);
        self.asked = Some(now);
        let ask = Ask {
            quota: self.quota,
            figures: match self.figures {
                Figures::Told if !untold => Figures::Documented,
                figures => figures,
            },
            lost: self.level.saturating_duration_since(now),
            // Others may not have noticed yet that Redis is back, and spend their shares.
            full: std::mem::take(&mut self.missed).then_some(MAX_RECONNECT_WAIT * 3 / 2),
            told: self.told.take().map(|level| level.saturating_duration_since(now)),
            refused: refused.map(|(sent, told)| (now.saturating_duration_since(sent), told)),
            passed: std::mem::take(&mut self.passed),
            epoch: self.epoch,
            returns: std::mem::take(&mut self.returns),
            extra,
            waiting: waiting
                .iter()
                .map(|waiting| Some(waiting.latest?.saturating_duration_since(now)))
                .collect(),
        };
        Asked { ask, waiting }
    }
}
