//! Compares the responses of Frame.io with its contract, and reports what differs.
//!
//! The service has no sandbox, so this SDK was developed against its documents and a simulator; it was
//! never run against the real service. [`Verifier::crawl`] calls each `GET` that an account allows and
//! compares every response with the OpenAPI documents, with the models of `frameio-api` and with the
//! documented quotas. [`Verifier::cassette`] does the same for recorded traffic, without a network. The
//! [`Report`] contains no personal data, so that it can be attached to an issue.
//!
//! ```
//! use frameio_client::Client;
//! use frameio_sim::Sim;
//! use frameio_verify::{CrawlOptions, Verifier};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder().token(Sim::TOKEN).transport(Sim::new()).build()?;
//! let mut verifier = Verifier::new();
//! verifier.crawl(&client, &CrawlOptions::new().samples(1)).await?;
//! let report = verifier.report();
//! assert!(report.deviations.is_empty(), "{report}");
//! # Ok(())
//! # }
//! ```
//!
//! # What is compared
//!
//! | kind | example |
//! |---|---|
//! | [`Status`](DeviationKind::Status) | 203 where the contract has 200 |
//! | [`MissingHeader`](DeviationKind::MissingHeader), [`Quota`](DeviationKind::Quota) | `x-ratelimit-limit: 10` for a quota of 5 |
//! | [`MediaType`](DeviationKind::MediaType), [`NotJson`](DeviationKind::NotJson), [`Empty`](DeviationKind::Empty) | an HTML page |
//! | [`MissingField`](DeviationKind::MissingField), [`NewField`](DeviationKind::NewField) | `data.media_type` is missing |
//! | [`WrongType`](DeviationKind::WrongType), [`Null`](DeviationKind::Null) | text instead of a number |
//! | [`NewValue`](DeviationKind::NewValue), [`Format`](DeviationKind::Format), [`Range`](DeviationKind::Range) | a status that no enum lists |
//! | [`Undecodable`](DeviationKind::Undecodable) | the contract is met, but a model rejects the response |
//!
//! Each deviation states whether the models understood the response: as it is, after a repair, or not.
//!
//! # Questions
//!
//! The documents leave open whether frames count from 0 or 1, which version is the head of a stack,
//! which links contain ids, and more. [`Report::findings`] states what the responses show about each
//! [`Question`]. Those that need a write are examined only by [`Verifier::write_checks`], in a folder
//! that is removed again.
//!
//! # Features
//!
//! The crate has no features.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod compare;
mod crawl;
mod deviation;
mod error;
mod judge;
mod observed;
mod pool;
mod questions;
mod report;
mod verifier;
mod write_checks;

pub use crawl::CrawlOptions;
pub use deviation::{Deviation, DeviationKind, Understood};
pub use error::VerifyError;
pub use questions::{Finding, Question};
pub use report::{Report, Skipped};
pub use verifier::Verifier;
pub use write_checks::WriteOutcome;
