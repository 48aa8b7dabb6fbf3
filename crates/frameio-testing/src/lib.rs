//! What the tests of several crates share: misbehaving servers, scripted transports, captured traces.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(missing_docs, missing_debug_implementations, reason = "used by tests alone")]
#![allow(clippy::exhaustive_enums, clippy::exhaustive_structs, reason = "never published")]

pub mod raw;
pub mod script;
pub mod traced;
pub mod verifier;

/// The examples of the README, as doc tests. They are here, since a published crate cannot include
/// a file from outside of its package.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
