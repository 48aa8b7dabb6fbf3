//! Operations with their request and response types.

use std::fmt::Debug;

use bytes::Bytes;
use frameio_core::dynamic::FromJson;
use frameio_core::{Body, DecodeError, EncodeError, FromResponse, Operation, encode};
use http::{Request, Response, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};

/// An operation, with functions that use its types on JSON.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Operation of the case.
    pub operation: &'static Operation,
    /// Encodes a request from the documented parameters.
    pub encode: fn(&Map<String, Value>) -> Result<EncodedRequest, EncodeError>,
    /// Decodes a response with this status.
    pub decode: fn(StatusCode, &Value) -> Result<DecodedResponse, DecodeError>,
}

/// A request that was created from JSON.
#[derive(Debug)]
pub struct EncodedRequest {
    /// Encoded form.
    pub request: Request<Body>,
    /// `Debug` output of the typed request.
    pub debug: String,
}

/// A decoded response.
#[derive(Debug)]
pub struct DecodedResponse {
    /// Serialized form, without the envelope if that is not part of the type.
    pub json: Value,
    /// `Debug` output of the typed response.
    pub debug: String,
}

/// Creates the case of a request type.
pub(crate) fn case<E>() -> Case
where
    E: FromJson + Debug,
    E::Response: Serialize + Debug,
{
    Case {
        operation: E::OPERATION,
        encode: |input| {
            let typed = E::from_json(input)?;
            Ok(EncodedRequest { request: encode(&typed)?, debug: format!("{typed:?}") })
        },
        decode: |status, json| {
            let (mut parts, ()) = Response::new(()).into_parts();
            parts.status = status;
            let response = E::Response::from_response(&parts, Bytes::from(json.to_string()))?;
            let json = serde_json::to_value(&response)
                .map_err(|error| DecodeError::new(".", format!("cannot be serialized: {error}")))?;
            Ok(DecodedResponse { json, debug: format!("{response:?}") })
        },
    }
}

/// Cases and enums of a resource.
#[derive(Debug, Default)]
pub(crate) struct Resource {
    /// Case of each request type, in the order of declaration.
    pub(crate) cases: Vec<Case>,
    /// Open enums of its bodies and responses, each with the values that it knows.
    pub(crate) enums: Vec<(&'static str, &'static [&'static str])>,
    /// Fields that the contract requires, but the code treats as optional: object, field, reason.
    pub(crate) tolerated: Vec<(&'static str, &'static str, &'static str)>,
}

/// Lists open enums with their names and known values.
macro_rules! known {
    ($($name:ident),* $(,)?) => { vec![$((stringify!($name), $name::KNOWN)),*] };
}
pub(crate) use known;
