//! Compares the operations of `frameio-api` with the OpenAPI documents of the service.
//!
//! A test compares every operation and schema of the documents in `frameio-openapi` with the code,
//! which keeps the typed requests and models true to the contract. The program of this crate does
//! the same with any newer document, and reports how that differs from the shipped one (see
//! [`Differences`]):
//!
//! ```console
//! $ cargo run -p frameio-contract -- compare NEWER.json
//! ```
//!
//! The crate is a tool of this repository: it is not published, has no features, and is not part of
//! `frameio`. As a library it reports differences as values:
//!
//! ```
//! use frameio_contract::{Differences, Document, Weight};
//!
//! let document = Document::stable();
//! let differences = Differences::between(document, document);
//! assert_eq!(differences.with(Weight::Matters).count(), 0);
//! ```
//!
//! A new operation is declared in `frameio-api`, and listed in `cases/` here.

#![allow(clippy::exhaustive_structs, reason = "a tool of this repository without dependents")]

mod case;
mod cases;
mod check;
mod diff;
mod example;
mod member;
mod table;

pub use case::{Case, DecodedResponse, EncodedRequest};
pub use cases::all as cases;
pub use check::{Finding, compare};
pub use diff::{Difference, Differences, Direction, Report, SchemaDifferences, Weight};
pub use frameio_openapi::Document;
pub use table::operations as operations_table;
