//! The wait of a call for its turn.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, ready};

use tokio::time::{Instant, sleep_until};

use super::bucket::{QueuedCall, Slot, Turn};
use crate::error::QuotaExhausted;
use crate::record::{CallRecord, Phase};

/// Waits until it is the turn of a place in the queue, or fails when that will be too late.
pub(super) async fn wait(
    queued: QueuedCall,
    recorded: Option<Recorded>,
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
        recorded.done();
    }
    Ok(slot)
}

/// Tells the record of a call that it waits, and for how long it has, however that ends.
pub(super) struct Recorded(CallRecord, Instant);

impl Recorded {
    pub(super) fn new(record: CallRecord) -> Self {
        record.enter(Phase::Quota);
        Self(record, Instant::now())
    }

    /// The wait is over, and the call goes on.
    pub(super) fn done(self) {
        self.0.enter(Phase::Attempt);
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        self.0.add_quota_wait(self.1.elapsed());
    }
}
