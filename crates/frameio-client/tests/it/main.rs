//! Tests of the client.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "blocking")]
mod blocking;
mod cancel;
mod client;
mod decode;
#[cfg(feature = "dynamic")]
mod dynamic;
mod errors;
mod failures;
mod metrics;
mod pages;
mod proxy;
mod quotas;
mod secrets;
mod sent;
mod sim;
mod spans;
#[cfg(feature = "webhook")]
mod webhook;
