//! Recently deleted items of a project, and the places from which they were deleted.

use std::cmp::Reverse;
use std::collections::HashSet;

use frameio::assets::DeletedAsset;
use frameio::projects::{DeletedAssetSort, ListDeletedAssets};
use frameio::transfer::{Resolved, ResolvedItem};
use frameio::{AccountId, AssetId, Client, ProjectId};

use super::row::{DeletedRow, parent_id};
use crate::commands::assets::{Location, Locations, id, kind};
use crate::commands::by_name::normalized;
use crate::exit::{Failure, Status};
use crate::report::{Reporter, SkippedItems};

/// Deleted items of a project, the newest deletion first.
pub(super) struct Trash<'a> {
    pub(super) account: AccountId,
    pub(super) project: ProjectId,
    /// Folder or version stack that limits the items; `None` for all of the project.
    within: Option<AssetId>,
    place: String,
    assets: Vec<DeletedAsset>,
    locations: Locations<'a>,
}

impl<'a> Trash<'a> {
    /// Lists the deleted items of a project, folder or version stack.
    pub(super) async fn read(
        client: &'a Client,
        place: &Resolved,
        skipped: &mut SkippedItems,
    ) -> Result<Self, Failure> {
        let (project, within) = area(place)?;
        let account = place.account_id.clone();
        let list = ListDeletedAssets::new(&account, &project)
            .sort(DeletedAssetSort::DeletedAtDesc)
            .page_size(100);
        let (mut items, mut assets) = (client.items(list).skip_undecodable(true), Vec::new());
        while let Some(asset) = items.next().await {
            assets.push(asset?);
        }
        skipped.add(&Reporter::text(), items.take_skipped());
        let mut locations = Locations::new(client, account.clone());
        for asset in assets.iter().filter(|asset| is_container(asset)) {
            // The service does not show a deleted folder or version stack.
            locations.add(asset.id(), asset.name(), parent_id(asset));
        }
        let place = place.path.to_string();
        Ok(Self { account, project, within, place, assets, locations })
    }

    /// Returns the place of an item in the project.
    pub(super) async fn location(
        &mut self,
        parent: Option<AssetId>,
        name: &str,
    ) -> Result<Location, Failure> {
        self.locations.find(&self.project, parent, name).await
    }

    /// Returns the items of the place for which `is_wanted` returns true, and where they were.
    pub(super) async fn items(
        &mut self,
        is_wanted: impl Fn(&DeletedAsset) -> bool,
    ) -> Result<Vec<DeletedRow<'_>>, Failure> {
        let Self { assets, locations, project, within, .. } = self;
        let mut rows = Vec::new();
        for asset in assets.iter().filter(|asset| is_wanted(asset)) {
            let location = locations.find(project, parent_id(asset), asset.name()).await?;
            if within.as_ref().is_none_or(|within| location.above.contains(within)) {
                rows.push(DeletedRow { asset, location });
            }
        }
        Ok(rows)
    }

    /// Finds an item of the place by its name or path, or any item by its ID.
    pub(super) async fn find(&mut self, text: &str) -> Result<DeletedAsset, Failure> {
        if let Some(asset) = self.assets.iter().find(|it| it.id().as_str() == text) {
            return Ok(asset.clone());
        }
        let place = self.place.clone();
        let wanted = normalized(text);
        let mut rows = match text.strip_prefix('/') {
            None => self.items(|asset| normalized(asset.name()) == wanted).await?,
            Some(_) => self.items(|_| true).await?,
        };
        if text.starts_with('/') {
            let path = wanted.trim_end_matches('/');
            rows.retain(|it| it.path().is_some_and(|it| normalized(&it) == path));
        }
        // The versions of a stack, which often have its name, are restored with it.
        let ids: HashSet<_> = rows.iter().map(|row| row.asset.id()).collect();
        rows.retain(|row| parent_id(row.asset).is_none_or(|parent| !ids.contains(&parent)));
        match rows.as_slice() {
            [only] => Ok(only.asset.clone()),
            [] => {
                let message = format!(
                    "no deleted item of {place} has this name, path or ID; '--list' lists them"
                );
                Err(Failure::new(Status::NotFound, message))
            }
            several => Err(ambiguous(text, several)),
        }
    }

    /// Adds the deleted versions of version stacks, and sorts items so that each follows its parent.
    ///
    /// The API deletes a version stack with its last version, and the others one by one before.
    pub(super) fn in_order(&self, mut found: Vec<DeletedAsset>) -> Vec<DeletedAsset> {
        let is_stack = |it: &&DeletedAsset| matches!(it, DeletedAsset::VersionStack(_));
        let stacks: HashSet<_> = found.iter().filter(is_stack).map(DeletedAsset::id).collect();
        let is_version = |it: &&DeletedAsset| parent_id(it).is_some_and(|it| stacks.contains(&it));
        found.extend(self.assets.iter().filter(is_version).cloned());
        // A parent was deleted later than the items that were deleted from it.
        found.sort_by_key(|asset| (Reverse(asset.deleted_at()), rank(asset)));
        let mut seen = HashSet::new();
        found.retain(|asset| seen.insert(asset.id()));
        found
    }

    /// Returns the deleted folder or version stack that contained an item.
    pub(super) fn deleted_parent(&self, asset: &DeletedAsset) -> Option<&DeletedAsset> {
        let parent = parent_id(asset)?;
        self.assets.iter().find(|it| it.id().as_str() == parent.as_str())
    }
}

/// Returns the project of a place, and the folder or version stack in it.
fn area(place: &Resolved) -> Result<(ProjectId, Option<AssetId>), Failure> {
    let project = place.project_id.clone().ok_or_else(|| {
        Failure::usage(format!("'{}' is a workspace: pass one of its projects", place.path))
    })?;
    match &place.item {
        ResolvedItem::Project(_) => Ok((project, None)),
        ResolvedItem::Folder(_) | ResolvedItem::VersionStack(_) => {
            Ok((project, Some(AssetId::from(id(place)))))
        }
        _ => {
            let message = format!(
                "'{}' is a {} that is not deleted: pass its project or folder",
                place.path,
                kind(place)
            );
            Err(Failure::usage(message))
        }
    }
}

const fn is_container(asset: &DeletedAsset) -> bool {
    matches!(asset, DeletedAsset::Folder(_) | DeletedAsset::VersionStack(_))
}

/// Returns the position of an item among those that were deleted at the same time.
const fn rank(asset: &DeletedAsset) -> u8 {
    match asset {
        DeletedAsset::Folder(_) => 0,
        DeletedAsset::VersionStack(_) => 1,
        _ => 2,
    }
}

fn ambiguous(text: &str, several: &[DeletedRow<'_>]) -> Failure {
    let describe = |DeletedRow { asset, location }: &DeletedRow<'_>| {
        let at = asset.deleted_at().map(|at| at.to_string()).unwrap_or_default();
        let path = location.path.as_ref().unwrap_or(&location.visible);
        format!("{} ({} {path}, deleted at {at})", asset.id().as_str(), asset.kind())
    };
    let ids: Vec<_> = several.iter().map(describe).collect();
    Failure::usage(format!(
        "{} deleted items are named '{text}'; pass the ID of one of them: {}",
        ids.len(),
        ids.join(", ")
    ))
}
