//! Attempts to deliver events.

use std::collections::VecDeque;

use bytes::Bytes;
use fastrand::Rng;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

/// Number of attempts that are kept.
const MANY: usize = 10_000;

/// One attempt to deliver an event to a webhook, or a request to a custom action.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedDelivery {
    /// The id of the webhook or of the custom action.
    pub sender_id: String,
    /// Which attempt it was, from 1 to 5.
    pub attempt: u32,
    /// Where it went.
    pub url: String,
    /// The headers, with the signature and its timestamp.
    pub headers: HeaderMap,
    /// The body as it was signed.
    pub body: Bytes,
    /// The status of the response; `None` where none arrived in time.
    pub status: Option<StatusCode>,
    /// Why there is no status.
    pub error: Option<String>,
    /// When it was sent, on the simulator's [`Clock`](crate::Clock).
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

    /// One for each delivery, so that it does not depend on when others are repeated.
    pub(crate) fn rng(&mut self) -> Rng {
        self.rng.fork()
    }

    pub(crate) fn push(&mut self, delivery: RecordedDelivery) {
        if self.all.len() == MANY {
            self.all.pop_front();
        }
        self.all.push_back(delivery);
    }

    /// The last of them, the oldest first.
    pub(crate) fn last(&self, most: usize) -> impl Iterator<Item = &RecordedDelivery> {
        self.all.iter().skip(self.all.len().saturating_sub(most))
    }

    pub(crate) fn all(&self) -> Vec<RecordedDelivery> {
        self.all.iter().cloned().collect()
    }
}
