//! Client for the Frame.io V4 API: typed calls, pagination and a blocking client.
//!
//! [`Client`] encodes an endpoint, sends it through the layers of `frameio-tower` over a hyper
//! transport, and decodes the response.
//!
//! Most programs use the `frameio` crate, which re-exports this one together with the operations.
//! Depend on `frameio-client` directly in a library that takes a [`Client`] as an argument and does
//! not want the features of the facade.
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
//!
//! # Features
//!
//! None is enabled by default.
//!
//! | feature | adds |
//! |---|---|
//! | `blocking` | `blocking::Client`, for programs without an async runtime |
//! | `dynamic` | `Client::send_json`: calls with JSON, by the documented names of operations |
//! | `env` | `Client::from_env`: settings from the environment and the profiles of the command `frameio` |
//! | `gzip` | compressed responses |
//! | `webhook` | `Client::fetch`: the resources that webhook events and custom actions refer to |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod error;
mod pages;

#[cfg(feature = "blocking")]
pub mod blocking;
#[cfg(feature = "webhook")]
pub mod webhook;

pub use client::builder::ClientBuilder;
pub use client::{CallFuture, Client, HttpService};
pub use error::{Error, ErrorKind};
pub use frameio_tower::{BuildError, BuildErrorKind};
pub use pages::{Items, Pages};
