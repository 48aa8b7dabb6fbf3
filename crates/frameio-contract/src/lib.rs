//! Compares the operations of `frameio-api` with the published OpenAPI documents of the service.
//!
//! The documents are those of `frameio-openapi`. A test compares every operation and every schema of
//! them with the code. The program of this crate does the same with any newer document, and reports
//! how it differs from the shipped one, see [`Differences`]:
//!
//! ```console
//! $ cargo run -p frameio-contract -- compare NEWER.json
//! ```
//!
//! A new operation is declared in `frameio-api` and listed in `cases/` here.

#![allow(clippy::exhaustive_structs, reason = "a tool of this repository, which nobody depends on")]

mod case;
mod cases;
mod check;
mod diff;
mod example;
mod member;
mod table;

pub use case::{Case, Decoded, Made};
pub use cases::all as cases;
pub use check::{Finding, compare};
pub use diff::{Difference, Differences, Direction, Report, SchemaDifferences, Weight};
pub use frameio_openapi::Document;
pub use table::operations as operations_table;
