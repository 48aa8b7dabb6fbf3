//! Frame.io quotas, and tokens, that a fleet of processes shares, on Redis.
//!
//! The service counts the calls of a user, whoever makes them. Processes that have buckets of
//! their own each spend the whole quota, and are refused. With [`RedisQuotas`] they have one bucket
//! together:
//!
//! ```no_run
//! use frameio_redis::{Redis, RedisQuotas};
//! use frameio_tower::RateLimitLayer;
//! use frameio_tower::rate_limit::OnUnavailable;
//!
//! let redis = Redis::new("redis://127.0.0.1:6379")?;
//! let quotas = RateLimitLayer::new()
//!     .credential("service-account")
//!     .store(RedisQuotas::new(&redis, "the same secret in all processes"))
//!     // Ten processes: each has a tenth of the quota while Redis is away.
//!     .on_unavailable(OnUnavailable::FailOpen { share: 0.1 });
//! // frameio::Client::builder().rate_limit(quotas)
//! # let _ = quotas;
//! # Ok::<_, frameio_redis::RedisUrlError>(())
//! ```
//!
//! # Events
//!
//! | event | level | fields | when |
//! |---|---|---|---|
//! | [`redis.away`](AWAY) | `WARN` | `error` | Redis is lost, once until it is back |
//! | [`redis.back`](BACK) | `INFO` | | it is there again |
//! | [`redis.paused`](PAUSED) | `WARN` | `operation`, `wait_ms` | a process has learned that a 429 stops all |
//!
//! # Features
//!
//! All are off by default.
//!
//! | feature | what for |
//! |---|---|
//! | `cluster` | `Redis::cluster`; each bucket is one key, so each script is for one slot |
//! | `sentinel` | `Redis::sentinel` |
//! | `tls` | `rediss://`, by rustls; with the cryptography that the process has named, else ring |
//! | `tokens` | `RedisTokens`: tokens that one process refreshes and all use, encrypted |

mod bucket;
mod bucket_task;
mod connect;
#[cfg(feature = "tokens")]
mod encryption;
mod event;
mod key;
mod quotas;
mod script;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "tokens")]
mod tokens;

pub use connect::{Redis, RedisUnavailable, RedisUrlError};
#[cfg(feature = "tokens")]
pub use encryption::TokenKeys;
pub use quotas::RedisQuotas;
#[cfg(feature = "tls")]
pub use tls::RedisTlsError;
#[cfg(feature = "tokens")]
pub use tokens::{LockLost, RedisTokens};

/// The target of the events of this crate.
pub const TARGET: &str = "frameio::redis";
/// The event of a Redis that is lost.
pub const AWAY: &str = "redis.away";
/// The event of a Redis that is there again.
pub const BACK: &str = "redis.back";
/// The event of a bucket that a 429 paused, in this process or another.
pub const PAUSED: &str = "redis.paused";
