//! The façade over a simulator in process.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod assets;
mod flows;
mod hostile;
mod limits;
mod people;
mod relay;
mod sharing;
mod table;
mod uploads;
mod world;
