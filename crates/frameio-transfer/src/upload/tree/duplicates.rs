//! Names that exist twice, because another user or machine has created the same ones at the same time.
//!
//! The service accepts several items of a name, and the runs of other machines are unknown until their items
//! are listed. Therefore folders in which this run has created items are listed again at its end.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use frameio_api::assets::AssetSort;
use frameio_api::folders::ListFolderChildren;
use frameio_core::FolderId;

use super::driver::Driver;
use super::remote::{Child, RemoteFolders};
use crate::{Item, Outcome, RemotePath, TransferError, TransferErrorKind};

/// Maximum number of folders that are listed again. The quota allows this number of calls in a minute.
const MAX_FOLDERS: usize = 100;

/// Maximum number of created items that are looked for.
const MAX_CREATED: usize = 10_000;

/// Maximum number of items that are listed in a folder, the newest first.
const MAX_LISTED: usize = 5_000;

/// An item that this run has created.
pub(super) struct Created {
    pub(super) folder: FolderId,
    pub(super) remote: RemotePath,
    pub(super) local: PathBuf,
    pub(super) id: String,
    /// Incomplete files of the name that existed before.
    pub(super) known: Vec<String>,
}

/// Items that this run has created, by their folders.
#[derive(Default)]
pub(super) struct Creations {
    folders: HashMap<FolderId, Vec<Created>>,
    count: usize,
}

impl Creations {
    pub(super) fn add(&mut self, created: Created) {
        let has_room =
            self.folders.len() < MAX_FOLDERS || self.folders.contains_key(&created.folder);
        if self.count < MAX_CREATED && has_room {
            self.count += 1;
            self.folders.entry(created.folder.clone()).or_default().push(created);
        }
    }
}

impl Driver {
    /// Reports created items whose names exist twice.
    pub(super) async fn report_duplicates(&mut self) {
        for (folder, created) in std::mem::take(&mut self.creations.folders) {
            let names: HashSet<&str> = created.iter().filter_map(Created::name).collect();
            let alike = self.folders.named_alike(&folder, &names).await;
            for created in &created {
                let ids = created.name().and_then(|name| alike.get(name));
                if let Some(error) = ids.and_then(|ids| created.conflict(ids)) {
                    let (remote, local) = (created.remote.clone(), created.local.clone());
                    self.done(Item::new(remote, local, Outcome::Conflict(error)));
                }
            }
        }
    }
}

impl RemoteFolders {
    /// Returns the IDs of the newest items with these names. A folder that cannot be listed has none.
    async fn named_alike(
        &self,
        folder: &FolderId,
        names: &HashSet<&str>,
    ) -> HashMap<String, Vec<String>> {
        let list = ListFolderChildren::new(&self.account, folder);
        let list = list.sort(AssetSort::CreatedAtDesc).page_size(500);
        let mut items = self.client.items(list).strict(true);
        let mut alike: HashMap<String, Vec<String>> = HashMap::new();
        for _ in 0..MAX_LISTED {
            let Some(Ok(asset)) = items.next().await else { break };
            if !names.contains(asset.name()) {
                continue;
            }
            // A version stack stands for its head.
            let id = match Child::of(&asset) {
                Some(Child::File(file)) => file.id.as_str().to_owned(),
                _ => asset.id().as_str().to_owned(),
            };
            alike.entry(asset.name().to_owned()).or_default().push(id);
        }
        alike
    }
}

impl Created {
    fn name(&self) -> Option<&str> {
        self.remote.names().last().map(String::as_str)
    }

    /// Returns the conflict with other items of the name, if this one is still there.
    fn conflict(&self, ids: &[String]) -> Option<TransferError> {
        let others: Vec<&str> = ids
            .iter()
            .filter(|id| **id != self.id && !self.known.contains(id))
            .map(String::as_str)
            .collect();
        if others.is_empty() || !ids.contains(&self.id) {
            return None;
        }
        let message = format!(
            "this run has created it as {}, and somebody else at the same time as {}: keep one of them",
            self.id,
            others.join(", ")
        );
        Some(TransferError::new(TransferErrorKind::Conflict, message))
    }
}
