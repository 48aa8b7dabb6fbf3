//! Tests of the layers.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod auth;
mod auth_refresh;
mod collect;
#[cfg(feature = "gzip")]
mod decompress;
mod layers;
mod metrics;
mod order;
mod order_cancel;
mod order_fit;
mod rate_limit;
mod redirects;
mod retry;
#[cfg(feature = "tower")]
mod retry_tower;
mod slots;
mod support;
mod timeouts;
mod trace;
