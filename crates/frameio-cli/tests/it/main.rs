//! Tests that run the program against the simulator.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg_attr(
    not(unix),
    allow(
        dead_code,
        unused_imports,
        reason = "tests with signals, terminals and modes are for Unix"
    )
)]

mod archive;
mod batch;
mod call;
mod call_fields;
mod comments;
mod comments_exchange;
mod comments_output;
mod credentials;
mod doctor;
mod filters;
mod find;
mod fixture;
mod from_env;
#[cfg(target_os = "linux")]
mod http2;
mod input;
mod legacy;
mod listing;
mod lists;
mod logging;
mod lost_responses;
mod members;
mod metadata;
mod migrate;
mod migrate_shares;
mod migrate_webhooks;
mod mkdir;
mod next_run;
mod open;
mod operations;
mod output;
mod places;
mod profile;
mod program;
mod proof;
mod quota_store;
mod recording;
mod relocate;
mod renditions;
mod restore;
mod resume;
mod rm;
mod run_report;
mod selection;
mod share;
mod shell;
mod sign_in;
mod sim;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod transcripts;
mod transfer;
mod upload;
mod upload_share;
mod versions;
mod watch;
mod webhook;
mod webhook_listen;
