//! Metadata: the values of an asset's fields.

use frameio_core::{FieldDefinitionId, Operation, model, open_enum};
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

/// The operations of this module.
pub const OPERATIONS: &[&Operation] = &[];

open_enum! {
    /// The kinds of metadata fields.
    pub enum MetadataFieldType {
        /// A date.
        Date = "date",
        /// A text of many lines.
        LongText = "long_text",
        /// A number.
        Number = "number",
        /// A number of stars.
        Rating = "rating",
        /// One of several options.
        Select = "select",
        /// Some of several options.
        SelectMulti = "select_multi",
        /// A text of one line.
        Text = "text",
        /// Yes or no.
        Toggle = "toggle",
        /// Some users or groups.
        UserMulti = "user_multi",
        /// One user or group.
        UserSingle = "user_single",
        /// Users or groups.
        Users = "users",
    }
}

model! {
    /// A metadata field of an asset, with its value.
    pub struct MetadataField {
        /// The definition of the field.
        pub field_definition_id: FieldDefinitionId,
        /// What the field is called.
        pub field_definition_name: String,
        /// The kind of the field.
        pub field_type: MetadataFieldType,
        /// Whether the value can be changed.
        pub mutable: bool,
        /// The value; none if it is not set.
        pub value: Option<MetadataValue>,
        /// The options of a select field.
        pub field_options: Option<Vec<SelectOption>>,
        /// Who can be chosen in a user field, if not all members of the project.
        pub custom_members: Option<Vec<UserValue>>,
        /// Where those who can be chosen in a user field come from.
        pub member_options_type: Option<MemberOptionsType>,
    }
}

/// The value of a metadata field. Its shape tells the kind; [`MetadataField::field_type`] names it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetadataValue {
    /// Of a text, a long text or a date field.
    Text(String),
    /// Of a number or a rating field.
    Number(serde_json::Number),
    /// Of a toggle field.
    Toggle(bool),
    /// Of a select field: the options that are chosen.
    Select(Vec<SelectOption>),
    /// Of a user field: the users and groups that are chosen.
    Users(Vec<UserValue>),
    /// Of a select or a user field in which nothing is chosen: an empty list.
    Empty,
    /// Of a shape that this version does not know.
    Other(Value),
}

impl<'de> Deserialize<'de> for MetadataValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
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
        // Options have a name to show, users and groups have a type.
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

model! {
    /// An option of a select field.
    pub struct SelectOption {
        /// The option's id.
        pub id: String,
        /// What it is called.
        pub display_name: String,
    }
}

model! {
    /// A user or a group, as a value of a user field.
    pub struct UserValue {
        /// The id of the user or group.
        pub id: String,
        /// Which of the two it is.
        pub kind = "type": UserValueType,
    }
}

open_enum! {
    /// What a value of a user field is.
    pub enum UserValueType {
        /// A user.
        User = "user",
        /// A group of users of the account.
        AccountUserGroup = "account_user_group",
    }
}

open_enum! {
    /// Where those who can be chosen in a user field come from.
    pub enum MemberOptionsType {
        /// A list of its own.
        Custom = "custom",
        /// All members of the project.
        AllProjectMembers = "all_project_members",
    }
}
