//! Deleted assets.

use frameio_core::decode::read_object;
use frameio_core::page::PageItem;
use frameio_core::page::decode_page_of;
use frameio_core::{
    AssetId, DecodeError, Extra, FileId, FolderId, Page, ProjectId, VersionStackId, model,
};
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::untyped::{Union, member};
use super::{AssetKind, text};
use crate::files::FileStatus;

/// A deleted file, folder or version stack.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DeletedAsset {
    /// A file.
    File(Box<DeletedFile>),
    /// A folder.
    Folder(Box<DeletedFolder>),
    /// A version stack.
    VersionStack(Box<DeletedVersionStack>),
    /// Asset of a type that this version does not know, with its fields unchanged.
    Other(Extra),
}

impl DeletedAsset {
    /// Returns the id. It is empty if an asset of an unknown type has none.
    pub fn id(&self) -> AssetId {
        match self {
            Self::File(file) => file.id.clone().into(),
            Self::Folder(folder) => folder.id.clone().into(),
            Self::VersionStack(stack) => stack.id.clone().into(),
            Self::Other(fields) => text(fields, "id").into(),
        }
    }

    /// Returns the name. It is empty if an asset of an unknown type has none.
    pub fn name(&self) -> &str {
        match self {
            Self::File(file) => &file.name,
            Self::Folder(folder) => &folder.name,
            Self::VersionStack(stack) => &stack.name,
            Self::Other(fields) => text(fields, "name"),
        }
    }

    /// Returns the type as the service names it: `file`, `folder`, `version_stack`, or an unknown
    /// one.
    pub fn kind(&self) -> &str {
        match self {
            Self::File(file) => file.kind.as_str(),
            Self::Folder(folder) => folder.kind.as_str(),
            Self::VersionStack(stack) => stack.kind.as_str(),
            Self::Other(fields) => text(fields, "type"),
        }
    }

    /// Returns the deletion time, or `None` if an asset of an unknown type has none.
    pub fn deleted_at(&self) -> Option<Timestamp> {
        match self {
            Self::File(file) => Some(file.deleted_at),
            Self::Folder(folder) => Some(folder.deleted_at),
            Self::VersionStack(stack) => Some(stack.deleted_at),
            Self::Other(fields) => text(fields, "deleted_at").parse().ok(),
        }
    }
}

model! {
    /// A deleted file.
    pub struct DeletedFile {
        /// Id of the file.
        pub id: FileId,
        /// Id of the file at Adobe, such as `urn:aaid:sc:US:…`. Absent outside of Adobe storage.
        pub adobe_id: Option<String>,
        /// Id of the file's version at Adobe. Absent outside of Adobe storage.
        pub adobe_version_id: Option<String>,
        /// Project that contained the file.
        pub project_id: ProjectId,
        /// Folder or version stack that contained the file.
        pub parent_id: Option<AssetId>,
        /// Name of the file.
        pub name: String,
        /// Type of the asset, always [`AssetKind::File`].
        pub kind = "type": AssetKind,
        /// Progress of the upload and the processing.
        pub status: FileStatus,
        /// Size in bytes.
        pub file_size: u64,
        /// Media type, such as `video/mp4`.
        pub media_type: Option<String>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
        /// Deletion time.
        pub deleted_at: Timestamp,
    }
}

model! {
    /// A deleted folder.
    pub struct DeletedFolder {
        /// Id of the folder.
        pub id: FolderId,
        /// Id of the folder at Adobe, such as `urn:aaid:sc:US:…`. Absent outside of Adobe storage.
        pub adobe_id: Option<String>,
        /// Project that contained the folder.
        pub project_id: ProjectId,
        /// Folder that contained the folder.
        pub parent_id: Option<FolderId>,
        /// Name of the folder.
        pub name: String,
        /// Type of the asset, always [`AssetKind::Folder`].
        pub kind = "type": AssetKind,
        /// File whose thumbnail the folder showed, if there was one.
        pub cover_file_id: Option<FileId>,
        /// Whether only members of the folder could see it.
        pub restricted: bool,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
        /// Deletion time.
        pub deleted_at: Timestamp,
    }
}

