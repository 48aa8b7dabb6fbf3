//! Holds the operations of `frameio-api` against the published contract of the service.
//!
//! The contract is what the simulator ships, `crates/frameio-sim/contract`. A test compares every
//! operation and every schema of it with the code; the program of this crate does the same with any
//! newer document, and prints what is missing:
//!
//! ```console
//! $ cargo run -p frameio-contract -- compare openapi.json
//! ```
//!
//! An operation is added in `frameio-api`, and named in `cases/` here.

#![allow(clippy::exhaustive_structs, reason = "a tool of this repository, which nobody depends on")]

mod case;
mod cases;
mod check;
mod document;
mod example;
mod table;

pub use case::{Case, Decoded, Made};
pub use cases::all as cases;
pub use check::{Finding, compare};
pub use document::{Contract, Document, Schema};
pub use table::operations as operations_table;
