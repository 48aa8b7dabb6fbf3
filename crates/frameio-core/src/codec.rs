//! Schemas of request types, for requests created from JSON.

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
#[allow(clippy::exhaustive_structs, reason = "created only by the macro")]
pub struct Schema {
    /// Path of the Rust type, such as `frameio_api::files::ShowFile`.
    pub type_name: &'static str,
    /// Whether the fields of the body are inside `data`.
    pub envelope: bool,
    /// Whether the response is a page of a list.
    pub paged: bool,
    /// Parameters of the path in order of the template, then of the query, then of the body.
    pub parameters: &'static [Parameter],
}

/// Parameter of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// Documented name.
    pub name: &'static str,
    /// Part of the request that contains the parameter.
    pub location: ParameterLocation,
    /// Whether the parameter must be set.
    pub required: bool,
    /// Known values of an enum, which the service may extend; empty for other types.
    pub values: &'static [&'static str],
    /// Documented limit: number of characters or items, or the range of a number.
    pub range: Option<RangeInclusive<u64>>,
}

/// Part of the request that contains a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParameterLocation {
    /// Segment of the path.
    Path,
    /// Query parameter.
    Query,
    /// Field of the JSON body.
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

/// Type-erased JSON codec of a request type.
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
