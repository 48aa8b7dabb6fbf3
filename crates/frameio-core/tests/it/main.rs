//! Tests of requests and responses.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(unreachable_pub, reason = "requests are declared as in a library")]

// The derives name the facade.
extern crate frameio_core as frameio;

mod derive;
#[cfg(feature = "dynamic")]
mod dynamic;
mod encode;
mod repair;
mod times;
