//! Those who wait for a slot of a bucket, in the order of their coming.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tokio::time::{Instant, Sleep, sleep_until};

use super::bucket::{Bucket, Slot};
use crate::error::QuotaExhausted;

/// Who waits, and who has been given a slot but has not come for it yet.
///
/// A future that nobody polls must not hold up those behind it, so whoever is polled gives slots to
/// all whose turn it is, the first ones first. Each has a timer for its own turn, which is one wait
/// of the bucket after the one before it: a thousand who wait are woken a thousand times. Where a
/// turn comes sooner than the timer, as those ahead have gone, the first is woken to set it again.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Waiter>,
    given: HashMap<u64, Slot>,
    last_ticket: u64,
    /// When the first has its turn, as far as was known when it was last looked at.
    pub(super) next_slot: Option<Instant>,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    waker: Waker,
    /// When its timer goes off.
    timer: Instant,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Makes the first look again when its turn is.
    pub(super) fn wake_first(&self) {
        if let Some(first) = self.waiting.front() {
            first.waker.wake_by_ref();
        }
    }

    /// Gives a slot to the first, who is to be woken.
    fn give(&mut self, slot: Slot) -> Option<Waker> {
        let first = self.waiting.pop_front()?;
        self.given.insert(first.ticket, slot);
        Some(first.waker)
    }

    fn position(&self, ticket: u64) -> Option<usize> {
        self.waiting.binary_search_by_key(&ticket, |waiter| waiter.ticket).ok()
    }
}

/// The wait for a slot; dropping it gives up the place.
#[derive(Debug)]
pub(super) struct Turn {
    bucket: Arc<Bucket>,
    deadline: Option<Instant>,
    /// The place in the queue, from the first poll until there is a slot.
    ticket: Option<u64>,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Turn {
    pub(super) fn new(bucket: Arc<Bucket>, deadline: Option<Instant>) -> Self {
        Self { bucket, deadline, ticket: None, sleep: None }
    }

    /// A slot, or when to look again.
    fn take(&mut self, waker: &Waker) -> Result<Slot, Result<Instant, QuotaExhausted>> {
        let mut wakers = Vec::new();
        let result = {
            let mut state = self.bucket.state();
            let now = Instant::now();
            let queue = &mut state.queue;
            let ticket = *self.ticket.get_or_insert_with(|| {
                queue.last_ticket += 1;
                let (ticket, waker) = (queue.last_ticket, waker.clone());
                queue.waiting.push_back(Waiter { ticket, waker, timer: now });
                ticket
            });
            // Everyone whose turn it is, the first ones first.
            while !state.queue.waiting.is_empty() {
                match state.take(now) {
                    Ok(slot) => wakers.extend(state.queue.give(slot)),
                    Err(until) => {
                        state.queue.next_slot = Some(until);
                        let first = state.queue.waiting.front();
                        let late = first.filter(|first| first.timer > until);
                        wakers.extend(late.map(|late| late.waker.clone()));
                        break;
                    }
                }
            }
            match (state.queue.given.remove(&ticket), state.queue.position(ticket)) {
                (Some(slot), _) => {
                    self.ticket = None;
                    Ok(slot)
                }
                (None, Some(ahead)) => {
                    let turn = state.turn(state.queue.next_slot.unwrap_or(now), ahead);
                    if self.deadline.is_some_and(|deadline| turn > deadline) {
                        Err(Err(QuotaExhausted::new(turn - now)))
                    } else {
                        let waiter = &mut state.queue.waiting[ahead];
                        waiter.waker.clone_from(waker);
                        waiter.timer = turn;
                        Err(Ok(turn))
                    }
                }
                (None, None) => Err(Ok(now)),
            }
        };
        wakers.into_iter().filter(|other| !other.will_wake(waker)).for_each(Waker::wake);
        result
    }
}

impl Future for Turn {
    type Output = Result<Slot, QuotaExhausted>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let turn = match self.take(cx.waker()) {
                Ok(slot) => return Poll::Ready(Ok(slot)),
                Err(Err(exhausted)) => return Poll::Ready(Err(exhausted)),
                Err(Ok(turn)) => turn,
            };
            let sleep = match &mut self.sleep {
                Some(sleep) => {
                    sleep.as_mut().reset(turn);
                    sleep
                }
                none => none.insert(Box::pin(sleep_until(turn))),
            };
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut state = self.bucket.state();
        if let Some(position) = state.queue.position(ticket) {
            state.queue.waiting.remove(position);
        } else if let Some(slot) = state.queue.given.remove(&ticket) {
            // It was not used: the next one has it.
            if let Some(next) = state.queue.give(slot) {
                next.wake();
            }
        }
        // The turn of the first may be sooner now.
        state.queue.wake_first();
    }
}
