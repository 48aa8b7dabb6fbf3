//! JSON form of [`FieldDefinition`]: the type of a field decides the form of its configuration.

use bytes::Bytes;
use frameio_core::decode::{decode_data, read_object};
use frameio_core::page::PageItem;
use frameio_core::page::decode_page_of;
use frameio_core::{DecodeError, Extra, FieldDefinitionId, FromResponse, Page, UserId, model};
use http::response::Parts;
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::FieldDefinition;
use super::kind::FieldKind;
use super::members::Form;
use crate::metadata::MetadataFieldType;
use crate::users::User;

model! {
    /// Fields of a definition whose configuration is not decoded yet.
    pub struct Fields {
        pub id: FieldDefinitionId,
        pub name: String,
        pub field_type: MetadataFieldType,
        pub field_configuration: Option<Extra>,
        pub mutable: bool,
        pub creator_id: UserId,
        pub creator: Option<Box<User>>,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }
}

impl TryFrom<Fields> for FieldDefinition {
    type Error = DecodeError;

    fn try_from(fields: Fields) -> Result<Self, DecodeError> {
        Ok(Self {
            id: fields.id,
            name: fields.name,
            kind: FieldKind::read(fields.field_type, fields.field_configuration)?,
            mutable: fields.mutable,
            creator_id: fields.creator_id,
            creator: fields.creator,
            created_at: fields.created_at,
            updated_at: fields.updated_at,
            extra: fields.extra,
        })
    }
}

impl FromResponse for FieldDefinition {
    fn from_response(_: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        Self::try_from(decode_data::<Fields>(&body)?).map_err(|error| error.within("data"))
    }
}

impl PageItem for FieldDefinition {
    fn decode_page(body: &[u8]) -> Result<Page<Self>, DecodeError> {
        decode_page_of(body, <Self as TryFrom<Fields>>::try_from)
    }
}

impl<'de> Deserialize<'de> for FieldDefinition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_object(deserializer, <Self as TryFrom<Fields>>::try_from)
    }
}

impl Serialize for FieldDefinition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("name", &self.name)?;
        self.kind.write(&mut map, Form::Response)?;
        map.serialize_entry("mutable", &self.mutable)?;
        map.serialize_entry("creator_id", &self.creator_id)?;
        if let Some(creator) = &self.creator {
            map.serialize_entry("creator", creator)?;
        }
        map.serialize_entry("created_at", &self.created_at)?;
        map.serialize_entry("updated_at", &self.updated_at)?;
        for (name, value) in &self.extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
