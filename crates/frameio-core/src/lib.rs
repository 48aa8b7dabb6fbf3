//! Typed Frame.io requests without I/O: declaration, encoding, and decoding of responses.
//!
//! A request is a plain value that implements [`Endpoint`]. [`encode()`] converts it to an
//! [`http::Request`], and [`FromResponse`] converts the response to a typed value. This crate sends
//! nothing, so it works with any HTTP client and builds for targets without tokio.
//!
//! Most programs use these types through the `frameio` crate. Use this crate directly to declare
//! custom operations in a library, or to send requests with a different HTTP client:
//!
//! ```
//! # extern crate frameio_core as frameio;
//! use bytes::Bytes;
//! use frameio_core::{Endpoint, FileId, FromResponse, encode, id, model, response_types};
//!
//! model! {
//!     /// File with its rating.
//!     pub struct Rating {
//!         /// Number of stars, 1 to 5.
//!         pub stars: u32,
//!     }
//! }
//! response_types! { Rating: one }
//!
//! /// Shows the rating of a file.
//! #[derive(Clone, Debug, Endpoint)]
//! #[endpoint(
//!     GET "/v4/files/{file_id}/rating",
//!     id = "ratings.show", response = Rating, quota = "100/min",
//! )]
//! pub struct ShowRating {
//!     /// Rated file.
//!     #[endpoint(path)]
//!     pub file_id: FileId,
//! }
//!
//! let request = encode(&ShowRating::new("f1"))?;
//! assert_eq!(request.uri(), "/v4/files/f1/rating");
//!
//! // Send the request with any HTTP client, and decode its response:
//! let response = http::Response::new(Bytes::from(r#"{"data":{"stars":5}}"#));
//! let (parts, body) = response.into_parts();
//! assert_eq!(Rating::from_response(&parts, body)?.stars, 5);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! The derive [`Endpoint`](derive@Endpoint) declares requests, and the macros [`model!`],
//! [`open_enum!`] and [`id!`] declare the types of their fields and responses. The crate `frameio-api`
//! declares all operations of Frame.io with them.
//!
//! | items | contents |
//! |---|---|
//! | [`Endpoint`], [`FromResponse`] | traits of requests and responses |
//! | [`operation`] | constants of an operation: route, quota, idempotency |
//! | [`encode`](mod@encode) | writers for path, query and JSON body |
//! | [`CallOptions`], [`EndpointExt`] | options of one call, and wrappers of endpoints: `.options()`, `.raw()`, `.with_meta()` |
//! | [`Reply`] | response with status, headers and rate limit |
//! | [`decode`] | decoding of JSON, with paths in errors |
//! | [`repair`] | decoding of responses that deviate from the documentation |
//! | [`page`] | pages, cursors and the [`Paged`] trait |
//! | [`Body`] | body of requests and responses |
//! | [`Call`], [`CallLimits`], [`Attempts`] | request extensions that layers read |
//! | [`EventType`] | types of webhook events |
//! | [`id`](mod@id), [`Patch`], [`Nullable`], [`Secret`], [`SignedUrl`], [`limits`] | types of fields, and their limits |
//! | [`EncodeError`], [`DecodeError`], [`ApiError`] | errors of encoding and decoding, and errors reported by the service |
//! | `dynamic` | requests created from JSON |
//!
//! # Features
//!
//! | feature | enables |
//! |---|---|
//! | `dynamic` | the module `dynamic` and the derive `EndpointFromJson` |
#![cfg_attr(docsrs, feature(doc_cfg))]

// Lets the expansions of derives in unit tests of this crate resolve `::frameio`.
extern crate self as frameio;

mod api_error;
mod body;
mod call;
#[cfg(feature = "dynamic")]
mod codec;
mod cursor_guard;
mod custom_header;
pub mod decode;
mod derived;
#[cfg(feature = "dynamic")]
pub mod dynamic;
pub mod encode;
mod endpoint;
mod error;
mod event_type;
pub mod id;
mod id_text;
pub mod limits;
mod nullable;
pub mod operation;
mod options;
mod origin;
pub mod page;
mod patch;
pub mod repair;
mod reply;
mod secret;
mod signed_url;

mod json_edit;
mod json_path;
mod macros;
mod printable;
mod text;
mod timestamp;

pub use api_error::{describe_body, describe_text};
pub use body::{Body, CloneBody};
pub use call::{Attempts, Call, CallLimits};
pub use cursor_guard::CursorGuard;
#[doc(hidden)]
pub use custom_header::custom_header;
pub use endpoint::{Endpoint, FromResponse, Json, encode};
pub use error::{ApiError, DecodeError, EncodeError};
pub use event_type::EventType;
#[doc = include_str!("derive.md")]
pub use frameio_macros::Endpoint;
/// Implements [`FromJson`](dynamic::FromJson) for a struct that derives [`Endpoint`](derive@Endpoint).
///
/// The types of all fields must implement `Deserialize`. The module [`dynamic`] has an example.
#[cfg(feature = "dynamic")]
pub use frameio_macros::EndpointFromJson;
pub use id::*;
pub use nullable::Nullable;
pub use operation::{Operation, Quota, QuotaScope};
pub use options::{CallOptions, EndpointExt, Raw, WithMeta, WithOptions};
pub use origin::{Origin, has_valid_port, is_loopback, is_secure, may_be_loopback};
pub use page::{Cursor, Links, Page, Paged};
pub use patch::Patch;
pub use reply::{RateLimitInfo, Reply};
pub use secret::Secret;
pub use signed_url::SignedUrl;
pub use text::{InvalidText, clean_text, trim_byte_order_mark, trim_text};

/// Boxed error of any type, as middleware of tower returns it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Unknown fields of a response, which are kept and serialized again.
///
/// Integers of up to 64 bits are kept exactly. Other numbers have the precision of `f64`, and larger ones
/// [become text](crate::repair::RepairKind::LargeNumber). Fields are sorted by name.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// Items that expansions of macros and derives use. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::body::Body;
    pub use crate::decode::untyped;
    pub use crate::derived::*;
    #[cfg(feature = "dynamic")]
    pub use crate::dynamic::{FromJson, Input, JsonObject, Parameter, Schema};
    pub use crate::encode::{JsonBody, PathArgs, Query, QueryValue};
    pub use crate::endpoint::Endpoint;
    pub use crate::error::EncodeError;
    pub use crate::id_text::IdText;
    pub use crate::limits::{Bounded, Limits};
    pub use crate::macros::support::*;
    pub use crate::operation::{Operation, Quota, QuotaScope};
    pub use crate::page::{Cursor, Page, Paged};
    pub use crate::patch::Patch;
    pub use {http, serde, serde_json};
}
