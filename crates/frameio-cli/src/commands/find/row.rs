//! Results of `frameio find`.

use frameio::assets::Asset;
use frameio::transfer::RemotePath;
use indicatif::HumanBytes;
use serde_json::{Value, json};

use crate::report::Record;

/// An item that was found.
pub(super) struct Row {
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) size: Option<u64>,
    /// `None` if a folder above the item is not visible.
    pub(super) path: Option<RemotePath>,
    /// Names below the nearest folder that is not visible.
    pub(super) visible: RemotePath,
    /// Types of the matches of a search.
    pub(super) matches: Vec<String>,
}

impl Row {
    pub(super) fn new(asset: &Asset, path: RemotePath) -> Self {
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
            path: Some(path),
            visible: RemotePath::default(),
            matches: Vec::new(),
        }
    }

    pub(super) fn project(id: &str, name: &str, path: RemotePath) -> Self {
        Self {
            kind: "project".to_owned(),
            id: id.to_owned(),
            name: name.to_owned(),
            size: None,
            path: Some(path),
            visible: RemotePath::default(),
            matches: Vec::new(),
        }
    }
}

impl Record for Row {
    fn lines(&self) -> Vec<String> {
        let size = self.size.map(|size| HumanBytes(size).to_string()).unwrap_or_default();
        let path = match &self.path {
            Some(path) => path.to_string(),
            None => format!("…{}", self.visible),
        };
        let mut line = format!("{}  {:13}  {size:>10}  {path}", self.id, self.kind);
        if !self.matches.is_empty() {
            line += &format!("  [{}]", self.matches.join(", "));
        }
        vec![line]
    }

    fn json(&self) -> Value {
        let mut json = json!({
            "type": self.kind, "id": self.id, "name": self.name, "size": self.size,
            "path": self.path.as_ref().map(ToString::to_string),
        });
        if !self.matches.is_empty() {
            json["matches"] = self.matches.as_slice().into();
        }
        json
    }
}
