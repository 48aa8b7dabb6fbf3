//! Descriptions of request types, for calls with JSON.

use std::fmt;
use std::ops::RangeInclusive;

use bytes::Bytes;
use http::Request;
use http::response::Parts;
use serde_json::{Map, Value};

use crate::body::Body;
use crate::error::{DecodeError, EncodeError};
use crate::limits::Limits;

/// Parameters of a request, and the form of its body and response.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "made by the macro alone")]
pub struct Schema {
    /// The Rust type, `frameio_api::files::ShowFile`.
    pub type_name: &'static str,
    /// Whether the fields of the body are inside `data`.
    pub envelope: bool,
    /// Whether the response is one page of many.
    pub paged: bool,
    /// The parameters: those of the path in its order, of the query, of the body.
    pub parameters: &'static [Parameter],
}

/// One parameter of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// The documented name.
    pub name: &'static str,
    /// Where it goes.
    pub location: ParameterLocation,
    /// Whether the operation cannot be called without it.
    pub required: bool,
    /// The values that this version knows, if it is an enum; the service may know more.
    pub values: &'static [&'static str],
    /// The documented limits: of characters, items, or the number itself.
    pub range: Option<RangeInclusive<u64>>,
}

/// Part of the request that a parameter goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParameterLocation {
    /// Into the path.
    Path,
    /// Into the query.
    Query,
    /// Into the body.
    Body,
}

#[doc(hidden)]
impl Parameter {
    const fn new(name: &'static str, location: ParameterLocation) -> Self {
        Self { name, location, required: false, values: &[], range: None }
    }

    pub const fn path(name: &'static str) -> Self {
        Self::new(name, ParameterLocation::Path).required()
    }

    pub const fn query(name: &'static str) -> Self {
        Self::new(name, ParameterLocation::Query)
    }

    pub const fn body(name: &'static str) -> Self {
        Self::new(name, ParameterLocation::Body)
    }

    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub const fn values(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    pub const fn range(mut self, range: RangeInclusive<u64>) -> Self {
        self.range = Some(range);
        self
    }
}

type Encode = fn(&Map<String, Value>, Limits) -> Result<Request<Body>, EncodeError>;

/// JSON codec of one request type, with the type erased.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Codec {
    pub(crate) schema: Schema,
    pub(crate) encode: Encode,
    pub(crate) decode: fn(&Parts, Bytes) -> Result<(), DecodeError>,
}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Codec({})", self.schema.type_name)
    }
}
