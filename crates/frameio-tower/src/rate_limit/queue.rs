//! Queue of a bucket, and the wait of a call in it.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, Waker, ready};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::bucket::{QueuedCall, Slot, Turn};
use crate::error::QuotaExhausted;
use crate::record::{CallRecord, Phase};

/// Waiting calls, in order of arrival.
///
/// Each waiter has a timer for its own turn, so a thousand waiters cause a thousand wake-ups. A
/// future that is kept without being polled, as `select!` in a loop does, must not block the waiters
/// behind it, so a waiter that misses its turn is skipped until it polls again.
///
/// When a waiter leaves, all waiters behind it move up by one interval. Only the first waiter is
/// woken, and each waiter that is served wakes the next; waking all of them each time would cost a
/// quadratic number of wake-ups. When the quota changes, which is rare, all waiters whose turn comes
/// sooner are woken.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// Ordered by ticket.
    waiters: VecDeque<Waiter>,
    tickets: u64,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    /// Time of its next poll.
    polls_at: Instant,
    /// `None` before the first poll.
    waker: Option<Waker>,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.waiters.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.waiters.len()
    }

    /// Returns the number of waiters at the head that missed their turn by `patience` or more.
    pub(super) fn absent(&self, now: Instant, patience: Duration) -> usize {
        self.waiters.iter().take_while(|waiter| waiter.polls_at + patience <= now).count()
    }

    /// Adds a waiter at the end and returns its ticket.
    pub(super) fn join(&mut self, polls_at: Instant) -> u64 {
        self.tickets += 1;
        self.waiters.push_back(Waiter { ticket: self.tickets, polls_at, waker: None });
        self.tickets
    }

    /// Returns the position of a ticket, if it is in the queue.
    pub(super) fn position(&self, ticket: u64) -> Option<usize> {
        self.waiters.binary_search_by_key(&ticket, |waiter| waiter.ticket).ok()
    }

    /// Removes a waiter and returns its waker, which must not be dropped under a lock.
    #[must_use]
    pub(super) fn leave(&mut self, position: usize) -> Option<Waker> {
        self.waiters.remove(position)?.waker
    }

    /// Sets the waker and the next poll of a waiter. Returns the previous waker, which must not be
    /// dropped under a lock.
    #[must_use]
    pub(super) fn stay(
        &mut self,
        position: usize,
        polls_at: Instant,
        waker: &Waker,
    ) -> Option<Waker> {
        let waiter = self.waiters.get_mut(position)?;
        waiter.polls_at = polls_at;
        match &waiter.waker {
            Some(current) if current.will_wake(waker) => None,
            _ => waiter.waker.replace(waker.clone()),
        }
    }

    /// Moves the next poll of a waiter forward to `turn`. Returns its waker if the poll was later.
    pub(super) fn bring_forward(&mut self, position: usize, turn: Instant) -> Option<Waker> {
        self.waiters.get_mut(position)?.bring_forward(turn)
    }

    /// Moves the next poll of all waiters forward to their turns. Returns the wakers of waiters whose
    /// poll was later, in order. `turn` returns the turn of a waiter for the number of waiters ahead
    /// of it, not counting the `absent` ones.
    #[must_use]
    pub(super) fn bring_all_forward(
        &mut self,
        absent: usize,
        turn: impl Fn(usize) -> Instant,
    ) -> Vec<Waker> {
        let waiters = self.waiters.iter_mut().skip(absent).enumerate();
        waiters.filter_map(|(ahead, waiter)| waiter.bring_forward(turn(ahead))).collect()
    }
}

impl Waiter {
    fn bring_forward(&mut self, turn: Instant) -> Option<Waker> {
        if self.polls_at <= turn {
            return None;
        }
        let waker = self.waker.clone()?;
        self.polls_at = turn;
        Some(waker)
    }
}

/// Waits for the turn of a call. Fails as soon as it is clear that the turn comes too late.
pub(super) async fn wait(
    queued: QueuedCall,
    recorded: Option<RecordedWait>,
) -> Result<Slot, QuotaExhausted> {
    let mut sleep = pin!(sleep_until(Instant::now()));
    let slot = poll_fn(|cx| {
        loop {
            match queued.poll_turn(cx.waker())? {
                Turn::Now(slot) => return Poll::Ready(Ok(slot)),
                Turn::At(turn) => sleep.as_mut().reset(turn),
            }
            ready!(sleep.as_mut().poll(cx));
        }
    })
    .await?;
    if let Some(recorded) = recorded {
        recorded.served();
    }
    Ok(slot)
}

/// Records in a [`CallRecord`] that the call waits and, when dropped, the duration of the wait.
pub(super) struct RecordedWait {
    record: CallRecord,
    since: Instant,
}

impl RecordedWait {
    pub(super) fn new(record: CallRecord) -> Self {
        record.enter(Phase::Quota);
        Self { record, since: Instant::now() }
    }

    /// Ends the wait of a call that continues.
    pub(super) fn served(self) {
        self.record.enter(Phase::Attempt);
    }
}

impl Drop for RecordedWait {
    fn drop(&mut self) {
        self.record.add_quota_wait(self.since.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::Wake;

    use super::*;

    struct Silent;

    impl Wake for Silent {
        fn wake(self: Arc<Self>) {}
    }

    #[test]
    fn the_latest_waker_is_kept_and_copied_only_if_it_differs() {
        let (first, second) = (Waker::from(Arc::new(Silent)), Waker::from(Arc::new(Silent)));
        let now = Instant::now();
        let later = now + Duration::from_secs(1);
        let mut queue = Queue::default();
        queue.join(later);
        assert!(queue.stay(0, later, &first).is_none());
        assert!(queue.stay(0, later, &first).is_none());
        assert!(queue.stay(0, later, &second).unwrap().will_wake(&first));
        assert!(queue.bring_forward(0, now).unwrap().will_wake(&second));
        assert!(queue.bring_forward(0, now).is_none());
    }
}
