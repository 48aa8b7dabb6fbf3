//! Local names of items whose remote folder has other items that the local file may belong to.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use frameio_api::assets::Asset;
use frameio_api::folders::ListFolderChildren;
use frameio_core::{AccountId, FileId, FolderId};

use super::decide::Decider;
use super::driver::TreeDownload;
use super::local_folder::LocalFolder;
use crate::Item;
use crate::existing::LocalTarget;

/// Items of a remote folder.
#[derive(Debug, Default)]
pub(super) struct Siblings {
    names: HashSet<String>,
    /// Files and heads of version stacks.
    files: HashSet<FileId>,
}

/// A file with a temporary name, because its name belongs to another file of the folder.
pub(super) struct Unnamed {
    name: PathBuf,
    decider: Decider,
    /// Result, when the file is done.
    pub(super) item: Option<Item>,
}

impl TreeDownload {
    /// Returns the local path of an item: that of an existing file with its name, unless this file belongs
    /// to another item of the folder.
    pub(super) async fn local_path(
        &mut self,
        (account, folder): (&AccountId, &FolderId),
        parent: &mut LocalFolder,
        (name, id, file): (&str, &str, Option<&FileId>),
    ) -> PathBuf {
        let Some(existing) = parent.existing_name(name) else { return parent.item(name, id) };
        let recorded = self.recorded(&parent.path.join(&existing));
        let recorded = recorded.filter(|recorded| file.is_some_and(|file| file != recorded));
        if existing == name && recorded.is_none() {
            return parent.item(name, id);
        }
        if parent.siblings.is_none() {
            parent.siblings = Some(self.siblings(account, folder).await);
        }
        let Some(siblings) = &parent.siblings else { return parent.item(name, id) };
        if existing != name && siblings.names.contains(&existing) {
            return parent.other_item(name, id);
        }
        if !recorded.is_some_and(|recorded| siblings.files.contains(&recorded)) {
            return parent.item(name, id);
        }
        let local = parent.other_item(name, id);
        let unnamed =
            Unnamed { name: parent.path.join(existing), decider: self.decider.clone(), item: None };
        self.unnamed.insert(local.clone(), unnamed);
        local
    }

    /// Renames files whose names belonged to files that have been renamed since, and reports them.
    pub(super) async fn name_files(&mut self) {
        for (local, unnamed) in std::mem::take(&mut self.unnamed) {
            let Unnamed { name, decider, item } = unnamed;
            let Some(mut item) = item else { continue };
            if is_renamed(&decider, &local, &name).await {
                item.local = name;
            }
            self.report(item);
        }
    }

    /// Returns the remote file of a local file, according to its record.
    fn recorded(&self, local: &Path) -> Option<FileId> {
        let state = self.decider.state.as_ref()?;
        state.record(&state.key(local)).map(|record| record.file_id)
    }

    /// Lists a folder. An error is reported by the walk, which lists the folder too.
    async fn siblings(&self, account: &AccountId, folder: &FolderId) -> Siblings {
        let list = ListFolderChildren::new(account, folder).page_size(500);
        let mut items = self.transfers.inner.client.items(list).strict(true);
        let mut siblings = Siblings::default();
        while let Some(asset) = items.next().await {
            let Ok(asset) = asset else { break };
            siblings.names.insert(asset.name().to_owned());
            match asset {
                Asset::File(file) => drop(siblings.files.insert(file.id)),
                Asset::VersionStack(stack) => {
                    siblings.files.extend(stack.head_version.map(|head| head.id));
                }
                _ => {}
            }
        }
        siblings
    }
}

/// Gives a file its name, if the name is free by now.
async fn is_renamed(decider: &Decider, local: &Path, name: &Path) -> bool {
    let from = decider.key(local);
    let Some(record) = decider.state.as_ref().and_then(|state| state.record(&from)) else {
        return false;
    };
    matches!(LocalTarget::inspect(name).await, Ok(LocalTarget::Missing))
        && !decider.dry_run
        && decider.rename(&from, record, name).await.is_ok()
}
