//! Rows of `frameio ls` and `frameio tree`.

use frameio::assets::Asset;
use indicatif::HumanBytes;
use serde_json::{Value, json};

/// A row of a listing.
pub(super) struct AssetRow {
    kind: String,
    id: String,
    name: String,
    size: Option<u64>,
    status: Option<String>,
}

impl AssetRow {
    pub(super) fn new(asset: &Asset) -> Self {
        let file = match asset {
            Asset::File(file) => Some(&**file),
            Asset::VersionStack(stack) => stack.head_version.as_deref(),
            _ => None,
        };
        Self {
            kind: asset.kind().to_owned(),
            id: asset.id().as_str().to_owned(),
            name: asset.name().to_owned(),
            size: file.map(|file| file.file_size),
            status: file.map(|file| file.status.as_str().to_owned()),
        }
    }

    /// Creates the row of a workspace or project.
    pub(super) fn container(kind: &str, id: &str, name: &str) -> Self {
        let (kind, id, name) = (kind.to_owned(), id.to_owned(), name.to_owned());
        Self { kind, id, name, size: None, status: None }
    }

    /// Returns the size of a file; `None` for a folder, project or workspace.
    pub(super) const fn size(&self) -> Option<u64> {
        self.size
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "type": self.kind, "id": self.id, "name": self.name, "size": self.size,
            "status": self.status,
        })
    }

    /// Returns the name, followed by `/` unless it is a file.
    pub(super) fn short(&self) -> String {
        let end = if self.size.is_none() { "/" } else { "" };
        let state = match self.status.as_deref() {
            Some("created") => "  (not uploaded)",
            _ => "",
        };
        format!("{}{end}{state}", self.name)
    }

    /// Returns the ID, kind, size and name.
    pub(super) fn long(&self) -> String {
        let size = self.size.map(|size| HumanBytes(size).to_string()).unwrap_or_default();
        format!("{}  {:13}  {size:>10}  {}", self.id, self.kind, self.short())
    }
}
