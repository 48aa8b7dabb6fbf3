//! Typed Frame.io requests without I/O.
//!
//! A request is a plain value that implements [`Endpoint`]. [`encode()`] turns it into an
//! [`http::Request`], and [`FromResponse`] turns the response into a typed value. Sending is up to
//! other crates, so this one builds on targets without tokio and works with any HTTP client.
//!
//! | module | content |
//! |---|---|
//! | [`endpoint`] | the [`Endpoint`] trait, and decoding of responses |
//! | [`operation`] | constants of an operation: route, quota, idempotency |
//! | [`encode`](mod@encode) | writers of path, query and JSON body |
//! | [`options`] | [`CallOptions`], and endpoints that wrap others: `.options()`, `.raw()`, `.with_meta()` |
//! | [`reply`] | responses with status, headers and rate limit |
//! | [`decode`] | decoding of JSON, with the path of an error |
//! | [`repair`] | decoding of responses that deviate from the documentation |
//! | [`page`] | pages, cursors and the [`Paged`] trait; [`CursorGuard`] for loops over pages |
//! | [`body`] | one body type that can be replayed |
//! | [`call`] | extensions of a request that layers read |
//! | [`event_type`] | types of webhook events |
//! | [`id`](mod@id), [`patch`], [`limits`], [`secret`], [`signed_url`] | types of fields and their limits |
//! | [`error`] | errors that need no network |
//! | `dynamic`, a feature | requests from JSON, by the documented names |
//!
//! A request is declared as a struct with [`derive(Endpoint)`](derive@Endpoint); the macros
//! [`model!`], [`open_enum!`] and [`id!`] declare its models. The `frameio-api` crate uses them, and so
//! can custom operations.

// So that what the derives expand to finds its items in the unit tests of this crate too.
extern crate self as frameio;

mod api_error;
pub mod body;
pub mod call;
#[cfg(feature = "dynamic")]
mod codec;
mod cursor_guard;
pub mod decode;
mod derived;
#[cfg(feature = "dynamic")]
pub mod dynamic;
pub mod encode;
pub mod endpoint;
pub mod error;
pub mod event_type;
pub mod id;
mod id_text;
pub mod limits;
mod nullable;
pub mod operation;
pub mod options;
mod origin;
pub mod page;
pub mod patch;
pub mod repair;
pub mod reply;
pub mod secret;
pub mod signed_url;

mod json_edit;
mod json_path;
mod macros;
mod text;

pub use api_error::{describe_body, describe_text};
pub use body::{Body, CloneBody};
pub use call::{Attempts, Call, CallLimits};
pub use cursor_guard::CursorGuard;
pub use endpoint::{Endpoint, FromResponse, Json, encode};
pub use error::{ApiError, DecodeError, EncodeError};
pub use event_type::EventType;
#[doc = include_str!("derive.md")]
pub use frameio_macros::Endpoint;
/// Implements [`FromJson`](dynamic::FromJson) for a struct that derives [`Endpoint`](derive@Endpoint).
///
/// The types of all fields have to implement `Deserialize`.
#[cfg(feature = "dynamic")]
pub use frameio_macros::EndpointFromJson;
pub use id::*;
pub use nullable::Nullable;
pub use operation::{Operation, Quota, QuotaScope};
pub use options::{CallOptions, EndpointExt, Raw, WithMeta, WithOptions};
pub use origin::{Origin, is_loopback, is_secure};
pub use page::{Cursor, Links, Page, Paged};
pub use patch::Patch;
pub use reply::{RateLimitInfo, Reply};
pub use secret::Secret;
pub use signed_url::SignedUrl;
pub use text::{InvalidText, clean_text, trim_byte_order_mark, trim_text};

/// A boxed error of any kind.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Fields of a response that this version does not know, kept and written back unchanged.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// What macros and derives expand to uses of. Not part of the public API.
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
