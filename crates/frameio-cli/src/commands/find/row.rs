//! Results of `frameio find`.

use frameio::assets::Asset;
use frameio::projects::Project;
use frameio::transfer::RemotePath;

use crate::commands::asset_row::AssetRow;
use crate::commands::assets::path_cell;
use crate::report::{Cell, Column, Row, Tone};

/// An item that was found.
pub(super) struct FoundItem {
    item: AssetRow,
    /// `None` if a folder above the item is not visible.
    pub(super) path: Option<RemotePath>,
    /// Names below the nearest folder that is not visible.
    pub(super) visible: RemotePath,
    /// Types of the matches of a search.
    pub(super) matches: Vec<String>,
}

impl FoundItem {
    pub(super) fn new(asset: &Asset, path: Option<RemotePath>) -> Self {
        Self::of(AssetRow::new(asset), path)
    }

    pub(super) fn project(project: &Project, path: RemotePath) -> Self {
        Self::of(AssetRow::project(project), Some(path))
    }

    fn of(item: AssetRow, path: Option<RemotePath>) -> Self {
        Self { item, path, visible: RemotePath::default(), matches: Vec::new() }
    }
}

impl Row for FoundItem {
    const COLUMNS: &'static [Column] = &[
        Column::new("path").path(),
        Column::new("size").right(),
        Column::new("matches"),
        Column::new("status"),
        Column::new("updated_at"),
        Column::new("type"),
        Column::new("id"),
        Column::new("name").hidden(),
        Column::new("url").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        let item = &self.item;
        vec![
            path_cell(self.path.as_ref(), &self.visible),
            Cell::size(item.size()),
            Cell::List(self.matches.clone()),
            item.status(),
            item.updated_at.into(),
            item.kind.as_str().into(),
            item.id.as_str().into(),
            item.name.as_str().into(),
            item.url.as_deref().into(),
        ]
    }

    fn tone(&self, column: &str) -> Tone {
        self.item.tone(column)
    }
}
