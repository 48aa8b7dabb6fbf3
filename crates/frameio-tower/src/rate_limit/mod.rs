//! Quotas of operations, as leaky buckets that responses of the service correct.
//!
//! | event | level | fields | emitted when |
//! |---|---|---|---|
//! | [`rate_limit.wait`](WAIT) | `DEBUG` | `operation`, `wait_ms` | a call starts to wait; the duration is an estimate |
//! | [`rate_limit.corrected`](CORRECTED) | `DEBUG`; `WARN` if less than a tenth of the quota remains | `operation`, `quota`, `spent_elsewhere` | a response changes the quota, or reveals calls of other programs |
//! | [`rate_limit.paused`](PAUSED) | `WARN` | `operation`, `wait_ms` | a 429 pauses the bucket for all calls |
//!
//! A 429 is logged as a warning because it reveals that the bucket was wrong: the quota is smaller,
//! or another program spends it too. Several calls that are refused together emit one event.
//!
//! | file | contents |
//! |---|---|
//! | `layer.rs`, `service.rs` | settings, and the path of a request |
//! | `buckets.rs`, `bucket.rs` | all buckets of a layer; one bucket with its slots and waiting calls |
//! | `gcra.rs` | the algorithm, implemented by governor, and the level of a bucket |
//! | `queue.rs` | order and wake-ups of waiting calls |
//! | `learn.rs` | quotas and pauses learned from responses |
//! | `store.rs` | buckets shared between processes |

mod bucket;
mod buckets;
mod events;
mod gcra;
mod layer;
mod learn;
mod queue;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub use layer::{OnUnavailable, RateLimitLayer, RateLimitMode};
pub use learn::LearnedQuota;
pub use service::{RateLimit, RateLimitFuture};
pub use store::{QuotaBucket, QuotaResponse, QuotaStore, Reservation};

/// Target of the events of this layer.
pub const TARGET: &str = "frameio::rate_limit";
/// Event emitted when a call starts to wait for a slot.
pub const WAIT: &str = "rate_limit.wait";
/// Event emitted when a response corrects the quota or the level of a bucket.
pub const CORRECTED: &str = "rate_limit.corrected";
/// Event emitted when a 429 pauses a bucket.
pub const PAUSED: &str = "rate_limit.paused";
