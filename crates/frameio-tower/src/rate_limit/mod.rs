//! The quota of each operation: leaky buckets that the answers of the service correct.

mod bucket;
mod buckets;
mod clock;
mod config;
mod queue;
mod service;

pub use config::{RateLimitLayer, RateLimitMode};
pub use service::{RateLimit, RateLimitFuture};

/// The target of the events of this layer.
///
/// | event | level | fields |
/// |---|---|---|
/// | `rate_limit.wait` | `DEBUG` | `operation`, `wait_ms` |
/// | `rate_limit.corrected` | `DEBUG` | `operation`, `quota` or `spent_elsewhere` |
/// | `rate_limit.paused` | `WARN` | `operation`, `wait_ms` |
pub const TARGET: &str = "frameio::rate_limit";
