//! Rust SDK for the [Frame.io](https://frame.io) V4 API: typed requests through a
//! [`tower`](https://docs.rs/tower) stack over hyper.
//!
//! ```no_run
//! use frameio::{Client, accounts::ListAccounts, users::ShowCurrentUser};
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Client::new(std::env::var("FRAMEIO_TOKEN")?)?;
//!     let user = client.send(ShowCurrentUser::new()).await?;
//!     println!("signed in as {} <{}>", user.name, user.email);
//!
//!     // Pages are requested as they are needed.
//!     let mut accounts = client.items(ListAccounts::new());
//!     while let Some(account) = accounts.next().await {
//!         println!("{}", account?.display_name);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! The [`guide`] has a page for each task: [getting started](guide::getting_started),
//! [errors](guide::errors), [quotas](guide::quotas), [testing your code](guide::testing) and more.
//!
//! # Contents
//!
//! This crate re-exports the parts of the SDK. Each part is a crate that can be used alone.
//!
//! | to | see | crate |
//! |---|---|---|
//! | send requests | [`Client`], [`ClientBuilder`] | `frameio-client` |
//! | find an operation | the modules of the resources, such as [`files`] and [`comments`] | `frameio-api` |
//! | declare an operation | [`Endpoint`], [`endpoint`] | `frameio-core` |
//! | add or replace layers | [`layers`] | `frameio-tower` |
//! | configure connections, TLS and proxies | [`transport`] | `frameio-transport` |
#![cfg_attr(
    feature = "auth",
    doc = "| sign in with Adobe IMS | [`auth`], feature `auth` | `frameio-auth` |"
)]
#![cfg_attr(
    not(feature = "auth"),
    doc = "| sign in with Adobe IMS | `auth`, feature `auth` | `frameio-auth` |"
)]
#![cfg_attr(
    feature = "env",
    doc = "| use the environment and the profiles of the command | [`Client::from_env`], feature `env` | `frameio-client` |"
)]
#![cfg_attr(
    not(feature = "env"),
    doc = "| use the environment and the profiles of the command | `Client::from_env`, feature `env` | `frameio-client` |"
)]
#![cfg_attr(
    feature = "transfer",
    doc = "| upload and download files | [`transfer`], feature `transfer` | `frameio-transfer` |"
)]
#![cfg_attr(
    not(feature = "transfer"),
    doc = "| upload and download files | `transfer`, feature `transfer` | `frameio-transfer` |"
)]
#![cfg_attr(
    feature = "markers",
    doc = "| exchange comments with editing systems | [`markers`], feature `markers` | `frameio-comments`, `frameio-markers` |"
)]
#![cfg_attr(
    not(feature = "markers"),
    doc = "| exchange comments with editing systems | `markers`, feature `markers` | `frameio-comments`, `frameio-markers` |"
)]
#![cfg_attr(
    feature = "webhook",
    doc = "| receive webhooks and custom actions | [`webhook`], feature `webhook` | `frameio-webhook` |"
)]
#![cfg_attr(
    not(feature = "webhook"),
    doc = "| receive webhooks and custom actions | `webhook`, feature `webhook` | `frameio-webhook` |"
)]
//! | test without the service | `frameio_sim::Sim` | `frameio-sim` |
//! | share quotas and tokens between processes | `frameio_redis` | `frameio-redis` |
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `rustls-ring`, `rustls-aws-lc-rs` | `ring` | TLS with the certificates of the platform |
//! | `webpki-roots` | no | Mozilla's certificates instead of those of the platform |
//! | `http2` | yes | HTTP/2 where the server offers it |
//! | `gzip` | yes | compressed responses |
//! | `transfer` | no | `transfer`: uploads, downloads, trees, paths |
//! | `notify` | no | notifications of the system for watched directories; implies `transfer` |
//! | `markers` | no | `markers`: comments as markers of editing systems; implies `transfer` |
//! | `auth` | no | `auth`: signing in with Adobe IMS |
//! | `env` | no | `Client::from_env`; implies `auth` |
//! | `keyring` | no | tokens in the keyring of the system; implies `auth` |
//! | `webhook` | no | `webhook`, and `Client::fetch` |
//! | `webhook-axum` | no | an extractor for axum; implies `webhook` |
//! | `blocking` | no | `blocking`: a client for programs without async |
//! | `dynamic` | no | calls by name and JSON |
//! | `tower` | no | retry policies of `tower::retry` |
//! | `experimental` | no | operations that the service may change or withdraw at any time |
//!
//! Rust 1.89 or newer.
#![cfg_attr(docsrs, feature(doc_cfg))]
// Links of the guide to items behind a feature resolve only if the feature is on.
#[cfg(any(doc, doctest))]
#[cfg_attr(
    not(all(
        feature = "auth",
        feature = "blocking",
        feature = "dynamic",
        feature = "env",
        feature = "tower",
        feature = "transfer",
        feature = "webhook"
    )),
    allow(rustdoc::broken_intra_doc_links)
)]
pub mod guide;

#[cfg(feature = "blocking")]
pub use frameio_client::blocking;
pub use frameio_client::{
    BuildError, BuildErrorKind, CallFuture, Client, ClientBuilder, Error, ErrorKind, HttpService,
    Items, Pages,
};

/// Signing in with Adobe IMS.
#[cfg(feature = "auth")]
pub use frameio_auth as auth;
/// Uploads and downloads of files of any size.
#[cfg(feature = "transfer")]
pub use frameio_transfer as transfer;
/// The hyper transport under the default stack.
pub use frameio_transport as transport;

/// Receiving webhooks and custom actions, and fetching the resources that they name.
#[cfg(feature = "webhook")]
pub mod webhook {
    pub use frameio_client::webhook::Fetched;
    pub use frameio_webhook::*;
}

/// Comments as markers of editing systems, and markers as comments.
///
/// [`CommentReader`](markers::CommentReader) reads comments, [`write`](markers::write) and
/// [`read`](markers::read) convert them, and [`plan_import`](markers::plan_import) compares them with
/// existing ones. [`timecode`](markers::timecode) has the arithmetic.
#[cfg(feature = "markers")]
pub mod markers {
    pub use frameio_comments::*;
    pub use frameio_markers::*;
    pub use frameio_timecode as timecode;
}

/// Operations that the service may change or withdraw at any time.
#[cfg(feature = "experimental")]
pub use frameio_api::experimental;
pub use frameio_api::{
    Catalog, account_permissions, accounts, assets, collections, comments, custom_actions, files,
    folder_permissions, folders, groups, media_links, metadata, metadata_fields, permissions,
    project_permissions, projects, search, shares, users, version_stacks, webhooks,
    workspace_permissions, workspaces,
};
/// Requests without I/O, and what declares them.
pub use frameio_core as endpoint;
/// Items that derives expand to. Not part of the public API.
#[doc(hidden)]
pub use frameio_core::__private;
#[cfg(feature = "dynamic")]
pub use frameio_core::EndpointFromJson;
pub use frameio_core::id::*;
pub use frameio_core::{
    ApiError, Body, BoxError, CallOptions, Cursor, DecodeError, EncodeError, Endpoint, EndpointExt,
    EventType, FromResponse, Json, Nullable, Operation, Page, Paged, Patch, Quota, QuotaScope,
    RateLimitInfo, Reply, Secret, SignedUrl, encode,
};
/// The layers of the stack, for composing one by hand.
pub use frameio_tower as layers;
