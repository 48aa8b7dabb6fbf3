//! `frameio restore`: restores recently deleted files, folders and version stacks.

use std::cmp::Reverse;

use frameio::assets::DeletedAsset;
use frameio::experimental::files::RestoreFile;
use frameio::experimental::folders::RestoreFolder;
use frameio::experimental::version_stacks::RestoreVersionStack;
use frameio::projects::{DeletedAssetSort, ListDeletedAssets};
use frameio::transfer::{Resolved, Transfers};
use frameio::{AccountId, AssetId, Client, ProjectId};

use super::assets::{Change, Locations, Results};
use crate::args::{AccountArg, FormatArgs, GlobalArgs};
use crate::commands::by_name::normalized;
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::{Cell, Column, Reporter, Row, SkippedItems};
use crate::resolver::Resolver;
use crate::shutdown;

pub(super) const HELP: &str = "\
Examples:
  frameio restore '/Film/The Crossing' --list
  frameio restore '/Film/The Crossing' 'Poster.png'

Without a name or ID, lists what can be restored, the newest deletion first. An item returns to the
folder that contained it. If that folder is deleted too, restore the folder first: it returns with its
contents.

Experimental: restoring uses operations that the service may change or withdraw. The list is stable.
The API cannot restore projects and workspaces.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Project: /Workspace/Project, or an ID
    #[arg(add = completion::place())]
    project: String,
    /// Names or IDs of deleted items
    #[arg(value_name = "NAME|ID")]
    items: Vec<String>,
    /// List the items that can be restored
    #[arg(long, conflicts_with = "items")]
    list: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let list = match args.list || args.items.is_empty() {
        true => Some(args.format.list()?),
        false => None,
    };
    let is_json = list.is_none() && args.format.changes_as_json()?;
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let place = resolver.resolve_for_write(Some(&args.project)).await?;
    let project = project(&place)?.clone();
    let mut skipped = SkippedItems::default();
    let trash = Trash::read(&client, &place.account_id, project, &mut skipped).await?;
    if let Some(mut list) = list {
        trash.assets.iter().try_for_each(|asset| list.push(&DeletedRow(asset)))?;
        list.finish()?;
        return skipped.finish();
    }
    let mut results = Results::new("restore", is_json);
    let mut found = Vec::new();
    for text in &args.items {
        match trash.find(text) {
            Ok(asset) => found.push(asset),
            Err(failure) if failure.status == Status::Usage => return Err(failure),
            Err(failure) => results.failed(text, failure)?,
        }
    }
    // An item can be restored only after the folder that contains it, which was deleted later.
    let is_folder = |asset: &DeletedAsset| matches!(asset, DeletedAsset::Folder(_));
    found.sort_by_key(|asset| (Reverse(asset.deleted_at()), !is_folder(asset)));
    found.dedup_by_key(|asset| asset.id());
    let ended = shutdown::interruptible(async {
        let mut locations = Locations::new(&client, trash.account.clone());
        for asset in found {
            if let Err(failure) = trash.restore(&client, &mut locations, &mut results, asset).await
            {
                results.failed(asset.name(), failure)?;
            }
        }
        Ok::<_, Failure>(())
    })
    .await;
    results.finish(ended)
}

/// Returns the project of a place.
fn project(place: &Resolved) -> Result<&ProjectId, Failure> {
    place.project_id.as_ref().ok_or_else(|| {
        Failure::usage(format!("'{}' is a workspace: pass one of its projects", place.path))
    })
}

/// Deleted items of a project.
struct Trash {
    account: AccountId,
    project: ProjectId,
    assets: Vec<DeletedAsset>,
}

impl Trash {
    async fn read(
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

    /// Finds an item by its id or name.
    fn find(&self, text: &str) -> Result<&DeletedAsset, Failure> {
        if let Some(asset) = self.assets.iter().find(|asset| asset.id().as_str() == text) {
            return Ok(asset);
        }
        let is_named = |asset: &&DeletedAsset| normalized(asset.name()) == normalized(text);
        let named: Vec<_> = self.assets.iter().filter(is_named).collect();
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
                    "{} deleted items are named '{text}'; pass the ID of one of them: {}",
                    ids.len(),
                    ids.join(", ")
                )))
            }
        }
    }

    async fn restore(
        &self,
        client: &Client,
        locations: &mut Locations<'_>,
        results: &mut Results,
        asset: &DeletedAsset,
    ) -> Result<(), Failure> {
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
        .map_err(explain)?;
        let location = locations.find(&self.project, parent, &name).await?;
        let path = location.path.unwrap_or(location.visible);
        let change = Change::new("restored", asset.kind(), id.as_str(), &path)
            .detail("experimental")
            .field("experimental", true);
        results.done(&change);
        Ok(())
    }
}

/// Adds what to do if the parent of an item is deleted.
fn explain(error: frameio::Error) -> Failure {
    let is_conflict = error.is_conflict();
    let failure = Failure::from(error);
    match is_conflict {
        true => {
            let message = format!("{}; restore the folder that contains it first", failure.message);
            Failure::new(failure.status, message)
        }
        false => failure,
    }
}

/// A deleted item in the list.
struct DeletedRow<'a>(&'a DeletedAsset);

impl DeletedRow<'_> {
    const fn size(&self) -> Option<u64> {
        match self.0 {
            DeletedAsset::File(file) => Some(file.file_size),
            _ => None,
        }
    }

    fn parent_id(&self) -> Option<&str> {
        match self.0 {
            DeletedAsset::File(file) => file.parent_id.as_ref().map(AssetId::as_str),
            DeletedAsset::Folder(folder) => folder.parent_id.as_ref().map(|id| id.as_str()),
            DeletedAsset::VersionStack(stack) => stack.parent_id.as_ref().map(|id| id.as_str()),
            _ => None,
        }
    }
}

impl Row for DeletedRow<'_> {
    const COLUMNS: &'static [Column] = &[
        Column::new("name").flexible(),
        Column::new("size").right(),
        Column::new("deleted_at"),
        Column::new("type"),
        Column::new("id"),
        Column::new("parent_id").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            self.0.name().into(),
            Cell::size(self.size()),
            self.0.deleted_at().into(),
            self.0.kind().into(),
            self.0.id().as_str().into(),
            self.parent_id().into(),
        ]
    }
}
