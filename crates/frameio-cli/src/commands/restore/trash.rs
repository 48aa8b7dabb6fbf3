//! The recently deleted items of a project.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use frameio::assets::DeletedAsset;
use frameio::experimental::files::RestoreFile;
use frameio::experimental::folders::RestoreFolder;
use frameio::experimental::version_stacks::RestoreVersionStack;
use frameio::projects::{DeletedAssetSort, ListDeletedAssets};
use frameio::transfer::Locator;
use frameio::{AccountId, AssetId, Client, FolderId, ProjectId};

use crate::commands::assets::{Locations, Siblings};
use crate::commands::by_name::normalized;
use crate::commands::changes::Change;
use crate::exit::{Failure, Status};
use crate::report::{Reporter, SkippedItems};

/// Deleted items of a project.
pub(super) struct Trash {
    pub(super) account: AccountId,
    project: ProjectId,
    pub(super) assets: Vec<DeletedAsset>,
}

impl Trash {
    pub(super) async fn read(
        client: &Client,
        account: &AccountId,
        project: ProjectId,
        skipped: &mut SkippedItems,
    ) -> Result<Self, Failure> {
        let list = ListDeletedAssets::new(account, &project)
            .sort(DeletedAssetSort::DeletedAtDesc)
            .page_size(100);
        let (mut items, mut assets) = (client.items(list).skip_undecodable(true), Vec::new());
        while let Some(asset) = items.next().await {
            assets.push(asset?);
        }
        skipped.add(&Reporter::text(), items.take_skipped());
        Ok(Self { account: account.clone(), project, assets })
    }

    /// Finds an item by its ID, its name, or the path that it had.
    pub(super) fn find(&self, text: &str) -> Result<&DeletedAsset, Failure> {
        if let Some(asset) = self.assets.iter().find(|asset| asset.id().as_str() == text) {
            return Ok(asset);
        }
        let name = match text.parse::<Locator>() {
            Ok(Locator::Path { path, .. }) => path.names().last().cloned(),
            _ => None,
        };
        let name = name.as_deref().unwrap_or(text);
        let is_named = |asset: &&DeletedAsset| normalized(asset.name()) == normalized(name);
        let mut named: Vec<_> = self.assets.iter().filter(is_named).collect();
        // The versions of a stack are restored with it.
        let ids: Vec<_> = named.iter().map(|asset| asset.id()).collect();
        named.retain(|asset| {
            !parent_id(asset).is_some_and(|id| ids.iter().any(|it| it.as_str() == id))
        });
        match named.as_slice() {
            [only] => Ok(only),
            [] => {
                let message =
                    "no deleted item of the project has this name or ID; '--list' lists them";
                Err(Failure::new(Status::NotFound, message))
            }
            several => {
                let describe = |asset: &&DeletedAsset| {
                    let at = asset.deleted_at().map(|at| at.to_string()).unwrap_or_default();
                    format!("{} ({}, deleted at {at})", asset.id().as_str(), asset.kind())
                };
                let ids: Vec<_> = several.iter().map(describe).collect();
                Err(Failure::usage(format!(
                    "{} deleted items are named '{name}'; pass the ID of one of them: {}",
                    ids.len(),
                    ids.join(", ")
                )))
            }
        }
    }

    /// Adds the versions of stacks, which are deleted one by one, and sorts the items: one can be restored only
    /// after the folder or stack that contains it, which was deleted later.
    pub(super) fn in_order<'a>(&'a self, chosen: Vec<&'a DeletedAsset>) -> Vec<&'a DeletedAsset> {
        let stacks = chosen.iter().filter(|it| matches!(it, DeletedAsset::VersionStack(_)));
        let stacks: HashSet<_> = stacks.map(|stack| stack.id()).collect();
        let is_version = |asset: &&DeletedAsset| {
            parent_id(asset).is_some_and(|id| stacks.iter().any(|stack| stack.as_str() == id))
        };
        let versions = self.assets.iter().filter(is_version);
        let mut items: Vec<_> = chosen.iter().copied().chain(versions).collect();
        let is_file = |asset: &DeletedAsset| matches!(asset, DeletedAsset::File(_));
        items.sort_by_key(|asset| (Reverse(asset.deleted_at()), is_file(asset)));
        let mut seen = HashSet::new();
        items.retain(|asset| seen.insert(asset.id()));
        items
    }

