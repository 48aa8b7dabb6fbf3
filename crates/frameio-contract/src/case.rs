//! An operation with the types that it is declared with.

use std::fmt::Debug;

use bytes::Bytes;
use frameio_core::dynamic::FromJson;
use frameio_core::{Body, DecodeError, EncodeError, FromResponse, Operation, encode};
use http::{Request, Response, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};

/// An operation, and what its types make of JSON.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The operation.
    pub operation: &'static Operation,
    /// Makes a request from the documented parameters.
    pub request: fn(&Map<String, Value>) -> Result<Made, EncodeError>,
    /// Reads an answer of this status.
    pub answer: fn(StatusCode, &Value) -> Result<Decoded, DecodeError>,
}

/// A request that was made from JSON.
#[derive(Debug)]
pub struct Made {
    /// As it is sent.
    pub request: Request<Body>,
    /// The typed request, as `Debug` shows it.
    pub debug: String,
}

/// What became of an answer.
#[derive(Debug)]
pub struct Decoded {
    /// Written back as JSON, without the envelope if it is not part of the type.
    pub json: Value,
    /// As `Debug` shows it.
    pub debug: String,
}

/// The case of one request type.
pub(crate) fn case<E>() -> Case
where
    E: FromJson + Debug,
    E::Response: Serialize + Debug,
{
    Case {
        operation: E::OPERATION,
        request: |input| {
            let typed = E::from_json(input)?;
            Ok(Made { request: encode(&typed)?, debug: format!("{typed:?}") })
        },
        answer: |status, json| {
            let (mut parts, ()) = Response::new(()).into_parts();
            parts.status = status;
            let response = E::Response::from_response(&parts, Bytes::from(json.to_string()))?;
            let json = serde_json::to_value(&response)
                .map_err(|error| DecodeError::new(".", format!("cannot be written: {error}")))?;
            Ok(Decoded { json, debug: format!("{response:?}") })
        },
    }
}

/// What is told of a resource: its requests, and the enums in its bodies and answers.
#[derive(Debug, Default)]
pub(crate) struct Resource {
    /// A case for each request type, in the order of their declaration.
    pub(crate) cases: Vec<Case>,
    /// The open enums of its bodies and answers, each with all values that it knows.
    pub(crate) enums: Vec<(&'static str, &'static [&'static str])>,
    /// Fields that the contract requires, but we do not: object, field, reason.
    pub(crate) tolerated: Vec<(&'static str, &'static str, &'static str)>,
}

/// The names and the known values of open enums.
macro_rules! known {
    ($($name:ident),* $(,)?) => { vec![$((stringify!($name), $name::KNOWN)),*] };
}
pub(crate) use known;
