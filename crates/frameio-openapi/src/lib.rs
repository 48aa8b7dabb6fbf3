//! The OpenAPI documents of Frame.io V4, and a typed reader of them.
//!
//! For tools that work from the documents, such as a simulator, a code generator or a check of a
//! newer version. Programs that call the service do not need it: [`frameio`] has typed requests,
//! and does not depend on this crate.
//!
//! [`Document::stable`] and [`Document::experimental`] return the two documents of the service,
//! [`Document::flavours`] the fields that `api-version: experimental` adds to stable operations,
//! and [`Document::parse`] reads any other version. A document lists its [`Operation`]s with their
//! parameters, bodies, responses and quotas. References are resolved: a [`Schema`] never is one.
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
//!
//! The crate has no features.
//!
//! [`frameio`]: https://docs.rs/frameio
#![cfg_attr(docsrs, feature(doc_cfg))]

mod document;

pub use document::{
    Document, DocumentError, Operation, Parameter, ParameterPlace, Quota, QuotaScope, Range,
    RequestBody, Schema, SchemaType,
};

/// JSON text of the stable operations, which [`Document::stable`] parses.
pub const STABLE: &str = include_str!("../documents/openapi.json");

/// JSON text of the additions to stable operations, which [`Document::flavours`] parses.
pub const FLAVOURS: &str = include_str!("../documents/experimental-flavours.json");

/// JSON text of the experimental operations, which [`Document::experimental`] parses.
pub const EXPERIMENTAL: &str = include_str!("../documents/openapi-experimental.json");
