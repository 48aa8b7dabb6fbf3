//! Assets that were deleted.

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

/// What was deleted: a file, a folder or a version stack.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DeletedAsset {
    /// A file.
    File(Box<DeletedFile>),
    /// A folder.
    Folder(Box<DeletedFolder>),
    /// A version stack.
    VersionStack(Box<DeletedVersionStack>),
    /// What this version does not know, as it came.
    Other(Extra),
}

impl DeletedAsset {
    /// The asset's id; empty if what this version does not know has none.
    pub fn id(&self) -> AssetId {
        match self {
            Self::File(file) => file.id.clone().into(),
            Self::Folder(folder) => folder.id.clone().into(),
            Self::VersionStack(stack) => stack.id.clone().into(),
            Self::Other(fields) => text(fields, "id").into(),
        }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        match self {
            Self::File(file) => &file.name,
            Self::Folder(folder) => &folder.name,
            Self::VersionStack(stack) => &stack.name,
            Self::Other(fields) => text(fields, "name"),
        }
    }

    /// Its kind as the service writes it: `file`, `folder`, `version_stack`, or another.
    pub fn kind(&self) -> &str {
        match self {
            Self::File(file) => file.kind.as_str(),
            Self::Folder(folder) => folder.kind.as_str(),
            Self::VersionStack(stack) => stack.kind.as_str(),
            Self::Other(fields) => text(fields, "type"),
        }
    }

    /// When it was deleted; `None` if what this version does not know does not tell.
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
    /// A file that was deleted.
    pub struct DeletedFile {
        /// The file's id.
        pub id: FileId,
        /// The file's id at Adobe.
        pub adobe_id: Option<String>,
        /// The version that the id at Adobe stands for.
        pub adobe_version_id: Option<String>,
        /// The project that it was in.
        pub project_id: ProjectId,
        /// The folder, or the version stack, that it was in.
        pub parent_id: Option<AssetId>,
        /// What it is called.
        pub name: String,
        /// That it is a file.
        pub kind = "type": AssetKind,
        /// How far it is.
        pub status: FileStatus,
        /// How large it is, in bytes.
        pub file_size: u64,
        /// Its media type.
        pub media_type: Option<String>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// When it was deleted.
        pub deleted_at: Timestamp,
    }
}

model! {
    /// A folder that was deleted.
    pub struct DeletedFolder {
        /// The folder's id.
        pub id: FolderId,
        /// The folder's id at Adobe.
        pub adobe_id: Option<String>,
        /// The project that it was in.
        pub project_id: ProjectId,
        /// The folder that it was in.
        pub parent_id: Option<FolderId>,
        /// What it is called.
        pub name: String,
        /// That it is a folder.
        pub kind = "type": AssetKind,
        /// The file whose picture it showed.
        pub cover_file_id: Option<FileId>,
        /// Whether only those who were added to it could see it.
        pub restricted: bool,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// When it was deleted.
        pub deleted_at: Timestamp,
    }
}

model! {
    /// A version stack that was deleted.
    pub struct DeletedVersionStack {
        /// The version stack's id.
        pub id: VersionStackId,
        /// The version stack's id at Adobe.
        pub adobe_id: Option<String>,
        /// The project that it was in.
        pub project_id: ProjectId,
        /// The folder that it was in.
        pub parent_id: Option<FolderId>,
        /// What it is called.
        pub name: String,
        /// That it is a version stack.
        pub kind = "type": AssetKind,
        /// The newest version, of which the service does not document the fields.
        pub head_version: Option<Extra>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// When it was deleted.
        pub deleted_at: Timestamp,
    }
}

/// Lists of what was deleted are rare, so reading them in two steps costs little.
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
