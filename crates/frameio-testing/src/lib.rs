//! Shared test helpers: misbehaving servers, scripted transports and captured traces.
//!
//! This crate is not published. Tests of the other crates use it as a dev-dependency:
//!
//! ```
//! use frameio::{Client, users::ShowCurrentUser};
//! use frameio_testing::script::{Script, user};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let script = Script::new(|_, _| user());
//! let client = Client::builder().token("t").transport(script.clone()).build().unwrap();
//! client.send(ShowCurrentUser::new()).await.unwrap();
//! assert_eq!(script.urls(), ["https://api.frame.io/v4/me"]);
//! # }
//! ```
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(missing_docs, missing_debug_implementations, reason = "only tests use it")]
#![allow(clippy::exhaustive_enums, clippy::exhaustive_structs, reason = "never published")]

pub mod http2;
pub mod raw;
pub mod script;
pub mod traced;
pub mod verifier;

/// Doc tests of the examples in the README. A published crate cannot include a file from outside its
/// package, so they are here.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
