//! Tests of archives against the simulator.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod create;
mod many;
mod restore;
mod support;
