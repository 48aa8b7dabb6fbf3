//! Quotas of operations: leaky buckets that the responses of the service correct.
//!
//! | event | level | fields | emitted when |
//! |---|---|---|---|
//! | [`rate_limit.wait`](WAIT) | `DEBUG` | `operation`, `wait_ms` | a call starts to wait; the duration is an estimate |
//! | [`rate_limit.corrected`](CORRECTED) | `DEBUG` | `operation`, `quota`, `spent_elsewhere` | a response changes the quota, or reveals calls of other programs |
//! | [`rate_limit.paused`](PAUSED) | `WARN` | `operation`, `wait_ms` | a 429 pauses the bucket for all calls |
//!
//! A 429 is a warning because it means that the bucket was wrong: another program spends the same
//! quota, or the quota is smaller. Calls that are refused together cause one event.
//!
//! | file | contents |
//! |---|---|
//! | `layer.rs`, `service.rs` | the settings, and the path of one request |
//! | `buckets.rs`, `bucket.rs` | all buckets of a layer; one bucket, its slots and its waiting calls |
//! | `gcra.rs` | the decision, which is governor's, and its level |
//! | `queue.rs` | the order of waiting calls, and their wake-ups |
//! | `learn.rs` | what responses change: the quota, and pauses |
//! | `store.rs` | buckets outside of the process |

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
/// Event of a call that has to wait.
pub const WAIT: &str = "rate_limit.wait";
/// Event of a bucket that a response corrects.
pub const CORRECTED: &str = "rate_limit.corrected";
/// Event of a bucket that a 429 pauses.
pub const PAUSED: &str = "rate_limit.paused";
