//! `frameio restore`: restores recently deleted files, folders and version stacks.

mod row;
mod trash;

use frameio::ProjectId;
use frameio::transfer::{RemotePath, Resolved, ResolvedItem, Transfers};

use self::row::DeletedRow;
use self::trash::{TakenNames, Trash};
use super::assets::Locations;
use super::changes::{Refusals, Results};
use crate::args::{AccountArg, FormatArgs, GlobalArgs};
use crate::completion;
use crate::exit::Failure;
use crate::report::{Reporter, SkippedItems};
use crate::resolver::Resolver;
use crate::shutdown;

pub(super) const HELP: &str = "\
Examples:
  frameio restore '/Film/The Crossing' --list
  frameio restore '/Film/The Crossing' 'Poster.png'

Without a name or ID, lists what can be restored, the newest deletion first. An item returns to the
folder that contained it. If that folder is deleted too, restore the folder first: it returns with its
contents, and a version stack with its deleted versions. Nothing is restored if one of the names or IDs is
missing; an item is not restored if its folder contains another one of its name.

Experimental: restoring uses operations that the service may change or withdraw. The list is stable.
The API cannot restore projects and workspaces.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Project: /Workspace/Project, or an ID
    #[arg(add = completion::place())]
    project: String,
    /// Names or IDs of deleted items, or the paths that they had
    #[arg(value_name = "NAME|ID")]
    items: Vec<String>,
    /// List the items that can be restored
    #[arg(long, conflicts_with = "items")]
    list: bool,
    /// Restore items although their folder contains others of the same name
    #[arg(long)]
    allow_duplicates: bool,
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
    let reporter = match list {
        Some(_) => Reporter::text(),
        None => args.format.changes()?,
    };
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
    let mut results = Results::new("restore", reporter);
    let (mut found, mut refused) = (Vec::new(), Refusals::new(args.items.len()));
    for text in &args.items {
        match trash.find(text) {
            Ok(asset) => found.push(asset),
            Err(failure) => refused.add(text, failure)?,
        }
    }
    results.check(refused)?;
    let found = trash.in_order(found);
    let mut names = TakenNames::new(args.allow_duplicates);
    let ended = shutdown::interruptible(async {
        let mut locations = Locations::new(&client, trash.account.clone());
        for asset in found {
            match trash.restore(&client, &mut locations, &mut names, asset).await {
                Ok(change) => results.done(&change),
                Err(failure) => results.failed(asset.name(), failure)?,
            }
        }
        Ok::<_, Failure>(())
    })
    .await;
    results.finish(ended)
}

/// Returns the ID of a project. The deleted items of a folder cannot be listed by themselves.
fn project(place: &Resolved) -> Result<&ProjectId, Failure> {
    match (&place.item, &place.project_id) {
        (ResolvedItem::Project(project), _) => Ok(&project.id),
        (_, None) => {
            let message = format!("'{}' is a workspace: pass one of its projects", place.path);
            Err(Failure::usage(message))
        }
        (_, Some(_)) => {
            let project = RemotePath::new(place.path.names().iter().take(2));
            let message = format!("'{}' is not a project: pass '{project}'", place.path);
            Err(Failure::usage(message))
        }
    }
}
