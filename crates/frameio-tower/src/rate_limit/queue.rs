//! Those who wait for a bucket, in the order of their coming.

use std::collections::VecDeque;
use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

/// Who waits, first come first served.
///
/// Everyone has a timer for its own turn, so that a thousand of them are woken a thousand times. A
/// future that is kept and not polled, as by `select!` in a loop, would hold up all behind it: who
/// has let its turn go by is passed over until it looks again. When turns come sooner than
/// expected, since someone has left or the quota has grown, only the first is woken, and once it is
/// served the next.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// By ticket.
    waiting: VecDeque<Waiting>,
    tickets: u64,
}

#[derive(Debug)]
struct Waiting {
    ticket: u64,
    /// When it looks whether it is its turn.
    looks_at: Instant,
    /// None before it was polled.
    waker: Option<Waker>,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// How many of the first have let their turn go by for so long.
    pub(super) fn absent(&self, now: Instant, patience: Duration) -> usize {
        self.waiting.iter().take_while(|waiting| waiting.looks_at + patience <= now).count()
    }

    /// Takes the place behind all others.
    pub(super) fn join(&mut self, looks_at: Instant) -> u64 {
        self.tickets += 1;
        self.waiting.push_back(Waiting { ticket: self.tickets, looks_at, waker: None });
        self.tickets
    }

    /// The place of a ticket, if it has one.
    pub(super) fn position(&self, ticket: u64) -> Option<usize> {
        self.waiting.binary_search_by_key(&ticket, |waiting| waiting.ticket).ok()
    }

    /// Gives up a place; returns what to drop outside of any lock.
    #[must_use]
    pub(super) fn leave(&mut self, position: usize) -> Option<Waker> {
        self.waiting.remove(position)?.waker
    }

    /// Sets who is to be woken at a place that looks again at a time; returns what to drop outside
    /// of any lock.
    #[must_use]
    pub(super) fn stay(
        &mut self,
        position: usize,
        looks_at: Instant,
        waker: &Waker,
    ) -> Option<Waker> {
        let waiting = self.waiting.get_mut(position)?;
        waiting.looks_at = looks_at;
        match &waiting.waker {
            Some(known) if known.will_wake(waker) => None,
            _ => waiting.waker.replace(waker.clone()),
        }
    }

    /// Moves the next look of a place forward to `turn`. Returns the waker if it would look later.
    pub(super) fn bring_forward(&mut self, position: usize, turn: Instant) -> Option<Waker> {
        let waiting = self.waiting.get_mut(position).filter(|waiting| waiting.looks_at > turn)?;
        let waker = waiting.waker.clone()?;
        waiting.looks_at = turn;
        Some(waker)
    }
}
