//! Values of metadata fields in responses.

use frameio_core::decode::check_exact;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::{SelectOption, UserValue};

/// Value of a metadata field in a response.
///
/// The form of the value decides the variant.
/// [`MetadataField::field_type`](super::MetadataField::field_type) is the type of the field.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetadataValue {
    /// Value of a text, long text or date field.
    Text(String),
    /// Value of a number or rating field.
    Number(serde_json::Number),
    /// Value of a toggle field.
    Toggle(bool),
    /// Selected options of a select field.
    Select(Vec<SelectOption>),
    /// Selected users and groups of a user field.
    Users(Vec<UserValue>),
    /// Empty list: nothing is selected in a select or user field.
    Empty,
    /// JSON value of a form that this version does not know.
    Other(Value),
}

impl<'de> Deserialize<'de> for MetadataValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        check_exact(&value).map_err(|error| D::Error::custom(error.message))?;
        Ok(match value {
            Value::String(text) => Self::Text(text),
            Value::Number(number) => Self::Number(number),
            Value::Bool(toggle) => Self::Toggle(toggle),
            Value::Array(items) if items.is_empty() => Self::Empty,
            Value::Array(items) => Self::list(items),
            other => Self::Other(other),
        })
    }
}

impl MetadataValue {
    fn list(items: Vec<Value>) -> Self {
        fn all<T: DeserializeOwned>(items: &[Value]) -> Option<Vec<T>> {
            items.iter().map(|item| T::deserialize(item).ok()).collect()
        }
        // Only users and groups have the field `type`.
        let list = match items.first() {
            Some(item) if item.get("type").is_some() => all(&items).map(Self::Users),
            _ => all(&items).map(Self::Select),
        };
        list.unwrap_or(Self::Other(Value::Array(items)))
    }
}

impl Serialize for MetadataValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => text.serialize(serializer),
            Self::Number(number) => number.serialize(serializer),
            Self::Toggle(toggle) => toggle.serialize(serializer),
            Self::Select(options) => options.serialize(serializer),
            Self::Users(users) => users.serialize(serializer),
            Self::Empty => [(); 0].serialize(serializer),
            Self::Other(value) => value.serialize(serializer),
        }
    }
}
