//! Types of fields with changes to their configuration, as updates require them.

use frameio_core::limits::{Check, Limits};
use frameio_core::{DecodeError, Extra, Patch, model};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::configuration::{
    DateConfigurationUpdate, NumberConfigurationUpdate, RatingConfigurationUpdate,
    SelectConfigurationUpdate, ToggleConfigurationUpdate,
};
use super::kind::{CONFIGURATION, FIELD_TYPE, NAME, read_configuration};
use super::members::{Form, InForm, UserConfiguration};
use crate::metadata::MetadataFieldType;

/// Changes to the definition of a metadata field.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FieldDefinitionUpdate {
    /// Name of the field, 1 to 250 characters.
    pub name: Option<String>,
    /// Type of the field, which cannot be changed, with changes to its configuration.
    pub kind: FieldKindUpdate,
    /// Fields that this version does not know.
    pub extra: Extra,
}

impl FieldDefinitionUpdate {
    /// Creates an update of a field of this type.
    ///
    /// ```
    /// use frameio_api::metadata_fields::{FieldDefinitionUpdate, FieldKindUpdate};
    ///
    /// let rename = FieldDefinitionUpdate::new(FieldKindUpdate::Number(None)).name("Take");
    /// # assert_eq!(
    /// #     serde_json::to_value(&rename)?,
    /// #     serde_json::json!({"field_type": "number", "name": "Take"}),
    /// # );
    /// # Ok::<_, serde_json::Error>(())
    /// ```
    pub fn new(kind: FieldKindUpdate) -> Self {
        Self { name: None, kind, extra: Extra::new() }
    }

    /// Sets the name of the field, 1 to 250 characters.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

impl Check for FieldDefinitionUpdate {
    fn check(&self, limits: &mut Limits) {
        limits.check("name", &self.name, NAME);
        self.kind.check(limits);
    }
}

/// Type of a metadata field, with changes to its configuration.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FieldKindUpdate {
    /// A date, with or without a time.
    Date(Option<DateConfigurationUpdate>),
    /// A text with several lines. It has no configuration.
    LongText,
    /// A number.
    Number(Option<NumberConfigurationUpdate>),
    /// A rating, such as a number of stars.
    Rating(Option<RatingConfigurationUpdate>),
    /// One of several options.
    Select(Option<SelectConfigurationUpdate>),
    /// Any number of several options.
    SelectMulti(Option<SelectConfigurationUpdate>),
    /// A text with one line. It has no configuration.
    Text,
    /// True or false.
    Toggle(Option<ToggleConfigurationUpdate>),
    /// Any number of users and groups. An update replaces the whole configuration.
    UserMulti(Option<UserConfiguration>),
    /// One user or group. An update replaces the whole configuration.
    UserSingle(Option<UserConfiguration>),
    /// A type that this version does not know, with its configuration.
    Other(Box<str>, Option<Extra>),
}

impl FieldKindUpdate {
    /// Returns the type, as [`MetadataField`](crate::metadata::MetadataField) contains it.
    pub fn field_type(&self) -> MetadataFieldType {
        match self {
            Self::Date(_) => MetadataFieldType::Date,
            Self::LongText => MetadataFieldType::LongText,
            Self::Number(_) => MetadataFieldType::Number,
            Self::Rating(_) => MetadataFieldType::Rating,
            Self::Select(_) => MetadataFieldType::Select,
            Self::SelectMulti(_) => MetadataFieldType::SelectMulti,
            Self::Text => MetadataFieldType::Text,
            Self::Toggle(_) => MetadataFieldType::Toggle,
            Self::UserMulti(_) => MetadataFieldType::UserMulti,
            Self::UserSingle(_) => MetadataFieldType::UserSingle,
            Self::Other(name, _) => name.as_ref().into(),
        }
    }

