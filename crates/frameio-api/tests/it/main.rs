//! Tests of the operations and models.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod files;
#[cfg(feature = "experimental")]
mod flavours;
mod groups;
mod metadata;
mod permissions;
mod requests;
mod search;
#[cfg(feature = "experimental")]
mod session_watermark_templates;
mod shares;
mod webhooks;
