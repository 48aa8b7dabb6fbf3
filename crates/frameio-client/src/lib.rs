//! The client of the `frameio` SDK: typed calls, pages and the blocking client.
//!
//! [`Client`] encodes an endpoint, sends it through the layers of `frameio-tower` over the hyper
//! transport, and decodes the response. Most programs use it through the `frameio` crate, which
//! re-exports it next to the operations.
//!
//! ```no_run
//! use frameio_api::users::ShowCurrentUser;
//! use frameio_client::Client;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new("token")?;
//! println!("{}", client.send(ShowCurrentUser::new()).await?.name);
//! # Ok(())
//! # }
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod client;
pub mod error;
pub mod pages;

#[cfg(feature = "blocking")]
pub mod blocking;
#[cfg(feature = "webhook")]
pub mod webhook;

pub use client::builder::{self, ClientBuilder};
pub use client::{CallFuture, Client, HttpService};
pub use error::{Error, ErrorKind};
pub use frameio_tower::{BuildError, BuildErrorKind};
pub use pages::{Items, Pages};
