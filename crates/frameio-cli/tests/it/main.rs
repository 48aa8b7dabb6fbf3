//! Tests that run the program against the simulator.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod batch;
mod call;
mod comments;
mod comments_exchange;
mod comments_output;
mod credentials;
mod doctor;
mod from_env;
mod input;
mod legacy;
mod lists;
mod logging;
mod migrate;
mod migrate_shares;
mod migrate_webhooks;
mod operations;
mod output;
mod profile;
mod program;
mod quota_store;
mod shell;
mod sign_in;
mod sim;
mod transfer;
mod upload;
mod webhook;
