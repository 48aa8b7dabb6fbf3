//! Tests of received webhooks.

#![allow(clippy::unwrap_used, reason = "the helpers are tests too")]

mod axum;
mod examples;
mod layer;
mod properties;
mod replay;
mod support;
mod verify;
