//! The value of a field, as updates take it.

use frameio_core::limits::{Check, Limits};
use frameio_core::{Extra, FieldDefinitionId, model};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::{SelectOptionId, UserValue};

model! {
    /// A field to change, and its new value.
    pub struct MetadataChange {
        /// The definition of the field.
        pub field_definition_id: FieldDefinitionId,
        /// The value to set, or none.
        pub value: MetadataInput,
    }
}

impl MetadataChange {
    /// Sets the field to `value`; `None` clears it.
    ///
    /// ```
    /// use frameio_api::metadata::{MetadataChange, MetadataInput, UserValue};
    ///
    /// let changes = [
    ///     MetadataChange::new("scene", "Beach"),
    ///     MetadataChange::new("take", 3),
    ///     MetadataChange::new("circled", true),
    ///     MetadataChange::new("shot_on", jiff::civil::date(2026, 3, 22)),
    ///     MetadataChange::new("status", MetadataInput::select(["the id of an option"])),
    ///     MetadataChange::new("editors", [UserValue::user("u"), UserValue::group("g")]),
    ///     MetadataChange::new("notes", MetadataInput::Clear),
    /// ];
    /// # assert_eq!(serde_json::to_value(&changes[3])?["value"], "2026-03-22");
    /// # Ok::<_, serde_json::Error>(())
    /// ```
    pub fn new(
        field_definition_id: impl Into<FieldDefinitionId>,
        value: impl Into<MetadataInput>,
    ) -> Self {
        Self {
            field_definition_id: field_definition_id.into(),
            value: value.into(),
            extra: Extra::new(),
        }
    }
}

impl Check for MetadataChange {
    fn check(&self, limits: &mut Limits) {
        if let MetadataInput::Number(number) = self.value {
            limits.finite("value", number);
        }
    }
}

/// A value to give to a metadata field.
///
/// The kind of the field decides which of them it takes. Answers have a
/// [`MetadataValue`](super::MetadataValue), which says more of options.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetadataInput {
    /// No value: clears the field, of whatever kind.
    Clear,
    /// For a text or a long text field; for a date field as ISO 8601, which is what a
    /// [`Date`] or a [`Timestamp`] becomes.
    Text(String),
    /// For a rating field, or a number field.
    Integer(i64),
    /// For a number field. It has to be finite.
    Number(f64),
    /// For a toggle field.
    Toggle(bool),
    /// For a select field: the options to choose, by their ids.
    Select(Vec<SelectOptionId>),
    /// For a user field: the users and groups to choose.
    Users(Vec<UserValue>),
    /// Of a shape that this version does not know.
    Other(Value),
}

impl MetadataInput {
    /// Options to choose in a select field, by their ids.
    pub fn select(options: impl IntoIterator<Item = impl Into<SelectOptionId>>) -> Self {
        Self::Select(options.into_iter().map(Into::into).collect())
    }
}

macro_rules! from {
    ($($from:ty => |$value:ident| $input:expr;)+) => {$(
        impl From<$from> for MetadataInput {
            fn from($value: $from) -> Self {
                $input
            }
        }
    )+};
}

from! {
    &str => |text| Self::Text(text.to_owned());
    String => |text| Self::Text(text);
    Date => |date| Self::Text(date.to_string());
    Timestamp => |time| Self::Text(time.to_string());
    i32 => |integer| Self::Integer(integer.into());
    u32 => |integer| Self::Integer(integer.into());
    i64 => |integer| Self::Integer(integer);
    f64 => |number| Self::Number(number);
    bool => |toggle| Self::Toggle(toggle);
    SelectOptionId => |option| Self::Select(vec![option]);
    Vec<SelectOptionId> => |options| Self::Select(options);
    UserValue => |user| Self::Users(vec![user]);
    Vec<UserValue> => |users| Self::Users(users);
}

impl<const N: usize> From<[UserValue; N]> for MetadataInput {
    fn from(users: [UserValue; N]) -> Self {
        Self::Users(users.into())
    }
}

/// `None` clears the field.
impl<T: Into<Self>> From<Option<T>> for MetadataInput {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Into::into)
    }
}

impl Serialize for MetadataInput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Clear => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Integer(integer) => serializer.serialize_i64(*integer),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Toggle(toggle) => serializer.serialize_bool(*toggle),
            Self::Select(options) => options.serialize(serializer),
            Self::Users(users) => users.serialize(serializer),
            Self::Other(value) => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for MetadataInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        fn all<T: DeserializeOwned>(items: &[Value]) -> Option<Vec<T>> {
            items.iter().map(|item| T::deserialize(item).ok()).collect()
        }
        let value = Value::deserialize(deserializer)?;
        let known = match &value {
            Value::Null => Some(Self::Clear),
            Value::String(text) => Some(Self::Text(text.clone())),
            Value::Bool(toggle) => Some(Self::Toggle(*toggle)),
            // A whole number that is too large for an integer is not one that a float can keep.
            Value::Number(number) if number.is_f64() => number.as_f64().map(Self::Number),
            Value::Number(number) => number.as_i64().map(Self::Integer),
            Value::Array(items) => {
                all(items).map(Self::Select).or_else(|| all(items).map(Self::Users))
            }
            Value::Object(_) => None,
        };
        Ok(known.unwrap_or(Self::Other(value)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_values_round_trip() {
        let users = json!([{"id": "u", "type": "user"}, {"id": "g", "type": "account_user_group"}]);
        let cases = [
            (json!(null), MetadataInput::Clear),
            (json!("2026-03-22T10:11:12.000000Z"), "2026-03-22T10:11:12.000000Z".into()),
            (json!(3), 3.into()),
            (json!(-0.5), (-0.5).into()),
            (json!(true), true.into()),
            (json!(["o", "p"]), MetadataInput::select(["o", "p"])),
            (users, [UserValue::user("u"), UserValue::group("g")].into()),
            (json!([]), MetadataInput::Select(Vec::new())),
            (json!(u64::MAX), MetadataInput::Other(json!(u64::MAX))),
            (json!({"a": [1]}), MetadataInput::Other(json!({"a": [1]}))),
            (json!(["o", 1]), MetadataInput::Other(json!(["o", 1]))),
        ];
        for (json, input) in cases {
            assert_eq!(MetadataInput::deserialize(&json).unwrap(), input);
            assert_eq!(serde_json::to_value(&input).unwrap(), json);
        }
    }

    #[test]
    fn a_time_is_text_and_nothing_clears() {
        let time: Timestamp = "2026-03-22T12:11:12+02:00".parse().unwrap();
        assert_eq!(MetadataInput::from(time), "2026-03-22T10:11:12Z".into());
        assert_eq!(MetadataInput::from(None::<Date>), MetadataInput::Clear);
        assert_eq!(MetadataInput::from(Some(2_u32)), MetadataInput::Integer(2));
    }

    #[test]
    fn a_number_that_json_cannot_represent_is_refused() {
        let check = |number: f64| Limits::of(&MetadataChange::new("f", number));
        for number in [f64::NAN, f64::INFINITY] {
            assert_eq!(check(number).unwrap_err().field, "value");
        }
        assert_eq!(check(f64::MAX), Ok(()));
    }
}
