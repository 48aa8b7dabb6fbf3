//! Assets: the files, folders and version stacks in a folder.
//!
//! Listings of folders return [`Asset`], because a folder contains all three types:
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::assets::Asset;
//! use frameio::folders::ListFolderChildren;
//!
//! let mut children = client.items(ListFolderChildren::new("account", "folder"));
//! while let Some(asset) = children.next().await {
//!     match asset? {
//!         Asset::File(file) => println!("{} ({} bytes)", file.name, file.file_size),
//!         other => println!("{} ({})", other.name(), other.kind()),
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod deleted;
mod fields;
mod untyped;

use frameio_core::{AssetId, Extra, open_enum};

pub use self::deleted::{DeletedAsset, DeletedFile, DeletedFolder, DeletedVersionStack};
use crate::files::File;
use crate::folders::Folder;
use crate::version_stacks::VersionStack;

open_enum! {
    /// Type of an asset.
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
    /// Sort order of assets.
    pub enum AssetSort {
        /// By name, A to Z.
        NameAsc = "name_asc",
        /// By name, Z to A.
        NameDesc = "name_desc",
        /// By creation time, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By creation time, newest first.
        CreatedAtDesc = "created_at_desc",
        /// By time of the last change, least recently changed first.
        UpdatedAtAsc = "updated_at_asc",
        /// By time of the last change, most recently changed first.
        UpdatedAtDesc = "updated_at_desc",
    }
}

/// A file, folder or version stack.
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
    /// Asset of a type that this version does not know, with its fields unchanged.
    Other(Extra),
}

impl Asset {
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

    /// Returns the id of the folder or version stack that contains the asset, if the service reports it.
    pub fn parent_id(&self) -> Option<AssetId> {
        match self {
            Self::File(file) => file.parent_id.clone(),
            Self::Folder(folder) => folder.parent_id.clone().map(Into::into),
            Self::VersionStack(stack) => stack.parent_id.clone().map(Into::into),
            Self::Other(_) => None,
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

    /// Returns the file, or `None` for another type.
    pub fn as_file(&self) -> Option<&File> {
        match self {
            Self::File(file) => Some(file),
            _ => None,
        }
    }

    /// Returns the folder, or `None` for another type.
    pub fn as_folder(&self) -> Option<&Folder> {
        match self {
            Self::Folder(folder) => Some(folder),
            _ => None,
        }
    }

    /// Returns the version stack, or `None` for another type.
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