    /// Restores an item, unless its folder has another one of its name.
    pub(super) async fn restore(
        &self,
        client: &Client,
        locations: &mut Locations<'_>,
        names: &mut TakenNames,
        asset: &DeletedAsset,
    ) -> Result<Change, Failure> {
        names.check(client, &self.account, asset).await?;
        let (account, id) = (&self.account, asset.id());
        let (name, parent): (String, Option<AssetId>) = match asset {
            DeletedAsset::File(file) => {
                let file = client.send(RestoreFile::new(account, &file.id)).await;
                file.map(|it| (it.name, it.parent_id))
            }
            DeletedAsset::Folder(folder) => {
                let folder = client.send(RestoreFolder::new(account, &folder.id)).await;
                folder.map(|it| (it.name, it.parent_id.map(Into::into)))
            }
            DeletedAsset::VersionStack(stack) => {
                let stack = client.send(RestoreVersionStack::new(account, &stack.id)).await;
                stack.map(|it| (it.name, it.parent_id.map(Into::into)))
            }
            _ => {
                let message = format!("items of type '{}' are not supported", asset.kind());
                return Err(Failure::new(Status::Other, message));
            }
        }
        .map_err(|error| self.explain(error, asset))?;
        let location = locations.find(&self.project, parent, &name).await?;
        let path = location.path.unwrap_or(location.visible);
        Ok(Change::new("restored", asset.kind(), id.as_str(), &path)
            .detail("experimental")
            .field("experimental", true))
    }

    /// Adds what to do if the parent of an item is deleted.
    fn explain(&self, error: frameio::Error, asset: &DeletedAsset) -> Failure {
        let is_conflict = error.is_conflict();
        let failure = Failure::from(error);
        if !is_conflict {
            return failure;
        }
        let is_parent = |it: &&DeletedAsset| Some(it.id().as_str()) == parent_id(asset);
        let first = match self.assets.iter().find(is_parent) {
            Some(parent) => format!("the {} '{}'", parent.kind().replace('_', " "), parent.name()),
            None => "the folder that contains it".to_owned(),
        };
        Failure::new(failure.status, format!("{}; restore {first} first", failure.message))
    }
}

/// Names in the folders that receive restored items.
pub(super) struct TakenNames {
    /// Whether several items of a name are permitted.
    allows_duplicates: bool,
    folders: HashMap<String, Siblings>,
}

impl TakenNames {
    pub(super) fn new(allows_duplicates: bool) -> Self {
        Self { allows_duplicates, folders: HashMap::new() }
    }

    /// Refuses a name that the folder of an item has: paths to both would be ambiguous.
    async fn check(
        &mut self,
        client: &Client,
        account: &AccountId,
        asset: &DeletedAsset,
    ) -> Result<(), Failure> {
        let Some(parent) = parent_id(asset).filter(|_| !self.allows_duplicates) else {
            return Ok(());
        };
        if !self.folders.contains_key(parent) {
            let siblings = match Siblings::list(client, account, &FolderId::from(parent)).await {
                Ok(siblings) => siblings,
                // A version stack, or a folder that is deleted too.
                Err(failure) if failure.status == Status::NotFound => return Ok(()),
                Err(failure) => return Err(failure),
            };
            self.folders.insert(parent.to_owned(), siblings);
        }
        let siblings = self.folders.entry(parent.to_owned()).or_default();
        if let Some(other) = siblings.named(asset.name()).first() {
            let kind = other.kind.replace('_', " ");
            let message = format!(
                "its folder contains a {kind} of this name ({}); paths to both would be ambiguous \
                 ('--allow-duplicates' permits it)",
                other.id
            );
            return Err(Failure::new(Status::Conflict, message));
        }
        siblings.add(asset.name(), asset.id().as_str(), asset.kind());
        Ok(())
    }
}

/// Returns the ID of the folder or version stack that contained an item.
pub(super) fn parent_id(asset: &DeletedAsset) -> Option<&str> {
    match asset {
        DeletedAsset::File(file) => file.parent_id.as_ref().map(AssetId::as_str),
        DeletedAsset::Folder(folder) => folder.parent_id.as_ref().map(|id| id.as_str()),
        DeletedAsset::VersionStack(stack) => stack.parent_id.as_ref().map(|id| id.as_str()),
        _ => None,
    }
}
