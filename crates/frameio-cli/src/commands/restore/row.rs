//! Rows of the list of deleted items.

use frameio::AssetId;
use frameio::assets::DeletedAsset;
use frameio::transfer::RemotePath;

use crate::commands::assets::{Location, path_cell};
use crate::report::{Cell, Column, Row};

/// A deleted item in the list, and its former place.
pub(super) struct DeletedRow<'a> {
    pub(super) asset: &'a DeletedAsset,
    pub(super) location: Location,
}

impl DeletedRow<'_> {
    /// Returns the former path, if all folders above are visible.
    pub(super) fn path(&self) -> Option<String> {
        self.location.path.as_ref().map(RemotePath::to_string)
    }
}

impl Row for DeletedRow<'_> {
    const COLUMNS: &'static [Column] = &[
        Column::new("path").path(),
        Column::new("size").right(),
        Column::new("deleted_at"),
        Column::new("type"),
        Column::new("id"),
        Column::new("name").hidden(),
        Column::new("parent_id").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            path_cell(self.location.path.as_ref(), &self.location.visible),
            Cell::size(size(self.asset)),
            self.asset.deleted_at().into(),
            self.asset.kind().into(),
            self.asset.id().as_str().into(),
            self.asset.name().into(),
            parent_id(self.asset).as_ref().map(AssetId::as_str).into(),
        ]
    }
}

const fn size(asset: &DeletedAsset) -> Option<u64> {
    match asset {
        DeletedAsset::File(file) => Some(file.file_size),
        _ => None,
    }
}

/// Returns the folder or version stack that contained an item.
pub(super) fn parent_id(asset: &DeletedAsset) -> Option<AssetId> {
    match asset {
        DeletedAsset::File(file) => file.parent_id.clone(),
        DeletedAsset::Folder(folder) => folder.parent_id.clone().map(Into::into),
        DeletedAsset::VersionStack(stack) => stack.parent_id.clone().map(Into::into),
        _ => None,
    }
}
