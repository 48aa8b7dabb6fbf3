//! Items to delete.

use frameio::files::File;
use frameio::transfer::{Resolved, ResolvedItem};
use frameio::version_stacks::ListVersions;
use frameio::{Client, FileId};
use indicatif::HumanBytes;
use serde_json::Value;

use super::super::assets::{has_trailing_slash, is_folder, kind, name, size};
use super::contents::Contents;
use crate::commands::by_name::normalized;
use crate::exit::Failure;

/// An item to delete.
pub(super) struct Target {
    text: String,
    pub(super) item: Resolved,
    /// Versions of a stack, the newest last.
    pub(super) versions: Vec<FileId>,
    /// Size of all versions.
    versions_size: u64,
    /// Contents of a folder, project or workspace, if they have been counted.
    pub(super) contents: Option<Contents>,
    /// Whether an argument confirms the name of this project or workspace.
    pub(super) is_confirmed: bool,
}

impl Target {
    pub(super) async fn find(client: &Client, text: &str, item: Resolved) -> Result<Self, Failure> {
        let mut this = Self {
            text: text.to_owned(),
            item,
            versions: Vec::new(),
            versions_size: 0,
            contents: None,
            is_confirmed: false,
        };
        if let ResolvedItem::VersionStack(stack) = &this.item.item {
            let list = ListVersions::new(&this.item.account_id, &stack.id).page_size(100);
            let mut items = client.items(list).strict(true);
            while let Some(version) = items.next().await {
                if let Some(file) = version?.as_file() {
                    this.versions_size += file.file_size;
                    this.versions.push(file.id.clone());
                }
            }
            // The service lists the newest version first.
            this.versions.reverse();
            let head = stack.head_version.as_deref().map(|head: &File| &head.id);
            this.versions.sort_by_key(|version| Some(version) == head);
        }
        Ok(this)
    }

    /// Refuses a kind of item that was not permitted.
    pub(super) fn check(&self, recursive: bool, all_versions: bool) -> Result<(), Failure> {
        let text = &self.text;
        let message = match &self.item.item {
            ResolvedItem::Folder(_) if !recursive => {
                format!("'{text}' is a folder: '-r' deletes it with its contents")
            }
            ResolvedItem::VersionStack(_) if !all_versions => {
                let count = self.versions.len();
                format!(
                    "'{text}' is a version stack: '--all-versions' deletes its {count} versions; to \
                     delete one of them, pass its ID"
                )
            }
            ResolvedItem::File(_) | ResolvedItem::VersionStack(_) if has_trailing_slash(text) => {
                format!("'{text}' ends with '/', but is a {}", self.kind())
            }
            ResolvedItem::Workspace
            | ResolvedItem::Project(_)
            | ResolvedItem::Folder(_)
            | ResolvedItem::File(_)
            | ResolvedItem::VersionStack(_) => return Ok(()),
            _ => format!("'{text}' has a type that this version cannot delete"),
        };
        Err(Failure::usage(message))
    }

    /// Refuses to delete without a confirmation.
    pub(super) fn unconfirmed(&self) -> Failure {
        let (kind, name, text) = (self.kind(), self.name(), &self.text);
        Failure::usage(match self.is_container() {
            true => {
                format!("'{text}' is a {kind}: pass its name as '--confirm' to delete it: '{name}'")
            }
            false => format!("'--yes' is required to delete '{text}' without a terminal"),
        })
    }

    /// Returns whether the item is a project or a workspace.
    pub(super) const fn is_container(&self) -> bool {
        matches!(self.item.item, ResolvedItem::Workspace | ResolvedItem::Project(_))
    }

    /// Returns whether contents are deleted with the item.
    pub(super) const fn has_contents(&self) -> bool {
        self.is_container() || is_folder(&self.item)
    }

    pub(super) fn name(&self) -> &str {
        name(&self.item)
    }

    pub(super) fn is_named(&self, typed: &str) -> bool {
        normalized(typed) == normalized(self.name())
    }

    pub(super) fn kind(&self) -> String {
        kind(&self.item).replace('_', " ")
    }

    /// Returns the type of the item, its size and its contents.
    pub(super) fn description(&self) -> String {
        let kind = self.kind();
        match (&self.contents, size(&self.item)) {
            (Some(contents), _) => format!("{kind}: {contents}"),
            (None, _) if !self.versions.is_empty() => {
                let size = HumanBytes(self.versions_size);
                format!("{kind}: {} versions, {size}", self.versions.len())
            }
            (None, Some(size)) => format!("{kind}, {}", HumanBytes(size)),
            (None, None) => kind,
        }
    }

    /// Returns the same for JSON.
    pub(super) fn fields(&self) -> Vec<(&'static str, Value)> {
        let mut fields = Vec::new();
        if let Some(contents) = &self.contents {
            fields.push(("contents", contents.json()));
        } else if !self.versions.is_empty() {
            fields.push(("versions", self.versions.len().into()));
            fields.push(("size", self.versions_size.into()));
        } else if let Some(size) = size(&self.item) {
            fields.push(("size", size.into()));
        }
        fields
    }
}
