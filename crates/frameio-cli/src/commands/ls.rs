//! `frameio ls`: lists the contents of a folder, project or workspace.

use frameio::assets::{Asset, AssetSort};
use frameio::folders::ListFolderChildren;
use frameio::projects::{ListProjects, Project};
use frameio::transfer::{Resolved, ResolvedItem, Transfers};
use frameio::{AccountId, Client, Paged, WorkspaceId};
use serde_json::Value;

use super::asset_row::AssetRow;
use crate::args::{AccountArg, GlobalArgs};
use crate::exit::Failure;
use crate::report::{Record, Reporter, SkippedItems};
use crate::resolver::{Listable, Resolver};

pub(super) const HELP: &str = "\
Examples:
  frameio ls /                                list the workspaces of all accounts
  frameio ls '//My Account'                   list the workspaces of an account
  frameio ls -l '/Film/The Crossing/Dailies'  list a folder with IDs, types and sizes";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder, project or workspace: /Workspace/Project/Folder, / or //Account, or an ID [default: the
    /// profile's project, or else /]
    path: Option<String>,
    /// Show IDs, types and sizes
    #[arg(long, short)]
    long: bool,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountArg,
}

/// Prints a listing, each item as soon as it is received.
struct Listing<'a> {
    client: &'a Client,
    reporter: Reporter,
    is_long: bool,
}

struct Row {
    asset: AssetRow,
    is_long: bool,
}

impl Record for Row {
    fn lines(&self) -> Vec<String> {
        vec![if self.is_long { self.asset.long() } else { self.asset.short() }]
    }

    fn json(&self) -> Value {
        self.asset.json()
    }
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let listing =
        Listing { client: &client, reporter: Reporter::new(args.json), is_long: args.long };
    let listable = match args.path.as_deref() {
        None if !resolver.has_project() => Listable::Root(resolver.account().map(str::to_owned)),
        text => resolver.listable(text).await?,
    };
    let item = match listable {
        Listable::Root(account) => return listing.workspaces(&transfers, account.as_deref()).await,
        Listable::Item(item) => item,
    };
    let account = &item.account_id;
    match (&item.item, item.folder_id()) {
        (ResolvedItem::Workspace, _) => listing.projects(account, &item.workspace_id).await,
        (_, Some(folder)) => {
            let list =
                ListFolderChildren::new(account, folder).sort(AssetSort::NameAsc).page_size(500);
            listing.all(list, AssetRow::new).await
        }
        _ => listing.file(&item),
    }
}

impl Listing<'_> {
    async fn workspaces(
        &self,
        transfers: &Transfers,
        account: Option<&str>,
    ) -> Result<(), Failure> {
        for (_, workspace) in transfers.workspaces(account).await? {
            self.print(AssetRow::container("workspace", workspace.id.as_str(), &workspace.name))?;
        }
        Ok(())
    }

    async fn projects(&self, account: &AccountId, workspace: &WorkspaceId) -> Result<(), Failure> {
        let list = ListProjects::new(account, workspace).page_size(100);
        self.all(list, |it: &Project| AssetRow::container("project", it.id.as_str(), &it.name))
            .await
    }

    async fn all<E: Paged>(
        &self,
        list: E,
        row: impl Fn(&E::Item) -> AssetRow,
    ) -> Result<(), Failure> {
        let mut items = self.client.items(list).skip_undecodable(true);
        let mut skipped = SkippedItems::default();
        while let Some(item) = items.next().await {
            self.print(row(&item?))?;
            skipped.add(&self.reporter, items.take_skipped());
        }
        skipped.add(&self.reporter, items.take_skipped());
        skipped.finish()
    }

    fn file(&self, item: &Resolved) -> Result<(), Failure> {
        match &item.item {
            ResolvedItem::File(file) => self.print(AssetRow::new(&Asset::File(file.clone()))),
            ResolvedItem::VersionStack(stack) => {
                self.print(AssetRow::new(&Asset::VersionStack(stack.clone())))
            }
            _ => Ok(()),
        }
    }

    fn print(&self, asset: AssetRow) -> Result<(), Failure> {
        self.reporter.record(&Row { asset, is_long: self.is_long })
    }
}
