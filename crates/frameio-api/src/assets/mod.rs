//! Assets: what can be in a folder.

mod deleted;
mod fields;
mod untyped;

use frameio_core::{AssetId, Extra, open_enum};

pub use self::deleted::{DeletedAsset, DeletedFile, DeletedFolder, DeletedVersionStack};
use crate::files::File;
use crate::folders::Folder;
use crate::version_stacks::VersionStack;

open_enum! {
    /// The kinds of assets.
    pub enum AssetKind {
        /// A file.
        File = "file",
        /// A folder.
        Folder = "folder",
        /// A version stack.
        VersionStack = "version_stack",
    }
}

open_enum! {
    /// The order of assets.
    pub enum AssetSort {
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// By time of creation, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By time of creation, newest first.
        CreatedAtDesc = "created_at_desc",
        /// By time of the last change, oldest first.
        UpdatedAtAsc = "updated_at_asc",
        /// By time of the last change, newest first.
        UpdatedAtDesc = "updated_at_desc",
    }
}

/// What can be in a folder.
///
/// ```
/// use frameio_api::assets::Asset;
///
/// let json = r#"{"type":"moodboard","id":"1","pictures":3}"#;
/// let asset: Asset = serde_json::from_str(json)?;
/// assert!(matches!(asset, Asset::Other(_)));
/// assert_eq!(asset.kind(), "moodboard");
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Asset {
    /// A file.
    File(Box<File>),
    /// A folder.
    Folder(Box<Folder>),
    /// A version stack.
    VersionStack(Box<VersionStack>),
    /// What this version does not know, as it came.
    Other(Extra),
}

impl Asset {
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

    /// The file, if it is one.
    pub fn as_file(&self) -> Option<&File> {
        match self {
            Self::File(file) => Some(file),
            _ => None,
        }
    }

    /// The folder, if it is one.
    pub fn as_folder(&self) -> Option<&Folder> {
        match self {
            Self::Folder(folder) => Some(folder),
            _ => None,
        }
    }

    /// The version stack, if it is one.
    pub fn as_version_stack(&self) -> Option<&VersionStack> {
        match self {
            Self::VersionStack(stack) => Some(stack),
            _ => None,
        }
    }
}

fn text<'a>(fields: &'a Extra, name: &str) -> &'a str {
    fields.get(name).and_then(serde_json::Value::as_str).unwrap_or_default()
}
