//! `frameio restore`: restores recently deleted files, folders and version stacks.

mod row;
mod trash;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::Future;

use frameio::assets::DeletedAsset;
use frameio::experimental::files::RestoreFile;
use frameio::experimental::folders::RestoreFolder;
use frameio::experimental::version_stacks::RestoreVersionStack;
use frameio::files::ShowFile;
use frameio::folders::ShowFolder;
use frameio::transfer::Transfers;
use frameio::version_stacks::ShowVersionStack;
use frameio::{AssetId, Client, Error, FolderId};

use self::row::{DeletedRow, parent_id};
use self::trash::Trash;
use super::assets::Siblings;
use super::changes::{Change, Refusals, Results, confirmed};
use crate::args::{AccountArg, FormatArgs, GlobalArgs};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::{Reporter, SkippedItems};
use crate::resolver::Resolver;
use crate::shutdown;

pub(super) const HELP: &str = "\
Examples:
  frameio restore '/Film/The Crossing' --list
  frameio restore '/Film/The Crossing/Stills' --list
  frameio restore '/Film/The Crossing' 'Poster.png'
  frameio restore '/Film/The Crossing' '/Film/The Crossing/Stills/Poster.png'

Without an item, lists what can be restored, the newest deletion first. An item returns to the folder
that contained it. If that folder is deleted too, restore the folder first: it returns with its contents.
A version stack returns with its deleted versions. If the folder contains another item of the name, nothing
is restored there without '--allow-duplicates'. Nothing is restored if one of the items is missing.

Experimental: restoring uses operations that the service may change or withdraw. The list is stable.
The API cannot restore projects and workspaces.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Project, or a folder of it: /Workspace/Project, or an ID [default: the profile's project]
    #[arg(add = completion::place())]
    place: Option<String>,
    /// Names or IDs of deleted items of the place, or the paths that they had
    #[arg(value_name = "ITEM")]
    items: Vec<String>,
    /// List the items that can be restored
    #[arg(long, conflicts_with = "items")]
    list: bool,
    /// Permit several items of the same name in a folder
    #[arg(long, conflicts_with = "list")]
    allow_duplicates: bool,
    #[command(flatten)]
    format: FormatArgs<DeletedRow<'static>>,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let list = match args.list || args.items.is_empty() {
        true => Some(args.format.list()?),
        false => None,
    };
    let reporter = match list {
        Some(_) => Reporter::text(),
        None => args.format.changes()?,
    };
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let place = resolver.resolve_for_write(args.place.as_deref()).await?;
    let mut skipped = SkippedItems::default();
    let mut trash = Trash::read(&client, &place, &mut skipped).await?;
    if let Some(mut list) = list {
        trash.items(|_| true).await?.iter().try_for_each(|row| list.push(row))?;
        list.finish()?;
        return skipped.finish();
    }
    let mut results = Results::new("restore", reporter);
    let (mut found, mut refused) = (Vec::new(), Refusals::new(args.items.len()));
    for text in &args.items {
        match trash.find(text).await {
            Ok(asset) => found.push(asset),
            Err(failure) => refused.add(text, failure)?,
        }
    }
    results.check(refused)?;
    let items = trash.in_order(found);
    let siblings = (!args.allow_duplicates).then(HashMap::new);
    let mut restoration = Restoration { client: &client, trash, siblings };
    let ended = shutdown::interruptible(async {
        for asset in &items {
            match restoration.restore(asset).await {
                Ok(change) => results.done(&change),
                Err(failure) => results.failed(asset.name(), failure)?,
            }
        }
        Ok::<_, Failure>(())
    })
    .await;
    results.finish(ended)
}

/// A run that restores items.
struct Restoration<'a> {
    client: &'a Client,
    trash: Trash<'a>,
    /// Names in the folders that receive items; `None` if several items may have a name.
    siblings: Option<HashMap<FolderId, Siblings>>,
}

