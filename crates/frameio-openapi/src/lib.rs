//! The OpenAPI documents of Frame.io V4, and a typed reader of them.
//!
//! [`Document::stable`] and [`Document::experimental`] are the two documents of the service;
//! [`Document::flavours`] lists what the experimental version adds to stable operations;
//! [`Document::parse`] reads any other version. A document lists its [`Operation`]s with
//! their parameters, bodies, responses and quotas; a [`Schema`] is never a reference, since
//! references are resolved on the way to it.
//!
//! ```
//! use frameio_openapi::{Document, SchemaType};
//!
//! let document = Document::stable();
//! let show = document.operations().find(|operation| operation.id() == Some("files.show"));
//! let show = show.ok_or("no such operation")?;
//! assert_eq!((show.method(), show.path()), ("GET", "/v4/accounts/{account_id}/files/{file_id}"));
//! assert_eq!(show.quota().map(|quota| quota.calls), Some(5));
//!
//! let (_, response) = show.responses().next().ok_or("no response")?;
//! let file = response.property("data").ok_or("no envelope")?;
//! let size = file.property("file_size").ok_or("no such field")?;
//! assert_eq!(size.kind(), Some(SchemaType::Integer));
//! # Ok::<(), &'static str>(())
//! ```

mod document;

pub use document::{
    Document, DocumentError, Operation, Parameter, ParameterPlace, Quota, QuotaScope, Range,
    RequestBody, Schema, SchemaType,
};

/// The JSON of the stable operations, as [`Document::stable`] reads it.
pub const STABLE: &str = include_str!("../documents/openapi.json");

/// The JSON of the additions to stable operations, as [`Document::flavours`] reads it.
pub const FLAVOURS: &str = include_str!("../documents/experimental-flavours.json");

/// The JSON of the experimental operations, as [`Document::experimental`] reads it.
pub const EXPERIMENTAL: &str = include_str!("../documents/openapi-experimental.json");
