//! Values of metadata fields in requests.

use frameio_core::limits::{Check, Limits};
use frameio_core::{Extra, FieldDefinitionId, model};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::{SelectOptionId, UserValue};

model! {
    /// A new value of a metadata field.
    pub struct MetadataChange {
        /// Definition of the field.
        pub field_definition_id: FieldDefinitionId,
        /// Value to set, or [`MetadataInput::Clear`].
        pub value: MetadataInput,
    }
}

impl MetadataChange {
    /// Creates a change that sets the field to `value`; `None` clears it.
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

/// Value of a metadata field in a request.
///
/// The type of the field decides which variants it accepts. Responses contain
/// [`MetadataValue`](super::MetadataValue), which has the names of options too.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetadataInput {
    /// No value: clears a field of any type.
    Clear,
    /// Value of a text, long text or date field. Dates are in ISO 8601: convert a [`Date`] or a
    /// [`Timestamp`].
    Text(String),
    /// Value of a rating or number field.
    Integer(i64),
    /// Value of a number field. Has to be finite.
    Number(f64),
    /// Value of a toggle field.
    Toggle(bool),
    /// Ids of the selected options of a select field.
    Select(Vec<SelectOptionId>),
    /// Selected users and groups of a user field.
    Users(Vec<UserValue>),
    /// JSON value of another form.
    Other(Value),
}

impl MetadataInput {
    /// Creates the value of a select field from the ids of the options to select.
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
            // A float cannot represent an integer that is too large for an `i64`.
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
    fn converts_times_to_text_and_none_to_clear() {
        let time: Timestamp = "2026-03-22T12:11:12+02:00".parse().unwrap();
        assert_eq!(MetadataInput::from(time), "2026-03-22T10:11:12Z".into());
        assert_eq!(MetadataInput::from(None::<Date>), MetadataInput::Clear);
        assert_eq!(MetadataInput::from(Some(2_u32)), MetadataInput::Integer(2));
    }

    #[test]
    fn refuses_numbers_that_are_not_finite() {
        let check = |number: f64| Limits::of(&MetadataChange::new("f", number));
        for number in [f64::NAN, f64::INFINITY] {
            assert_eq!(check(number).unwrap_err().field, "value");
        }
        assert_eq!(check(f64::MAX), Ok(()));
    }
}