impl Restoration<'_> {
    /// Restores an item, unless another one in its folder has its name.
    async fn restore(&mut self, asset: &DeletedAsset) -> Result<Change, Failure> {
        self.check_name(asset).await?;
        let restored = self.send(asset).await;
        let (name, parent) = restored.map_err(|failure| self.explain(asset, failure))?;
        let siblings = self.siblings.as_mut().zip(folder_id(asset));
        if let Some(siblings) = siblings.and_then(|(known, folder)| known.get_mut(&folder)) {
            siblings.add(&name, asset.id().as_str(), asset.kind());
        }
        let location = self.trash.location(parent, &name).await?;
        let path = location.path.unwrap_or(location.visible);
        let change = Change::new("restored", asset.kind(), asset.id().as_str(), &path);
        Ok(change.detail("experimental").field("experimental", true))
    }

    /// Refuses a name that another item of the folder has: paths to both would be ambiguous.
    async fn check_name(&mut self, asset: &DeletedAsset) -> Result<(), Failure> {
        let Some(known) = &mut self.siblings else { return Ok(()) };
        let Some(folder) = folder_id(asset) else { return Ok(()) };
        let siblings = match known.entry(folder) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let account = &self.trash.account;
                match Siblings::list(self.client, account, entry.key()).await {
                    Ok(siblings) => entry.insert(siblings),
                    // A deleted folder, or a version stack, in which names need not differ.
                    Err(failure) if failure.status == Status::NotFound => return Ok(()),
                    Err(failure) => return Err(failure),
                }
            }
        };
        if let Some(other) = siblings.named(asset.name()).first() {
            let (kind, id) = (other.kind.replace('_', " "), &other.id);
            let message = format!(
                "its folder contains a {kind} of this name ({id}); paths to both would be ambiguous \
                 ('--allow-duplicates' permits it)"
            );
            return Err(Failure::new(Status::Conflict, message));
        }
        Ok(())
    }

    /// Restores an item, and returns its name and parent.
    async fn send(&self, asset: &DeletedAsset) -> Result<(String, Option<AssetId>), Failure> {
        let (client, account) = (self.client, &self.trash.account);
        Ok(match asset {
            DeletedAsset::File(file) => {
                let sent = client.send(RestoreFile::new(account, &file.id));
                let show = async || client.send(ShowFile::new(account, &file.id)).await;
                let file = restored(sent, show, file.id.as_str()).await?;
                (file.name, file.parent_id)
            }
            DeletedAsset::Folder(folder) => {
                let sent = client.send(RestoreFolder::new(account, &folder.id));
                let show = async || client.send(ShowFolder::new(account, &folder.id)).await;
                let folder = restored(sent, show, folder.id.as_str()).await?;
                (folder.name, folder.parent_id.map(Into::into))
            }
            DeletedAsset::VersionStack(stack) => {
                let sent = client.send(RestoreVersionStack::new(account, &stack.id));
                let show = async || client.send(ShowVersionStack::new(account, &stack.id)).await;
                let stack = restored(sent, show, stack.id.as_str()).await?;
                (stack.name, stack.parent_id.map(Into::into))
            }
            _ => {
                let message = format!("items of type '{}' are not supported", asset.kind());
                return Err(Failure::new(Status::Other, message));
            }
        })
    }

    /// Names the deleted parent of an item that the service did not restore.
    fn explain(&self, asset: &DeletedAsset, failure: Failure) -> Failure {
        let parent = self.trash.deleted_parent(asset);
        let Some(parent) = parent.filter(|_| failure.status == Status::Refused) else {
            return failure;
        };
        let (kind, name, id) = (parent.kind().replace('_', " "), parent.name(), parent.id());
        let message = format!(
            "the {kind} '{name}' ({}) that contained it is deleted: restore it first ({})",
            id.as_str(),
            failure.message
        );
        Failure::new(failure.status, message)
    }
}

/// Returns a restored item. If the response is lost, reads the item, which is not found while it is deleted.
async fn restored<T>(
    sent: impl Future<Output = Result<T, Error>>,
    show: impl AsyncFn() -> Result<T, Error>,
    id: &str,
) -> Result<T, Failure> {
    let find = async || match show().await {
        Ok(item) => Ok(Some(item)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    };
    confirmed(sent, &format!("frameio open --print {id}"), find).await
}

/// Returns the folder that contained an item, or the version stack that contained a file.
fn folder_id(asset: &DeletedAsset) -> Option<FolderId> {
    parent_id(asset).map(|id| FolderId::from(id.as_str()))
}
