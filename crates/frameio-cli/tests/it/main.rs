//! Tests that run the program against the simulator.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod batch;
mod call;
mod comments;
mod comments_exchange;
mod credentials;
mod from_env;
mod input;
mod legacy;
mod logging;
mod metadata;
mod migrate;
mod operations;
mod output;
mod profile;
mod program;
mod share;
mod sign_in;
mod sim;
mod transfer;
mod upload;
mod versions;
mod webhook;
