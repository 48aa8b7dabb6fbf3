//! Counts of the contents of folders, projects and workspaces.

use std::fmt;
use std::time::Duration;

use frameio::assets::Asset;
use frameio::projects::ListProjects;
use frameio::transfer::{Resolved, ResolvedItem, Transfers, Walk};
use frameio::{Client, FolderId};
use indicatif::HumanBytes;
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::report::activity::ShownWalk;
use crate::report::counted;

/// Time after which the counts of a large folder are shown as they are.
const PATIENCE: Duration = Duration::from_secs(30);

/// Number and size of the items in a folder, project or workspace.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    projects: u64,
    folders: u64,
    files: u64,
    stacks: u64,
    /// Size of the files, and of the newest versions of stacks.
    size: u64,
    /// Whether some items were not counted.
    is_incomplete: bool,
}

impl Contents {
    /// Counts the contents of a folder, project or workspace.
    pub(super) async fn count(client: &Client, transfers: &Transfers, item: &Resolved) -> Self {
        let mut this = Self::default();
        let counted = tokio::time::timeout(PATIENCE, this.add_all(client, transfers, item)).await;
        if !matches!(counted, Ok(Ok(()))) {
            this.is_incomplete = true;
        }
        this
    }

    async fn add_all(
        &mut self,
        client: &Client,
        transfers: &Transfers,
        item: &Resolved,
    ) -> Result<(), Failure> {
        let account = &item.account_id;
        let roots: Vec<FolderId> = match &item.item {
            ResolvedItem::Workspace => {
                let list = ListProjects::new(account, &item.workspace_id).page_size(100);
                let (mut projects, mut roots) = (client.items(list).strict(true), Vec::new());
                while let Some(project) = projects.next().await {
                    self.projects += 1;
                    roots.push(project?.root_folder_id);
                }
                roots
            }
            _ => item.folder_id().cloned().into_iter().collect(),
        };
        for root in roots {
            self.add(transfers.walk(account, root)).await;
        }
        Ok(())
    }

    async fn add(&mut self, walk: Walk) {
        let mut walk = walk.skip_undecodable(true);
        let shown = ShownWalk::start();
        while let Some(entry) = walk.next().await {
            shown.found();
            match entry.map(|entry| entry.asset) {
                Ok(Asset::Folder(_)) => self.folders += 1,
                Ok(Asset::VersionStack(stack)) => {
                    self.stacks += 1;
                    self.size += stack.head_version.map_or(0, |head| head.file_size);
                }
                Ok(Asset::File(file)) => {
                    self.files += 1;
                    self.size += file.file_size;
                }
                Ok(_) | Err(_) => self.is_incomplete = true,
            }
        }
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "projects": self.projects, "folders": self.folders, "files": self.files,
            "version_stacks": self.stacks, "size": self.size, "complete": !self.is_incomplete,
        })
    }
}

impl fmt::Display for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_incomplete {
            f.write_str("at least ")?;
        }
        let parts: Vec<_> = [
            (self.projects, "project"),
            (self.files, "file"),
            (self.stacks, "version stack"),
            (self.folders, "folder"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
        match parts.is_empty() {
            true => f.write_str("empty"),
            false => write!(f, "{}, {}", parts.join(", "), HumanBytes(self.size)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn describes_contents() {
        assert_eq!(Contents::default().to_string(), "empty");
        let contents =
            Contents { folders: 1, files: 12, stacks: 2, size: 2048, ..Contents::default() };
        assert_eq!(contents.to_string(), "12 files, 2 version stacks, 1 folder, 2.00 KiB");
        let incomplete = Contents { is_incomplete: true, ..contents };
        assert!(incomplete.to_string().starts_with("at least 12 files"), "{incomplete}");
    }
}
