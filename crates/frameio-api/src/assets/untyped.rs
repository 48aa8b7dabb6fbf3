//! Unions of assets that are decoded in two steps: the type is looked up before the fields are
//! typed.

use frameio_core::decode::{check_exact_fields, decode_json};
use frameio_core::{DecodeError, Extra};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::AssetKind;

/// A union of models that the field `type` selects.
pub(super) trait Union: Sized {
    /// Decodes a member of this type.
    fn of_kind(kind: &AssetKind, fields: Extra) -> Result<Self, DecodeError>;

    /// Decodes a member of the type that the fields name.
    fn from_untyped(fields: Extra) -> Result<Self, DecodeError> {
        check_exact_fields(&fields)?;
        match fields.get("type") {
            Some(Value::String(kind)) => Self::of_kind(&AssetKind::from(&**kind), fields),
            Some(_) => Err(DecodeError::new("type", "is not a string")),
            None => Err(DecodeError::new(".", "missing field `type`")),
        }
    }
}

/// Decodes a member.
pub(super) fn member<T: DeserializeOwned>(fields: Extra) -> Result<Box<T>, DecodeError> {
    let fields = Value::Object(fields);
    match T::deserialize(&fields) {
        Ok(member) => Ok(Box::new(member)),
        // Only decoding from text reports the path of an error.
        Err(_) => decode_json(fields.to_string().as_bytes()).map(Box::new),
    }
}
