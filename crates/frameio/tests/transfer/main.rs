//! Files, in and out.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod download;
mod download_faults;
mod download_killed;
mod download_tree;
mod one_part;
#[path = "../support/raw.rs"]
mod raw;
mod spans;
mod storage;
mod support;
#[path = "../support/traced.rs"]
mod traced;
mod upload;
mod upload_faults;
mod upload_manifest;
mod upload_many_parts;
mod upload_small_files;
mod upload_sockets;
mod upload_tree;
mod walk;
