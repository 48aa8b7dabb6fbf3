//! Typed Frame.io requests without I/O.
//!
//! A request is a plain value that implements [`Endpoint`]. [`encode()`] turns it into an
//! [`http::Request`], [`FromResponse`] turns the answer into a typed value; what carries the bytes
//! between the two is not this crate's business, so it builds on targets without tokio and serves
//! any HTTP client.
//!
//! | module | what is in it |
//! |---|---|
//! | [`endpoint`] | the [`Endpoint`] trait and what decodes an answer |
//! | [`operation`] | what is known of an operation without a value: route, quota, idempotency |
//! | [`encode`](mod@encode) | path, query and JSON body writers |
//! | [`options`] | `.raw()`, `.with_meta()`, `.timeout()`…: endpoints around endpoints |
//! | [`decode`] | from bytes to values, with the path of what is wrong |
//! | [`page`] | pages, cursors and the [`Paged`] trait; [`CursorGuard`] for loops over pages |
//! | [`body`] | one body type that can be replayed |
//! | [`call`] | what travels with a request through a stack |
//! | [`event_type`] | what webhooks tell of |
//! | [`id`](mod@id), [`patch`], [`limits`], [`secret`], [`signed_url`] | the vocabulary of fields |
//! | [`error`] | what can go wrong without a network |
//! | `dynamic`, a feature | requests from JSON, by the documented names |
//!
//! The macros [`endpoints!`], [`model!`], [`open_enum!`] and [`id!`] declare operations and their
//! models; the `frameio-api` crate is written with them, and so can be an operation that it does
//! not know yet.

pub mod body;
pub mod call;
#[cfg(feature = "dynamic")]
mod codec;
mod cursor_guard;
pub mod decode;
#[cfg(feature = "dynamic")]
pub mod dynamic;
pub mod encode;
pub mod endpoint;
pub mod error;
pub mod event_type;
pub mod id;
pub mod limits;
pub mod operation;
pub mod options;
mod origin;
pub mod page;
pub mod patch;
pub mod secret;
pub mod signed_url;

mod json_path;
mod macros;
mod text;

pub use body::{Body, CloneBody};
pub use call::{Attempts, Call, CallOptions};
pub use cursor_guard::CursorGuard;
pub use endpoint::{Endpoint, FromResponse, Json, encode};
pub use error::{ApiError, DecodeError, EncodeError};
pub use event_type::EventType;
pub use id::*;
pub use operation::{Operation, Quota, QuotaScope};
pub use options::{EndpointExt, RateLimitInfo, Raw, Reply, WithMeta, WithOptions};
pub use origin::{Origin, is_loopback, is_secure};
pub use page::{Cursor, Links, Page, Paged};
pub use patch::Patch;
pub use secret::Secret;
pub use signed_url::SignedUrl;
pub use text::{InvalidText, clean_text, trim_byte_order_mark, trim_text};

/// A boxed error of any kind.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Fields of an answer that this version does not know, kept and written back unchanged.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// What the macros expand to; not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::macros::support::*;
    pub use {http, serde, serde_json};
}
