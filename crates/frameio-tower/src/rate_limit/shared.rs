//! The slot of a call in a store, and the wait for it.

use std::time::Duration;

use frameio_core::BoxError;
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, sleep_until};

use super::event;
use super::store::{QuotaBucket, QuotaResponse, Reservation, Store};
use super::wait::Recorded;
use crate::error::{QuotaExhausted, QuotaStoreError};
use crate::record::CallRecord;

/// A slot in a store: given back if it is dropped before it was used.
pub(super) struct SharedSlot {
    store: Store,
    bucket: QuotaBucket,
    reservation: Reservation,
    sent: Option<Instant>,
}

impl SharedSlot {
    /// The request goes out: the service will count it.
    pub(super) fn spend(&mut self) {
        self.sent = Some(Instant::now());
    }

    /// The answer has come.
    pub(super) fn record_response(&self, status: StatusCode, headers: &HeaderMap) {
        if let Some(sent) = self.sent {
            self.store.0.record_response(&self.bucket, QuotaResponse::new(sent, status, headers));
        }
    }
}

impl Drop for SharedSlot {
    fn drop(&mut self) {
        if self.sent.is_none() {
            self.store.0.release(&self.bucket, self.reservation);
        }
    }
}

/// How long is waited at most before it is looked whether the slot still counts.
const LOOK: Duration = Duration::from_secs(1);

/// Reserves a slot and waits for its turn, or fails when that would be too late.
///
/// Boxed by the caller and not again: the slot is one of the few things that live across the wait.
pub(super) async fn wait(
    store: Store,
    mut bucket: QuotaBucket,
    latest: Option<Instant>,
    record: Option<CallRecord>,
) -> Result<SharedSlot, BoxError> {
    let mut recorded = None;
    loop {
        let max_wait = latest.map(|latest| latest.saturating_duration_since(Instant::now()));
        let reservation = match store.0.reserve(&bucket, max_wait).await {
            Ok(reservation) => reservation,
            Err(error) if error.is::<QuotaExhausted>() => return Err(error),
            Err(error) => return Err(QuotaStoreError::new(error).into()),
        };
        // From here on it is given back, whatever becomes of the call.
        let slot = SharedSlot { store: store.clone(), bucket, reservation, sent: None };
        let wait = reservation.turn.saturating_duration_since(Instant::now());
        if wait > Duration::ZERO {
            event::wait(slot.bucket.operation, wait);
            recorded = recorded.or_else(|| record.clone().map(Recorded::new));
        }
        let valid = loop {
            let now = Instant::now();
            if !slot.store.0.is_valid(&slot.bucket, &slot.reservation) {
                break false;
            }
            if reservation.turn <= now {
                break true;
            }
            sleep_until(reservation.turn.min(now + LOOK)).await;
        };
        if valid {
            if let Some(recorded) = recorded {
                recorded.done();
            }
            return Ok(slot);
        }
        bucket = slot.bucket.clone();
    }
}
