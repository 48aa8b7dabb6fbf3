//! Rows of `frameio restore --list`.

use frameio::assets::DeletedAsset;

use super::trash;
use crate::report::{Cell, Column, Row};

/// A deleted item in the list.
pub(super) struct DeletedRow<'a>(pub(super) &'a DeletedAsset);

impl DeletedRow<'_> {
    const fn size(&self) -> Option<u64> {
        match self.0 {
            DeletedAsset::File(file) => Some(file.file_size),
            _ => None,
        }
    }
}

impl Row for DeletedRow<'_> {
    const COLUMNS: &'static [Column] = &[
        Column::new("name").flexible(),
        Column::new("size").right(),
        Column::new("deleted_at"),
        Column::new("type"),
        Column::new("id"),
        Column::new("parent_id").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            self.0.name().into(),
            Cell::size(self.size()),
            self.0.deleted_at().into(),
            self.0.kind().into(),
            self.0.id().as_str().into(),
            trash::parent_id(self.0).into(),
        ]
    }
}
