//! The kinds of fields in parts, as an update takes them.

use frameio_core::limits::{Check, Limits};
use frameio_core::{DecodeError, EncodeError, Extra, Patch, model};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::configuration::{
    DateConfigurationUpdate, NumberConfigurationUpdate, RatingConfigurationUpdate,
    SelectConfigurationUpdate, ToggleConfigurationUpdate,
};
use super::kind::{CONFIGURATION, FIELD_TYPE, NAME, read_configuration};
use super::members::{Empty, UserConfiguration, With};
use crate::metadata::MetadataFieldType;

/// What to change of the definition of a metadata field.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FieldDefinitionUpdate {
    /// What the field is called. 1 to 250 characters.
    pub name: Patch<String>,
    /// The kind of the field, which stays, with what to change of its configuration.
    pub kind: FieldKindUpdate,
    /// Fields that this version does not know.
    pub extra: Extra,
}

impl FieldDefinitionUpdate {
    /// A change of the configuration of a field of this kind.
    ///
    /// ```
    /// use frameio_api::metadata_fields::{FieldDefinitionUpdate, FieldKindUpdate};
    /// use frameio_core::Patch;
    ///
    /// let rename = FieldDefinitionUpdate::new(FieldKindUpdate::Number(Patch::Keep)).name("Take");
    /// # assert_eq!(
    /// #     serde_json::to_value(&rename)?,
    /// #     serde_json::json!({"field_type": "number", "name": "Take"}),
    /// # );
    /// # Ok::<_, serde_json::Error>(())
    /// ```
    pub fn new(kind: FieldKindUpdate) -> Self {
        Self { name: Patch::Keep, kind, extra: Extra::new() }
    }

    /// Sets what the field is called. 1 to 250 characters.
    ///
    /// `None` clears it.
    #[must_use]
    pub fn name(mut self, name: impl Into<Patch<String>>) -> Self {
        self.name = name.into();
        self
    }
}

impl Check for FieldDefinitionUpdate {
    fn check(&self, limits: &mut Limits) {
        if self.name == Patch::Clear && self.kind == FieldKindUpdate::Text {
            limits.push(EncodeError::new("name", "of a text field cannot be cleared"));
        }
        limits.check("name", &self.name, NAME);
        self.kind.check(limits);
    }
}

/// The kind of a field, with what to change of its configuration.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FieldKindUpdate {
    /// A date.
    Date(Patch<DateConfigurationUpdate>),
    /// A text of many lines, of which there is nothing to configure.
    LongText,
    /// A number.
    Number(Patch<NumberConfigurationUpdate>),
    /// A number of stars, or of other signs.
    Rating(Patch<RatingConfigurationUpdate>),
    /// One of several options.
    Select(Patch<SelectConfigurationUpdate>),
    /// Some of several options.
    SelectMulti(Patch<SelectConfigurationUpdate>),
    /// A text of one line, of which there is nothing to configure.
    Text,
    /// Yes or no.
    Toggle(Patch<ToggleConfigurationUpdate>),
    /// Some users or groups. The service takes the configuration whole.
    UserMulti(Patch<UserConfiguration>),
    /// One user or group. The service takes the configuration whole.
    UserSingle(Patch<UserConfiguration>),
    /// A kind that this version does not know, with its configuration.
    Other(Box<str>, Patch<Extra>),
}

impl FieldKindUpdate {
    /// The name of the kind, as the values of such fields have it.
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
        configuration: Patch<Extra>,
    ) -> Result<Self, DecodeError> {
        use MetadataFieldType as Type;
        fn of<T: DeserializeOwned>(configuration: Patch<Extra>) -> Result<Patch<T>, DecodeError> {
            Ok(match configuration {
                Patch::Keep => Patch::Keep,
                Patch::Clear => Patch::Clear,
                Patch::Set(fields) => Patch::Set(read_configuration(fields)?),
            })
        }
        Ok(match field_type {
            Type::Text | Type::LongText if !configuration.is_keep() => {
                return Err(DecodeError::new(CONFIGURATION, "is not a part of text fields"));
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
            configuration: &Patch<T>,
        ) -> Result<(), M::Error> {
            if configuration.is_keep() {
                return Ok(());
            }
            map.serialize_entry(CONFIGURATION, configuration)
        }
        map.serialize_entry(FIELD_TYPE, &self.field_type())?;
        match self {
            Self::Text | Self::LongText => Ok(()),
            Self::Date(it) => part(map, it),
            Self::Number(it) => part(map, it),
            Self::Rating(it) => part(map, it),
            Self::Select(it) | Self::SelectMulti(it) => part(map, it),
            Self::Toggle(it) => part(map, it),
            Self::UserMulti(Patch::Set(it)) | Self::UserSingle(Patch::Set(it)) => {
                map.serialize_entry(CONFIGURATION, &With(it, Empty::Null))
            }
            Self::UserMulti(it) | Self::UserSingle(it) => part(map, it),
            Self::Other(_, it) => part(map, it),
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

model! {
    /// An update of which the configuration is still to be read.
    pub struct Fields {
        pub name: Patch<String>,
        pub field_type: MetadataFieldType,
        pub field_configuration: Patch<Extra>,
    }
}

impl<'de> Deserialize<'de> for FieldDefinitionUpdate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { name, field_type, field_configuration, extra } =
            Fields::deserialize(deserializer)?;
        let kind =
            FieldKindUpdate::read(field_type, field_configuration).map_err(D::Error::custom)?;
        Ok(Self { name, kind, extra })
    }
}

impl Serialize for FieldDefinitionUpdate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.kind.write(&mut map)?;
        if !self.name.is_keep() {
            map.serialize_entry("name", &self.name)?;
        }
        for (name, value) in &self.extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
