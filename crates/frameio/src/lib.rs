#![doc = include_str!("../../../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod builder;
pub mod client;
pub mod error;
pub mod pages;
pub mod transport;

#[cfg(feature = "blocking")]
pub mod blocking;

pub use builder::{BuildError, ClientBuilder, DefaultLayer};
pub use client::{CallFuture, Client, HttpService, Stack};
pub use error::{Error, ErrorKind};
pub use pages::{Items, Pages};

pub use frameio_api::{
    accounts, assets, comments, files, folders, media_links, metadata, operations, projects, users,
    workspaces,
};
/// The crate of endpoints without I/O, for declaring operations of one's own.
pub use frameio_core as core;
pub use frameio_core::id::*;
pub use frameio_core::{
    ApiError, Body, BoxError, Cursor, DecodeError, EncodeError, Endpoint, EndpointExt,
    FromResponse, Json, Operation, Page, Paged, Patch, Quota, QuotaScope, RateLimitInfo, Reply,
    SignedUrl, encode,
};
/// The layers of the stack, for composing one by hand.
pub use frameio_tower as layers;
