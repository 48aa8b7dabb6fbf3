//! The roots of a download: a folder, a project, or several items.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use frameio_api::version_stacks::ShowVersionStack;
use frameio_core::{FolderId, VersionStackId};

use super::Root;
use super::driver::TreeDownload;
use super::filtered::text;
use super::local_folder::LocalFolder;
use crate::filter::Bases;
use crate::summary::Ignored;
use crate::{RemotePath, Resolved, ResolvedItem, TransferError, TransferErrorKind, Transfers};

impl TreeDownload {
    pub(super) async fn root(&mut self, mut directory: LocalFolder) {
        match self.tree.root.clone() {
            Root::Folder(account, folder) => {
                let start = |transfers: &Transfers| transfers.walk(&account, &folder);
                let place = (account.clone(), RemotePath::default(), self.decider.bases.clone());
                self.walk(start, place, directory).await;
            }
            Root::Project(account, project) => {
                let start = |transfers: &Transfers| transfers.walk_project(&account, &project);
                let place = (account.clone(), RemotePath::default(), self.decider.bases.clone());
                self.walk(start, place, directory).await;
            }
            Root::Items(items) => {
                for name in items.iter().filter_map(|item| item.path.names().last()) {
                    directory.reserve(name);
                }
                let mut taken = HashSet::new();
                for item in items {
                    if taken.insert(item.location().id) {
                        self.item(item, &mut directory).await;
                    }
                }
            }
        }
    }

    /// Downloads a file, or a folder to a directory of its name.
    async fn item(&mut self, item: Resolved, directory: &mut LocalFolder) {
        let account = &item.account_id;
        let name = item.path.names().last().map_or("", |name| name);
        let bases = Bases::new(Some(name), Path::new(&text(&item.path)));
        if let Some(file) = item.file() {
            let reason = self.ignored(&bases, ("", file));
            if reason == Some(Ignored::Excluded) && !self.decider.matcher.include(&bases, "") {
                let message = "it does not match the patterns to include";
                let error = TransferError::new(TransferErrorKind::Invalid, message);
                let error = error.of_file(&file.id);
                return self.failed(item.path.clone(), PathBuf::new(), error);
            }
            if let Some(reason) = reason {
                return self.ignore(item.path.clone(), Some(file), reason);
            }
        }
        if let Some(file) = item.file() {
            let remote = item.path.clone();
            let above = self.folder_above(&item).await;
            if let Err(error) = self.enter(account, above.as_ref(), &directory.path.clone()).await {
                return self.failed(remote, directory.path.clone(), error);
            }
            if let (ResolvedItem::VersionStack(stack), true) = (&item.item, self.chooses_versions())
            {
                return self.versions(account, stack, remote, directory).await;
            }
            let name = (&*file.name, file.id.as_str());
            self.named((account, file, remote), (directory, None), name).await;
            return;
        }
        let Some(folder) = item.folder_id() else {
            let message =
                "it is not a file, folder or project, or it is a version stack without a head";
            let error = TransferError::new(TransferErrorKind::Invalid, message);
            return self.failed(item.path, PathBuf::new(), error);
        };
        if let Some(reason) = self.decider.matcher.exclude(&bases, "", true) {
            return self.ignore(item.path, None, reason);
        }
        let local = directory.item(name, folder.as_str());
        let root = match self.directory(&local).await {
            Ok(root) => self.enter(account, Some(folder), &local).await.map(|()| root),
            Err(error) => Err(error),
        };
        match root {
            Ok(root) => {
                let start = |transfers: &Transfers| transfers.walk(account, folder);
                self.walk(start, (account.clone(), item.path.clone(), bases), root).await;
            }
            Err(error) => self.failed(item.path, local, error),
        }
    }

    /// Returns the folder of a file or a version stack, if files are recorded.
    async fn folder_above(&self, item: &Resolved) -> Option<FolderId> {
        self.tree.options.states.as_ref()?;
        let parent = item.parent_id()?;
        if matches!(item.item, ResolvedItem::VersionStack(_)) {
            return Some(FolderId::from(parent));
        }
        // A file that is given by its id may be in a version stack.
        let stack = ShowVersionStack::new(&item.account_id, VersionStackId::from(parent.clone()));
        match self.transfers.inner.client.send(stack).await {
            Ok(stack) => stack.parent_id,
            Err(_) => Some(FolderId::from(parent)),
        }
    }
}
