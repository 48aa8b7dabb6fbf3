//! Local names of items whose remote folder has other items that the local file may belong to.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use frameio_api::assets::Asset;
use frameio_api::folders::ListFolderChildren;
use frameio_core::{AccountId, FileId, FolderId, VersionStackId};

use super::decide::Decider;
use super::driver::TreeDownload;
use super::local_folder::LocalFolder;
use crate::existing::LocalTarget;
use crate::safe_name::{is_local_name, name_with_hash};
use crate::sync_state::SyncState;
use crate::{Item, safe_name};

/// Items of a remote folder.
#[derive(Debug, Default)]
pub(super) struct Siblings {
    names: HashSet<String>,
    /// Files and heads of version stacks.
    files: HashSet<FileId>,
    /// Names of folders.
    folders: HashSet<String>,
}

/// An item that needs a local name.
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) id: &'a str,
    /// The file, or the head of the version stack.
    pub(super) file: Option<&'a FileId>,
    pub(super) is_folder: bool,
}

/// A file with a temporary name, because its name belongs to another file of the folder.
pub(super) struct Unnamed {
    name: PathBuf,
    decider: Decider,
    /// Result, when the file is done.
    pub(super) item: Option<Item>,
}

impl TreeDownload {
    /// Returns the local path of an item: its local name of earlier runs, or that of an existing file with
    /// its name, unless this file belongs to another item of the folder.
    pub(super) async fn local_path(
        &mut self,
        (account, folder): (&AccountId, &FolderId),
        parent: &mut LocalFolder,
        item: Named<'_>,
    ) -> PathBuf {
        let Named { name, id, file, is_folder } = item;
        let safe = safe_name(name);
        if safe != name {
            if let Some(kept) = self.kept(account, parent, &item).await {
                return parent.keep(kept);
            }
            self.list_siblings(account, folder, parent).await;
        }
        let Some(existing) = parent.existing_name(name) else {
            let kept = match parent.is_taken(name) {
                true => self.kept(account, parent, &item).await,
                false => None,
            };
            return parent.keep_or_item(kept, (name, id));
        };
        // Another item had the name of the folder in an earlier run, and its directory has other files.
        if is_folder
            && let Some(kept) = self.kept(account, parent, &item).await
            && parent.has_directory(&kept)
        {
            return parent.keep(kept);
        }
        let has_state = self.decider.state.is_some();
        let is_other_kind = has_state && parent.is_other_kind(&existing, is_folder);
        let recorded = self.recorded(&parent.path.join(&existing));
        let recorded = recorded.filter(|recorded| file.is_some_and(|file| file != recorded));
        if existing == name && recorded.is_none() && !is_other_kind {
            return parent.item(name, id);
        }
        self.list_siblings(account, folder, parent).await;
        let Some(siblings) = &parent.siblings else { return parent.item(name, id) };
        if existing != name && siblings.names.contains(&existing) {
            return parent.other_item(name, id);
        }
        if is_other_kind && (is_folder || siblings.folders.contains(&existing)) {
            return parent.other_item(name, id);
        }
        if !recorded.as_ref().is_some_and(|recorded| siblings.files.contains(recorded)) {
            let kept = match recorded {
                Some(_) => self.kept(account, parent, &item).await,
                None => None,
            };
            return parent.keep_or_item(kept, (name, id));
        }
        let local = parent.other_item(name, id);
        let unnamed =
            Unnamed { name: parent.path.join(existing), decider: self.decider.clone(), item: None };
        self.unnamed.insert(local.clone(), unnamed);
        local
    }

    /// Returns the changed name under which an earlier run has recorded an item.
    async fn kept(
        &self,
        account: &AccountId,
        parent: &LocalFolder,
        item: &Named<'_>,
    ) -> Option<String> {
        let state = self.decider.state.as_ref()?;
        let is_free = |local: &String| {
            is_local_name(local, item.name)
                && !parent.is_given(local)
                && !parent.is_other_kind(local, item.is_folder)
        };
        let Some(file) = item.file else {
            let names = [name_with_hash(item.name, item.id), safe_name(item.name)];
            let is_recorded = |local: &String| self.is_recorded(parent, local, item.id);
            return names.into_iter().find(|local| is_free(local) && is_recorded(local));
        };
        let names = state.names_in(&state.key(&parent.path), file);
        if let Some(kept) = names.into_iter().find(is_free) {
            return Some(kept);
        }
        if file.as_str() == item.id {
            return None;
        }
        // The record of a file that was stacked since is that of an earlier version.
        let names = parent.existing_names().filter(|local| is_free(local));
        let recorded = names.filter_map(|local| {
            Some((local, self.recorded(&parent.path.join(local)).filter(|it| it != file)?))
        });
        let recorded: Vec<_> = recorded.collect();
        if recorded.is_empty() {
            return None;
        }
        let stack = VersionStackId::from(item.id);
        let versions = Box::pin(self.transfers.versions(account, &stack)).await.ok()?;
        let is_version = |id: &FileId| versions.files.iter().any(|version| version.id == *id);
        recorded.into_iter().find(|(_, id)| is_version(id)).map(|(local, _)| local.clone())
    }

    /// Returns whether a folder is recorded for a local directory.
    fn is_recorded(&self, parent: &LocalFolder, local: &str, id: &str) -> bool {
        let folder = |state: &SyncState| state.folder(&state.key(&parent.path.join(local)));
        self.decider.state.as_ref().and_then(folder).is_some_and(|folder| folder.as_str() == id)
    }

    /// Lists the folder of a directory when its items are needed first.
    async fn list_siblings(
        &self,
        account: &AccountId,
        folder: &FolderId,
        parent: &mut LocalFolder,
    ) {
        if parent.siblings.is_none() {
            let siblings = self.siblings(account, folder).await;
            siblings.names.iter().for_each(|name| parent.reserve(name));
            parent.siblings = Some(siblings);
        }
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
                Asset::Folder(folder) => drop(siblings.folders.insert(folder.name)),
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
