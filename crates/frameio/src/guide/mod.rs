//! Guides, one for each task. Each opens with the shortest code that solves it.
//!
//! | to | read |
//! |---|---|
//! | send the first request | [Getting started](getting_started) |
//! | add, write or replace a layer | [The stack](stack) |
//! | make many calls without a 429 | [Quotas](quotas) |
//! | limit the time of a call, and decide which requests are repeated | [Retries and time limits](retries) |
//! | react to an error, or find out what a message means | [Errors](errors) |
//! | read a list | [Pagination](pagination) |
//! | test code that uses the client | [Testing your code](testing) |
//! | trace and measure calls | [Observability](observability) |
//! | embed the client in a server or a worker | [Embedding](embedding) |
//! | get tokens, and keep them fresh | [Signing in](signing_in) |
//! | upload and download files | [Transfers](transfers) |
//! | receive webhooks and custom actions | [Webhooks](webhooks) |
//! | share a quota between processes | [Fleets](fleets) |
//! | run jobs from a queue in many processes | [Job queue](job_queue) |
//! | call from a program without async | [Blocking](blocking) |
//! | call an operation that this crate does not know | [Your own endpoints](custom_endpoints) |
//!
//! The code of the guides is compiled and tested. The module exists only in the documentation.

#[doc = include_str!("getting_started.md")]
pub mod getting_started {}

#[doc = include_str!("stack.md")]
pub mod stack {}

#[doc = include_str!("quotas.md")]
pub mod quotas {}

#[doc = include_str!("retries.md")]
pub mod retries {}

#[doc = include_str!("errors.md")]
pub mod errors {}

#[doc = include_str!("pagination.md")]
pub mod pagination {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("observability.md")]
pub mod observability {}

#[doc = include_str!("embedding.md")]
pub mod embedding {}

#[doc = include_str!("signing_in.md")]
pub mod signing_in {}

#[doc = include_str!("transfers.md")]
pub mod transfers {}

#[doc = include_str!("webhooks.md")]
pub mod webhooks {}

#[doc = include_str!("fleets.md")]
pub mod fleets {}

#[doc = include_str!("job_queue.md")]
pub mod job_queue {}

#[doc = include_str!("blocking.md")]
pub mod blocking {}

#[doc = include_str!("custom_endpoints.md")]
pub mod custom_endpoints {}
