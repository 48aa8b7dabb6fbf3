//! Record of delivery attempts.

use std::collections::VecDeque;

use bytes::Bytes;
use fastrand::Rng;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

/// Maximum number of recorded attempts.
const MAX_ATTEMPTS: usize = 10_000;

/// Attempt to deliver an event to a webhook, or a request to a custom action.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedDelivery {
    /// Id of the webhook or custom action.
    pub sender_id: String,
    /// Number of the attempt, from 1 to 5.
    pub attempt: u32,
    /// URL of the receiver.
    pub url: String,
    /// Request headers, including the signature and its timestamp.
    pub headers: HeaderMap,
    /// Signed request body.
    pub body: Bytes,
    /// Status of the response, or `None` if no response arrived in time.
    pub status: Option<StatusCode>,
    /// Reason for a missing status.
    pub error: Option<String>,
    /// Time of the attempt on the simulator's [`Clock`](crate::Clock).
    pub time: Timestamp,
}

#[derive(Debug)]
pub(crate) struct Deliveries {
    rng: Rng,
    all: VecDeque<RecordedDelivery>,
}

impl Deliveries {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: Rng::with_seed(seed), all: VecDeque::new() }
    }

    /// Returns a separate generator for a delivery, so that its retries do not depend on other ones.
    pub(crate) fn rng(&mut self) -> Rng {
        self.rng.fork()
    }

    pub(crate) fn push(&mut self, delivery: RecordedDelivery) {
        if self.all.len() == MAX_ATTEMPTS {
            self.all.pop_front();
        }
        self.all.push_back(delivery);
    }

    /// Returns the last `limit` attempts, oldest first.
    pub(crate) fn last(&self, limit: usize) -> impl Iterator<Item = &RecordedDelivery> {
        self.all.iter().skip(self.all.len().saturating_sub(limit))
    }

    pub(crate) fn all(&self) -> Vec<RecordedDelivery> {
        self.all.iter().cloned().collect()
    }
}
