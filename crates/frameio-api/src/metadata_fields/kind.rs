//! Types of fields with their whole configuration, as responses contain and creations require it.

use frameio_core::decode::decode_json;
use frameio_core::limits::{Check, Limits};
use frameio_core::{DecodeError, Extra, model};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::configuration::{
    DateConfiguration, NumberConfiguration, RatingConfiguration, SelectConfiguration,
    TextConfiguration, ToggleConfiguration,
};
use super::members::{Form, InForm, UserConfiguration};
use crate::metadata::MetadataFieldType;

/// Type of a metadata field, with its configuration.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FieldKind {
    /// A date, with or without a time.
    Date(DateConfiguration),
    /// A text with several lines.
    LongText(TextConfiguration),
    /// A number.
    Number(NumberConfiguration),
    /// A rating, such as a number of stars.
    Rating(RatingConfiguration),
    /// One of several options.
    Select(SelectConfiguration),
    /// Any number of several options.
    SelectMulti(SelectConfiguration),
    /// A text with one line.
    Text(TextConfiguration),
    /// True or false.
    Toggle(ToggleConfiguration),
    /// Any number of users and groups.
    UserMulti(UserConfiguration),
    /// One user or group.
    UserSingle(UserConfiguration),
    /// A type that this version does not know, with its configuration.
    Other(Box<str>, Option<Extra>),
}

impl FieldKind {
    /// Returns the type, as [`MetadataField`](crate::metadata::MetadataField) contains it.
    pub fn field_type(&self) -> MetadataFieldType {
        match self {
            Self::Date(_) => MetadataFieldType::Date,
            Self::LongText(_) => MetadataFieldType::LongText,
            Self::Number(_) => MetadataFieldType::Number,
            Self::Rating(_) => MetadataFieldType::Rating,
            Self::Select(_) => MetadataFieldType::Select,
            Self::SelectMulti(_) => MetadataFieldType::SelectMulti,
            Self::Text(_) => MetadataFieldType::Text,
            Self::Toggle(_) => MetadataFieldType::Toggle,
            Self::UserMulti(_) => MetadataFieldType::UserMulti,
            Self::UserSingle(_) => MetadataFieldType::UserSingle,
            Self::Other(name, _) => name.as_ref().into(),
        }
    }

    /// Decodes the configuration of a type.
    pub(super) fn read(
        field_type: MetadataFieldType,
        configuration: Option<Extra>,
    ) -> Result<Self, DecodeError> {
        use MetadataFieldType as Type;
        fn of<T: DeserializeOwned>(configuration: Option<Extra>) -> Result<T, DecodeError> {
            let missing = || DecodeError::new(".", format!("missing field `{CONFIGURATION}`"));
            read_configuration(configuration.ok_or_else(missing)?)
        }
        Ok(match field_type {
            Type::Date => Self::Date(of(configuration)?),
            Type::LongText => Self::LongText(of(configuration)?),
            Type::Number => Self::Number(of(configuration)?),
            Type::Rating => Self::Rating(of(configuration)?),
            Type::Select => Self::Select(of(configuration)?),
            Type::SelectMulti => Self::SelectMulti(of(configuration)?),
            Type::Text => Self::Text(of(configuration)?),
            Type::Toggle => Self::Toggle(of(configuration)?),
            Type::UserMulti => Self::UserMulti(of(configuration)?),
            Type::UserSingle => Self::UserSingle(of(configuration)?),
            other => Self::Other(other.as_str().into(), configuration),
        })
    }

    /// Serializes the type and the configuration. A request omits a configuration without settings.
    pub(super) fn write<M: SerializeMap>(&self, map: &mut M, form: Form) -> Result<(), M::Error> {
        map.serialize_entry(FIELD_TYPE, &self.field_type())?;
        let created = form == Form::Request;
        match self {
            Self::Date(it) => map.serialize_entry(CONFIGURATION, it),
            Self::Number(it) => map.serialize_entry(CONFIGURATION, it),
            Self::Rating(it) => map.serialize_entry(CONFIGURATION, it),
            Self::Select(it) | Self::SelectMulti(it) => map.serialize_entry(CONFIGURATION, it),
            Self::Text(it) | Self::LongText(it) if created && *it == TextConfiguration::new() => {
                Ok(())
            }
            Self::Text(it) | Self::LongText(it) => map.serialize_entry(CONFIGURATION, it),
            Self::Toggle(it) if created && *it == ToggleConfiguration::new() => Ok(()),
            Self::Toggle(it) => map.serialize_entry(CONFIGURATION, it),
            Self::UserMulti(it) | Self::UserSingle(it) => {
                map.serialize_entry(CONFIGURATION, &InForm(it, form))
            }
            Self::Other(_, None) => Ok(()),
            Self::Other(_, Some(it)) => map.serialize_entry(CONFIGURATION, it),
        }
    }
}

impl Check for FieldKind {
    fn check(&self, limits: &mut Limits) {
        match self {
            Self::Date(it) => limits.nested(CONFIGURATION, it),
            Self::Number(it) => limits.nested(CONFIGURATION, it),
            Self::Rating(it) => limits.nested(CONFIGURATION, it),
            Self::Select(it) | Self::SelectMulti(it) => limits.nested(CONFIGURATION, it),
            Self::Toggle(it) => limits.nested(CONFIGURATION, it),
            Self::UserMulti(it) | Self::UserSingle(it) => limits.nested(CONFIGURATION, it),
            Self::Text(_) | Self::LongText(_) | Self::Other(..) => {}
        }
    }
}

pub(super) const FIELD_TYPE: &str = "field_type";
pub(super) const CONFIGURATION: &str = "field_configuration";

/// Decodes a configuration. The path of an error starts at the definition.
pub(super) fn read_configuration<T: DeserializeOwned>(fields: Extra) -> Result<T, DecodeError> {
    decode_json(Value::Object(fields).to_string().as_bytes())
        .map_err(|error| error.within(CONFIGURATION))
}

/// Definition of a metadata field to create.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NewFieldDefinition {
    /// Name of the field, 1 to 250 characters.
    pub name: String,
    /// Type of the field, with its configuration.
    pub kind: FieldKind,
    /// Fields that this version does not know.
    pub extra: Extra,
}

impl NewFieldDefinition {
    /// Creates a definition from a name of 1 to 250 characters and a type.
    pub fn new(name: impl Into<String>, kind: FieldKind) -> Self {
        Self { name: name.into(), kind, extra: Extra::new() }
    }
}

impl Check for NewFieldDefinition {
    fn check(&self, limits: &mut Limits) {
        limits.check("name", &self.name, NAME);
        self.kind.check(limits);
    }
}

/// Limits of the length of a field's name, in characters.
pub(super) const NAME: std::ops::RangeInclusive<u64> = 1..=250;

model! {
    /// Fields of a creation whose configuration is not decoded yet.
    pub struct Fields {
        pub name: String,
        pub field_type: MetadataFieldType,
        pub field_configuration: Option<Extra>,
    }
}

impl<'de> Deserialize<'de> for NewFieldDefinition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use MetadataFieldType::{LongText, Text, Toggle};
        let Fields { name, field_type, mut field_configuration, extra } =
            Fields::deserialize(deserializer)?;
        if matches!(field_type, Text | LongText | Toggle) {
            field_configuration.get_or_insert_default();
        }
        let kind = FieldKind::read(field_type, field_configuration).map_err(D::Error::custom)?;
        Ok(Self { name, kind, extra })
    }
}

impl Serialize for NewFieldDefinition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.kind.write(&mut map, Form::Request)?;
        map.serialize_entry("name", &self.name)?;
        for (name, value) in &self.extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