    fn read(
        field_type: MetadataFieldType,
        configuration: Option<Extra>,
    ) -> Result<Self, DecodeError> {
        use MetadataFieldType as Type;
        fn of<T: DeserializeOwned>(configuration: Option<Extra>) -> Result<Option<T>, DecodeError> {
            let Some(fields) = configuration else { return Ok(None) };
            if let Some((name, _)) = fields.iter().find(|(_, value)| value.is_null()) {
                return Err(DecodeError::new(format!("{CONFIGURATION}.{name}"), NOT_NULL));
            }
            read_configuration(fields).map(Some)
        }
        Ok(match field_type {
            Type::Text | Type::LongText if configuration.is_some() => {
                return Err(DecodeError::new(CONFIGURATION, "is not allowed for text fields"));
            }
            Type::Text => Self::Text,
            Type::LongText => Self::LongText,
            Type::Date => Self::Date(of(configuration)?),
            Type::Number => Self::Number(of(configuration)?),
            Type::Rating => Self::Rating(of(configuration)?),
            Type::Select => Self::Select(of(configuration)?),
            Type::SelectMulti => Self::SelectMulti(of(configuration)?),
            Type::Toggle => Self::Toggle(of(configuration)?),
            Type::UserMulti => Self::UserMulti(of(configuration)?),
            Type::UserSingle => Self::UserSingle(of(configuration)?),
            other => Self::Other(other.as_str().into(), configuration),
        })
    }

    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        fn part<T: Serialize, M: SerializeMap>(
            map: &mut M,
            configuration: Option<&T>,
        ) -> Result<(), M::Error> {
            configuration.map_or(Ok(()), |it| map.serialize_entry(CONFIGURATION, it))
        }
        map.serialize_entry(FIELD_TYPE, &self.field_type())?;
        match self {
            Self::Text | Self::LongText => Ok(()),
            Self::Date(it) => part(map, it.as_ref()),
            Self::Number(it) => part(map, it.as_ref()),
            Self::Rating(it) => part(map, it.as_ref()),
            Self::Select(it) | Self::SelectMulti(it) => part(map, it.as_ref()),
            Self::Toggle(it) => part(map, it.as_ref()),
            Self::UserMulti(it) | Self::UserSingle(it) => {
                part(map, it.as_ref().map(|it| InForm(it, Form::Request)).as_ref())
            }
            Self::Other(_, it) => part(map, it.as_ref()),
        }
    }
}

impl Check for FieldKindUpdate {
    fn check(&self, limits: &mut Limits) {
        match self {
            Self::Date(it) => limits.nested(CONFIGURATION, it),
            Self::Number(it) => limits.nested(CONFIGURATION, it),
            Self::Rating(it) => limits.nested(CONFIGURATION, it),
            Self::Select(it) | Self::SelectMulti(it) => limits.nested(CONFIGURATION, it),
            Self::Toggle(it) => limits.nested(CONFIGURATION, it),
            Self::UserMulti(it) | Self::UserSingle(it) => limits.nested(CONFIGURATION, it),
            Self::Text | Self::LongText | Self::Other(..) => {}
        }
    }
}

/// Message for a field that is null. The service would ignore it and keep the old value.
const NOT_NULL: &str = "cannot be cleared: omit it or set a value";

model! {
    /// Fields of an update whose configuration is not decoded yet.
    pub struct Fields {
        pub name: Patch<String>,
        pub field_type: MetadataFieldType,
        pub field_configuration: Patch<Extra>,
    }
}

/// Returns the value to set, if any, and refuses null.
fn not_null<T>(name: &'static str, field: Patch<T>) -> Result<Option<T>, DecodeError> {
    match field {
        Patch::Keep => Ok(None),
        Patch::Set(value) => Ok(Some(value)),
        Patch::Clear => Err(DecodeError::new(name, NOT_NULL)),
    }
}

impl<'de> Deserialize<'de> for FieldDefinitionUpdate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { name, field_type, field_configuration, extra } =
            Fields::deserialize(deserializer)?;
        let name = not_null("name", name).map_err(D::Error::custom)?;
        let kind = not_null(CONFIGURATION, field_configuration)
            .and_then(|configuration| FieldKindUpdate::read(field_type, configuration))
            .map_err(D::Error::custom)?;
        Ok(Self { name, kind, extra })
    }
}

impl Serialize for FieldDefinitionUpdate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.kind.write(&mut map)?;
        if let Some(name) = &self.name {
            map.serialize_entry("name", name)?;
        }
        for (name, value) in &self.extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
