//! [`Asset`] as JSON: one pass, whatever the kind and wherever it is told.

use frameio_core::{AssetId, Extra, FileId, ProjectId, model};
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use super::{Asset, AssetKind, VersionStack};
use crate::files::{File, FileStatus};
use crate::folders::Folder;
use crate::media_links::MediaLinks;
use crate::metadata::MetadataField;
use crate::projects::Project;
use crate::users::User;

model! {
    /// The fields of all kinds, each optional.
    ///
    /// `type` may stand anywhere among the fields, and serde's tagged enums look for it by keeping
    /// all of them as untyped values first. Reading them typed, and choosing the kind afterwards,
    /// costs no more than a struct.
    pub struct Fields {
        pub id: Option<AssetId>,
        pub adobe_id: Option<String>,
        pub adobe_version_id: Option<String>,
        pub project_id: Option<ProjectId>,
        pub parent_id: Option<AssetId>,
        pub name: Option<String>,
        pub kind = "type": AssetKind,
        pub status: Option<FileStatus>,
        pub file_size: Option<u64>,
        pub media_type: Option<String>,
        pub media_links: Option<MediaLinks>,
        pub cover_file_id: Option<FileId>,
        pub restricted: Option<bool>,
        pub head_version: Option<File>,
        pub view_url: Option<String>,
        pub creator: Option<User>,
        pub project: Option<Project>,
        pub metadata: Option<Vec<MetadataField>>,
        pub created_at: Option<Timestamp>,
        pub updated_at: Option<Timestamp>,
    }
}

impl<'de> Deserialize<'de> for Asset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        match fields.kind {
            AssetKind::File => fields.file().map(|file| Self::File(Box::new(file))),
            AssetKind::Folder => fields.folder().map(|folder| Self::Folder(Box::new(folder))),
            AssetKind::VersionStack => {
                fields.version_stack().map(|stack| Self::VersionStack(Box::new(stack)))
            }
            _ => match serde_json::to_value(fields) {
                Ok(serde_json::Value::Object(fields)) => Ok(Self::Other(fields)),
                _ => Err("an asset is an object"),
            },
        }
        .map_err(D::Error::custom)
    }
}

impl Serialize for Asset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::File(file) => file.serialize(serializer),
            Self::Folder(folder) => folder.serialize(serializer),
            Self::VersionStack(stack) => stack.serialize(serializer),
            Self::Other(fields) => fields.serialize(serializer),
        }
    }
}

/// What is required of a kind but is not there.
type Missing = &'static str;

macro_rules! required {
    ($fields:ident . $name:ident) => {
        $fields.$name.take().ok_or(concat!("missing field `", stringify!($name), "`"))?
    };
}

impl Fields {
    fn file(mut self) -> Result<File, Missing> {
        let file = File {
            id: String::from(required!(self.id)).into(),
            adobe_id: self.adobe_id.take(),
            adobe_version_id: self.adobe_version_id.take(),
            project_id: required!(self.project_id),
            parent_id: self.parent_id.take(),
            name: required!(self.name),
            status: required!(self.status),
            file_size: required!(self.file_size),
            media_type: self.media_type.take(),
            view_url: required!(self.view_url),
            upload_urls: None,
            media_links: self.media_links.take(),
            creator: self.creator.take(),
            project: self.project.take(),
            metadata: self.metadata.take(),
            created_at: required!(self.created_at),
            updated_at: required!(self.updated_at),
            kind: self.kind.clone(),
            extra: self.rest(),
        };
        Ok(file)
    }

    fn folder(mut self) -> Result<Folder, Missing> {
        let folder = Folder {
            id: String::from(required!(self.id)).into(),
            adobe_id: self.adobe_id.take(),
            project_id: required!(self.project_id),
            parent_id: self.parent_id.take().map(Into::into),
            name: required!(self.name),
            cover_file_id: self.cover_file_id.take(),
            restricted: self.restricted.take(),
            view_url: required!(self.view_url),
            creator: self.creator.take(),
            project: self.project.take(),
            metadata: self.metadata.take(),
            created_at: required!(self.created_at),
            updated_at: required!(self.updated_at),
            kind: self.kind.clone(),
            extra: self.rest(),
        };
        Ok(folder)
    }

    fn version_stack(mut self) -> Result<VersionStack, Missing> {
        let stack = VersionStack {
            id: String::from(required!(self.id)).into(),
            adobe_id: self.adobe_id.take(),
            project_id: required!(self.project_id),
            parent_id: self.parent_id.take().map(Into::into),
            name: required!(self.name),
            head_version: self.head_version.take(),
            view_url: required!(self.view_url),
            creator: self.creator.take(),
            project: self.project.take(),
            metadata: self.metadata.take(),
            created_at: required!(self.created_at),
            updated_at: required!(self.updated_at),
            kind: self.kind.clone(),
            extra: self.rest(),
        };
        Ok(stack)
    }

    /// What is left when a kind has taken its own: unknown fields, and another kind's.
    fn rest(mut self) -> Extra {
        let mut extra = std::mem::take(&mut self.extra);
        let foreign = self.adobe_version_id.is_some()
            || self.status.is_some()
            || self.file_size.is_some()
            || self.media_type.is_some()
            || self.media_links.is_some()
            || self.cover_file_id.is_some()
            || self.restricted.is_some()
            || self.head_version.is_some();
        if foreign && let Ok(serde_json::Value::Object(mut fields)) = serde_json::to_value(self) {
            fields.remove("type");
            extra.append(&mut fields);
        }
        extra
    }
}
