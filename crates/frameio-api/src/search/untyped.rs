//! Fields of an object whose kind has to be looked up before they can be read.

use frameio_core::decode::decode_json;
use frameio_core::{DecodeError, Extra};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Takes a field out of an object. The error has the path from the object.
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

/// The kind of an object, which stays in it.
pub(super) fn kind(fields: &Extra) -> Result<&str, DecodeError> {
    match fields.get("type") {
        Some(Value::String(kind)) => Ok(kind),
        Some(_) => Err(DecodeError::new("type", "has to be text")),
        None => Err(missing("type")),
    }
}

/// Reads again what cannot be read, from its bytes, which tells where it is wrong.
#[cold]
fn explain<T: DeserializeOwned>(value: &Value) -> Result<T, DecodeError> {
    decode_json(value.to_string().as_bytes())
}

/// The error of a field that is required but not there.
pub(super) fn missing(name: &str) -> DecodeError {
    DecodeError::new(".", format!("missing field `{name}`"))
}
