//! Files, in and out.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod download;
mod download_faults;
mod download_tree;
mod one_part;
#[path = "../support/raw.rs"]
mod raw;
mod storage;
mod support;
mod upload;
mod upload_faults;
mod upload_manifest;
mod upload_sockets;
mod walk;
