//! Unions of assets, read in two steps: the kind is looked up before the fields are typed.

use frameio_core::decode::{check_exact_fields, decode_json};
use frameio_core::{DecodeError, Extra};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::AssetKind;

/// A union of models that a field `type` tells apart.
pub(super) trait Union: Sized {
    /// Reads one of this kind.
    fn of_kind(kind: &AssetKind, fields: Extra) -> Result<Self, DecodeError>;

    /// Reads one.
    fn from_untyped(fields: Extra) -> Result<Self, DecodeError> {
        check_exact_fields(&fields)?;
        match fields.get("type") {
            Some(Value::String(kind)) => Self::of_kind(&AssetKind::from(&**kind), fields),
            Some(_) => Err(DecodeError::new("type", "is not text")),
            None => Err(DecodeError::new(".", "missing field `type`")),
        }
    }
}

/// Reads a member.
pub(super) fn member<T: DeserializeOwned>(fields: Extra) -> Result<Box<T>, DecodeError> {
    let fields = Value::Object(fields);
    match T::deserialize(&fields) {
        Ok(member) => Ok(Box::new(member)),
        // Only what is read from text can tell the path.
        Err(_) => decode_json(fields.to_string().as_bytes()).map(Box::new),
    }
}
