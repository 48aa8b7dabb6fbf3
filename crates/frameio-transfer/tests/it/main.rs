//! Tests of transfers against the simulator, mocks and raw sockets.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod download;
mod download_conflict;
mod download_faults;
mod download_killed;
mod download_limits;
#[cfg(unix)]
mod download_links;
mod download_tree;
mod filter;
mod leftovers;
mod one_part;
mod pace;
mod resolve_names;
#[cfg(unix)]
mod round_trip;
use frameio_testing::raw;
mod signed_http;
mod spans;
mod stop;
mod support;
mod sync_commands;
mod sync_deletions;
mod sync_names;
mod sync_property;
mod sync_support;
mod sync_two_way;
mod sync_versions;
use frameio_testing::traced;
mod upload;
mod upload_duplicates;
mod upload_faults;
mod upload_local;
mod upload_manifest;
mod upload_many_parts;
mod upload_small_files;
mod upload_sockets;
mod upload_together;
mod upload_tree;
mod walk;
mod walk_limits;
mod watch;
mod watch_folder;
mod watch_killed;
mod watch_support;
