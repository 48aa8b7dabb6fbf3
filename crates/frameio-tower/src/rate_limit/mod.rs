//! The quota of each operation: leaky buckets that the answers of the service correct.
//!
//! | event | level | fields | when |
//! |---|---|---|---|
//! | [`rate_limit.wait`](WAIT) | `DEBUG` | `operation`, `wait_ms` | a call begins to wait; how long is an estimate |
//! | [`rate_limit.corrected`](CORRECTED) | `DEBUG` | `operation`, `quota`, `spent_elsewhere` | an answer told other figures, or calls that were not made here |
//! | [`rate_limit.paused`](PAUSED) | `WARN` | `operation`, `wait_ms` | a 429 stops all calls that share the bucket |
//!
//! A 429 is a warning, since it means that the bucket was wrong: something else spends the quota,
//! or its figures are others. All refusals of one time make one event.

mod bucket;
mod buckets;
mod event;
mod gcra;
mod key;
mod layer;
mod limiter;
mod pauses;
mod queue;
mod service;
mod shared;
mod store;
mod wait;

pub use layer::{OnUnavailable, RateLimitLayer, RateLimitMode};
pub use service::{RateLimit, RateLimitFuture};
pub use store::{QuotaBucket, QuotaResponse, QuotaStore, Reservation};

/// The target of the events of this layer.
pub const TARGET: &str = "frameio::rate_limit";
/// The event of a call that has to wait.
pub const WAIT: &str = "rate_limit.wait";
/// The event of a bucket that was corrected by an answer.
pub const CORRECTED: &str = "rate_limit.corrected";
/// The event of a bucket that a 429 paused.
pub const PAUSED: &str = "rate_limit.paused";
