//! Deleted assets that can be restored.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::row::{Row, Table};
use super::table_serde;

/// Deleted asset, with everything below it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deleted {
    pub(crate) at: Timestamp,
    /// Folder that contained the asset or its version stack.
    pub(crate) folder: String,
    /// Position among the versions of a stack.
    pub(crate) version: Option<usize>,
    pub(crate) row: Row,
    #[serde(with = "table_serde")]
    pub(crate) folders: Table,
    #[serde(with = "table_serde")]
    pub(crate) version_stacks: Table,
    pub(crate) versions: BTreeMap<String, Vec<String>>,
    #[serde(with = "table_serde")]
    pub(crate) files: Table,
    #[serde(with = "table_serde")]
    pub(crate) comments: Table,
}

impl Deleted {
    /// Returns the asset and all records that were deleted with it.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        let Self { folders, version_stacks, files, comments, .. } = self;
        let tables = [folders, version_stacks, files, comments].into_iter();
        tables.flat_map(Table::values).chain([&self.row])
    }

    /// Returns the ids of all uploads.
    pub(crate) fn uploads(&self) -> impl Iterator<Item = &str> {
        let attachments = self.comments.values().flat_map(attachment_ids);
        self.files.keys().map(String::as_str).chain(attachments)
    }

    /// Returns whether the asset was deleted under this id. A version stack is deleted with its last
    /// version.
    pub(crate) fn is_of(&self, id: &str, kind: &str) -> bool {
        match (self.row.text("type"), kind) {
            ("version_stack", "file") => self.files.len() == 1 && self.files.contains_key(id),
            (this, kind) => this == kind && self.row.id() == id,
        }
    }

    /// Returns a field of the asset, or the time of its deletion.
    pub(crate) fn field(&self, name: &str) -> Value {
        match name {
            "deleted_at" => self.at.to_string().into(),
            name => self.row.field(name).clone(),
        }
    }
}

/// Returns the ids of the attachments of a comment.
pub(crate) fn attachment_ids(comment: &Row) -> impl Iterator<Item = &str> {
    let attachments = comment.field("attachments").as_array().into_iter().flatten();
    attachments.filter_map(|attachment| attachment["id"].as_str())
}
