//! The simulator from the outside: as a service, and on a socket.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod api;
mod audit_logs;
mod clock;
mod collections;
mod comments;
mod contract;
mod control;
mod custom_actions;
mod downloads;
mod errors;
mod examples;
mod faults;
mod files;
mod folders;
mod groups;
mod ims;
mod metadata;
mod metadata_fields;
mod pages;
mod permissions;
mod projects;
mod quotas;
mod receiver;
mod remote;
mod roles;
mod schema;
mod socket;
mod typed;
mod uploads;
mod version_stacks;
mod violations;
mod webhooks;
mod workspaces;
