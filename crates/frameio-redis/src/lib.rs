//! Frame.io quotas and tokens on Redis, shared by a fleet of processes.
//!
//! The service counts the calls of a user across all processes. Processes with separate buckets each
//! spend the whole quota and get 429 responses. With [`RedisQuotas`] they share one bucket for each
//! operation, and with `RedisTokens` one sign-in.
//!
//! Add this crate next to `frameio`, which does not re-export it, when several processes use the same
//! credential.
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
//!     // Ten processes: each has a tenth of the quota while Redis is unavailable.
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
//! | [`redis.unavailable`](UNAVAILABLE) | `WARN` | `error` | the connection is lost, once until it is restored |
//! | [`redis.reconnected`](RECONNECTED) | `INFO` | | the connection is restored |
//! | [`redis.command_failed`](COMMAND_FAILED) | `WARN` | `error` | a command failed because of the value of its key; the connection stays |
//! | [`redis.paused`](PAUSED) | `WARN` | `operation`, `wait_ms` | the process learns that a 429 pauses a bucket |
//!
//! # Features
//!
//! All are off by default.
//!
//! | feature | adds |
//! |---|---|
//! | `cluster` | Redis Cluster with `Redis::cluster`. Each bucket is one key, so each script uses one slot. |
//! | `sentinel` | Redis Sentinel with `Redis::sentinel` |
//! | `tls` | `rediss://` with rustls, and with the default cryptography provider of the process, or ring |
//! | `tokens` | `RedisTokens`: encrypted tokens, which one process refreshes and all use |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bucket;
mod bucket_task;
mod connect;
#[cfg(feature = "tokens")]
mod encryption;
mod error;
mod event;
mod key;
mod quotas;
mod script;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "tokens")]
mod tokens;

pub use connect::Redis;
#[cfg(feature = "tokens")]
pub use encryption::TokenKeys;
pub use error::{RedisUnavailable, RedisUrlError};
pub use quotas::RedisQuotas;
#[cfg(feature = "tls")]
pub use tls::RedisTlsError;
#[cfg(feature = "tokens")]
pub use tokens::{LockLost, RedisTokens};

/// Target of the events of this crate.
pub const TARGET: &str = "frameio::redis";
/// Event of a lost connection.
pub const UNAVAILABLE: &str = "redis.unavailable";
/// Event of a restored connection.
pub const RECONNECTED: &str = "redis.reconnected";
/// Event of a command that failed because of the value of its key.
pub const COMMAND_FAILED: &str = "redis.command_failed";
/// Event of a bucket that a 429 paused, in this process or another.
pub const PAUSED: &str = "redis.paused";
