#![doc = include_str!("../../../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod builder;
pub mod client;
pub mod error;
pub mod pages;
#[cfg(any(feature = "auth", feature = "transfer"))]
mod private;
pub mod transport;
#[cfg(feature = "gzip")]
mod unpack;

#[cfg(feature = "auth")]
pub mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
#[cfg(feature = "transfer")]
pub mod transfer;
#[cfg(feature = "webhook")]
pub mod webhook;

pub use builder::{BuildError, ClientBuilder, DefaultLayer};
pub use client::{CallFuture, Client, HttpService, Stack};
pub use error::{Error, ErrorKind};
pub use pages::{Items, Pages};

/// Operations that the service may change or withdraw at any time.
#[cfg(feature = "experimental")]
pub use frameio_api::experimental;
pub use frameio_api::{
    Catalog, account_permissions, accounts, assets, collections, comments, custom_actions, files,
    folder_permissions, folders, groups, media_links, metadata, metadata_fields, permissions,
    project_permissions, projects, search, shares, users, version_stacks, webhooks,
    workspace_permissions, workspaces,
};
/// The crate of endpoints without I/O, for declaring operations of one's own.
pub use frameio_core as core;
pub use frameio_core::id::*;
pub use frameio_core::{
    ApiError, Body, BoxError, Cursor, DecodeError, EncodeError, Endpoint, EndpointExt, EventType,
    FromResponse, Json, Operation, Page, Paged, Patch, Quota, QuotaScope, RateLimitInfo, Reply,
    Secret, SignedUrl, encode,
};
/// The layers of the stack, for composing one by hand.
pub use frameio_tower as layers;