model! {
    /// A deleted version stack.
    pub struct DeletedVersionStack {
        /// Id of the version stack.
        pub id: VersionStackId,
        /// Id of the version stack at Adobe, such as `urn:aaid:sc:US:…`. Absent outside of Adobe
        /// storage.
        pub adobe_id: Option<String>,
        /// Project that contained the version stack.
        pub project_id: ProjectId,
        /// Folder that contained the version stack.
        pub parent_id: Option<FolderId>,
        /// Name of the version stack.
        pub name: String,
        /// Type of the asset, always [`AssetKind::VersionStack`].
        pub kind = "type": AssetKind,
        /// Newest version, as untyped fields: the service does not document them.
        pub head_version: Option<Extra>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
        /// Deletion time.
        pub deleted_at: Timestamp,
    }
}

/// Decodes in two steps: lists of deleted assets are too rare for one pass to pay off.
impl PageItem for DeletedAsset {
    fn decode_page(body: &[u8]) -> Result<Page<Self>, DecodeError> {
        decode_page_of(body, Self::from_untyped)
    }
}

impl Union for DeletedAsset {
    fn of_kind(kind: &AssetKind, fields: Extra) -> Result<Self, DecodeError> {
        match kind {
            AssetKind::File => member(fields).map(Self::File),
            AssetKind::Folder => member(fields).map(Self::Folder),
            AssetKind::VersionStack => member(fields).map(Self::VersionStack),
            AssetKind::Other(_) => Ok(Self::Other(fields)),
        }
    }
}

impl<'de> Deserialize<'de> for DeletedAsset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_object(deserializer, Self::from_untyped)
    }
}

impl Serialize for DeletedAsset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::File(file) => file.serialize(serializer),
            Self::Folder(folder) => folder.serialize(serializer),
            Self::VersionStack(stack) => stack.serialize(serializer),
            Self::Other(fields) => fields.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn page(assets: &[Value]) -> Result<Page<DeletedAsset>, DecodeError> {
        DeletedAsset::decode_page(json!({"data": assets, "links": {}}).to_string().as_bytes())
    }

    fn folder() -> Value {
        json!({
            "created_at": "2026-03-22T10:11:12Z", "deleted_at": "2026-10-04T08:00:00Z", "id": "f",
            "name": "Sea", "project_id": "p", "restricted": false, "type": "folder",
            "updated_at": "2026-03-22T10:11:12Z",
        })
    }

    #[test]
    fn unknown_values_round_trip() {
        let odd = json!({"type": "moodboard", "id": 7, "deleted_at": null, "pictures": [1.50]});
        let page = page(&[folder(), odd.clone()]).unwrap();
        assert_eq!((page.data[0].kind(), page.data[1].kind()), ("folder", "moodboard"));
        assert_eq!((page.data[0].name(), page.data[1].name()), ("Sea", ""));
        assert!(page.data[0].deleted_at().is_some() && page.data[1].deleted_at().is_none());
        assert_eq!(serde_json::to_value(&page.data).unwrap(), json!([folder(), odd]));
        let alone: DeletedAsset = serde_json::from_value(folder()).unwrap();
        assert_eq!(alone, page.data[0]);
    }

    #[test]
    fn errors_are_reported_with_their_path() {
        let changed = |name: &str, value: Value| {
            let mut folder = folder();
            folder[name] = value;
            folder
        };
        let path = |wrong: Value| page(&[folder(), wrong]).unwrap_err().path;
        assert_eq!(path(changed("restricted", json!("by whom?"))), "data[1].restricted");
        assert_eq!(path(changed("type", json!(3))), "data[1].type");
        assert_eq!(path(changed("type", json!("file"))), "data[1]");
        assert_eq!(path(json!({"id": "f"})), "data[1]");
        assert_eq!(path(json!("folder")), "data[1]");
        assert_eq!(path(json!({"type": "file", "id": []})), "data[1].id");
    }
}
