//! A limiter that all transfers of one direction share.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use super::timetable::{Clock, Timetable};

/// Time whose bytes an idle limiter collects at most.
const BURST: Duration = Duration::from_millis(250);

/// Maximum wait before the limit is looked up again, because the timetable may have changed it.
const LOOK_UP: Duration = Duration::from_secs(1);

/// Limits the bytes per second of one direction. Clones share the limit.
///
/// Bytes are counted when they are passed on, not reserved before. Therefore a dropped wait has nothing
/// to return.
#[derive(Clone)]
pub(crate) struct Limiter(Arc<Shared>);

struct Shared {
    timetable: Timetable,
    clock: Clock,
    state: Mutex<State>,
}

struct State {
    /// Bytes that may pass at once; negative if more have passed than the limit allows.
    balance: f64,
    /// When the balance was computed.
    at: Instant,
    /// Limit in bytes per second, and when it was looked up.
    rate: Option<(Instant, Option<f64>)>,
}

/// Wait of one transfer for its next turn.
#[derive(Debug, Default)]
pub(crate) struct Turn(Option<Pin<Box<Sleep>>>);

impl Limiter {
    pub(super) fn new(timetable: Timetable, clock: Clock) -> Self {
        // Created outside of a runtime as well.
        let state = State { balance: 0.0, at: Instant::now(), rate: None };
        Self(Arc::new(Shared { timetable, clock, state: Mutex::new(state) }))
    }

    /// Waits until bytes may pass, and counts them.
    ///
    /// More bytes than the limit allows in a moment pass at once, and the next ones wait longer.
    pub(crate) async fn take(&self, bytes: usize) {
        let mut turn = Turn::default();
        poll_fn(|cx| self.poll_take(bytes, &mut turn, cx)).await;
    }

    /// Polls for the turn of some bytes, and counts them.
    pub(crate) fn poll_take(
        &self,
        bytes: usize,
        turn: &mut Turn,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        loop {
            if let Some(sleep) = &mut turn.0 {
                std::task::ready!(sleep.as_mut().poll(cx));
                turn.0 = None;
            }
            match self.try_take(bytes) {
                None => return Poll::Ready(()),
                Some(wait) => turn.0 = Some(Box::pin(sleep(wait))),
            }
        }
    }

    /// Counts bytes that have passed without waiting.
    pub(crate) fn charge(&self, bytes: usize) {
        let mut state = self.state();
        self.refill(&mut state);
        state.balance -= bytes as f64;
    }

    /// Returns the number of bytes to pass at a time, so that a low limit does not cause long pauses.
    pub(crate) fn step(&self, most: usize) -> usize {
        let mut state = self.state();
        match self.refill(&mut state) {
            Some(rate) => ((rate / 8.0) as usize).clamp(most.min(1 << 10), most),
            None => most,
        }
    }

    /// Counts bytes if they may pass. Returns the wait otherwise.
    fn try_take(&self, bytes: usize) -> Option<Duration> {
        let mut state = self.state();
        let rate = self.refill(&mut state)?;
        if state.balance >= 0.0 {
            state.balance -= bytes as f64;
            return None;
        }
        let wait = Duration::try_from_secs_f64(-state.balance / rate).unwrap_or(LOOK_UP);
        Some(wait.clamp(Duration::from_millis(1), LOOK_UP))
    }

    /// Adds the bytes that became due. Returns the current limit.
    fn refill(&self, state: &mut State) -> Option<f64> {
        let now = Instant::now();
        let rate = match state.rate {
            Some((at, rate)) if now.duration_since(at) < LOOK_UP => rate,
            _ => {
                let rate = self.0.timetable.rate((self.0.clock)()).map(|rate| rate as f64);
                state.rate = Some((now, rate));
                rate
            }
        };
        let seconds = now.duration_since(state.at).as_secs_f64();
        state.at = now;
        state.balance = match rate {
            Some(rate) => (state.balance + seconds * rate).min(BURST.as_secs_f64() * rate),
            None => 0.0,
        };
        rate
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
