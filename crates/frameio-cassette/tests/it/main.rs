//! Tests of recording and replaying, against the simulator.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fields;
mod quickstart;
mod record;
mod scrub;
mod simulator_state;
