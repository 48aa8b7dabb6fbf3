//! Fields of an object whose type has to be looked up before they are decoded.

use frameio_core::decode::decode_json;
use frameio_core::{DecodeError, Extra};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Removes a field from an object and decodes it. The path of an error starts at the object.
pub(super) fn take<T: DeserializeOwned>(
    fields: &mut Extra,
    name: &'static str,
) -> Result<T, DecodeError> {
    match fields.remove(name) {
        Some(value) => {
            T::deserialize(&value).or_else(|_| explain(&value)).map_err(|error| error.within(name))
        }
        None => T::deserialize(Value::Null).map_err(|_| missing(name)),
    }
}

/// Returns the field `type` of an object.
pub(super) fn kind(fields: &Extra) -> Result<&str, DecodeError> {
    match fields.get("type") {
        Some(Value::String(kind)) => Ok(kind),
        Some(_) => Err(DecodeError::new("type", "is not a string")),
        None => Err(missing("type")),
    }
}

/// Decodes a value from text, to get the path of an error.
#[cold]
fn explain<T: DeserializeOwned>(value: &Value) -> Result<T, DecodeError> {
    decode_json(value.to_string().as_bytes())
}

/// Returns the error of a required field that is missing.
pub(super) fn missing(name: &str) -> DecodeError {
    DecodeError::new(".", format!("missing field `{name}`"))
}
