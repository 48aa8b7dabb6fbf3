//! `frameio ls`: lists the contents of a folder, project or workspace.

use frameio::assets::{Asset, AssetSort};
use frameio::folders::ListFolderChildren;
use frameio::projects::{ListProjects, Project};
use frameio::transfer::{RemotePath, Resolved, ResolvedItem, Transfers};
use frameio::version_stacks::ListVersions;
use frameio::{AccountId, Client, Paged, VersionStackId};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::asset_row::{AssetRow, Version};
use crate::args::{AccountArg, FormatArgs, GlobalArgs};
use crate::completion;
use crate::config::IDS_IGNORED;
use crate::exit::Failure;
use crate::report::{List, SkippedItems};
use crate::resolver::{Listable, Resolver};

pub(super) const HELP: &str = "\
Examples:
  frameio ls /                                      list the workspaces of all accounts
  frameio ls '//Demo Account'                       list the workspaces of an account
  frameio ls -l '/Film/The Crossing/Cuts'           list a folder with versions, types and IDs
  frameio ls --versions '/Film/The Crossing/Cuts'   list each version of the cuts
  frameio ls '/Film/The Crossing' --columns name,id --format csv
  frameio ls '/Film/The Crossing' --jq 'select(.type == \"file\") | .name'

Columns: name, size, status, updated_at; with --long also versions, type and id. url has to be named.
The number of versions costs a call for each version stack, and --versions two, so every format has it
with --long or '--columns versions' only. The service documents no
order of versions: 'v?' is shown where it is unknown.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder, project or workspace: /Workspace/Project/Folder, / or //Account, an ID or a link [default:
    /// the profile's project, or else /]
    #[arg(add = completion::place())]
    path: Option<String>,
    /// Also show the number of versions, types and IDs
    #[arg(long, short)]
    long: bool,
    /// List the versions of each version stack below it, numbered from the oldest
    #[arg(long)]
    versions: bool,
    #[command(flatten)]
    format: FormatArgs<AssetRow>,
    #[command(flatten)]
    account: AccountArg,
}

/// Number of concurrent calls for the versions of stacks.
const CONCURRENCY: usize = 4;

/// Number of items whose versions are counted together.
const CHUNK: usize = 50;

/// Prints a listing, each item as soon as it is received.
struct Listing<'a> {
    client: &'a Client,
    list: List<AssetRow>,
    counts_versions: bool,
    /// Lists the versions of stacks.
    transfers: Option<&'a Transfers>,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let list = args.format.long_list::<AssetRow>(args.long)?;
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let counts_versions = list.is_chosen("versions");
    let mut listing = Listing {
        client: &client,
        list,
        counts_versions,
        transfers: args.versions.then_some(&transfers),
    };
    let listable = match args.path.as_deref() {
        None if !resolver.has_base() => {
            if resolver.ignores_profile() {
                listing.list.reporter().note(IDS_IGNORED);
            }
            Listable::Root(resolver.account().map(str::to_owned))
        }
        text => resolver.listable(text).await?,
    };
    let mut skipped = SkippedItems::default();
    match listable {
        Listable::Root(account) => listing.workspaces(&transfers, account.as_deref()).await?,
        Listable::Item(item) => listing.item(&item, &mut skipped).await?,
    }
    listing.list.finish()?;
    skipped.finish()
}

impl Listing<'_> {
    async fn workspaces(
        &mut self,
        transfers: &Transfers,
        account: Option<&str>,
    ) -> Result<(), Failure> {
        for (_, workspace) in transfers.workspaces(account).await? {
            let path = RemotePath::new([&workspace.name]);
            self.list.push(&AssetRow::workspace(&workspace).at(&path))?;
        }
        Ok(())
    }

    /// Lists the children of an item, or a file.
    async fn item(&mut self, item: &Resolved, skipped: &mut SkippedItems) -> Result<(), Failure> {
        let account = &item.account_id;
        match (&item.item, item.folder_id()) {
            (ResolvedItem::Workspace, _) => self.projects(item, skipped).await,
            (_, Some(folder)) => {
                let list = ListFolderChildren::new(account, folder)
                    .sort(AssetSort::NameAsc)
                    .page_size(500);
                let row = |it: &Asset| AssetRow::new(it).at(&item.path.join(it.name()));
                self.all(account, list, row, skipped).await
            }
            (ResolvedItem::File(file), _) => {
                let row = AssetRow::new(&Asset::File(file.clone()));
                self.print(account, vec![row.at(&item.path)]).await
            }
            (ResolvedItem::VersionStack(stack), _) => {
                let row = AssetRow::new(&Asset::VersionStack(stack.clone()));
                self.print(account, vec![row.at(&item.path)]).await
            }
            _ => Ok(()),
        }
    }

    async fn projects(
        &mut self,
        workspace: &Resolved,
        skipped: &mut SkippedItems,
    ) -> Result<(), Failure> {
        let account = &workspace.account_id;
        let list = ListProjects::new(account, &workspace.workspace_id).page_size(100);
        let row = |it: &Project| AssetRow::project(it).at(&workspace.path.join(&it.name));
        self.all(account, list, row, skipped).await
    }

    async fn all<E: Paged>(
        &mut self,
        account: &AccountId,
        list: E,
        row: impl Fn(&E::Item) -> AssetRow,
        skipped: &mut SkippedItems,
    ) -> Result<(), Failure> {
        let mut items = self.client.items(list).skip_undecodable(true);
        let mut chunk = Vec::new();
        while let Some(item) = items.next().await {
            chunk.push(row(&item?));
            if !self.counts_versions || chunk.len() == CHUNK {
                self.print(account, std::mem::take(&mut chunk)).await?;
            }
            skipped.add(self.list.reporter(), items.take_skipped());
        }
        skipped.add(self.list.reporter(), items.take_skipped());
        self.print(account, chunk).await
    }

    async fn print(&mut self, account: &AccountId, rows: Vec<AssetRow>) -> Result<(), Failure> {
        let (client, counts_versions) = (self.client, self.counts_versions);
        let counted = rows.into_iter().map(async |mut row| -> Result<_, Failure> {
            if let Some(stack) = row.stack().filter(|_| counts_versions) {
                row.versions = versions(client, account, stack).await?;
            }
            Ok(row)
        });
        let rows = stream::iter(counted).buffered(CONCURRENCY).try_collect::<Vec<_>>().await?;
        for mut row in rows {
            let versions = match (self.transfers, row.stack()) {
                (Some(transfers), Some(stack)) => transfers.versions(account, &stack).await?,
                _ => {
                    self.list.push(&row)?;
                    continue;
                }
            };
            row.versions = u32::try_from(versions.files.len()).ok();
            self.list.push(&row)?;
            for file in &versions.files {
                let is_head = versions.head.as_ref() == Some(&file.id);
                let version = Version { number: versions.number(&file.id), is_head };
                self.list.push(&row.version_of(file, version))?;
            }
        }
        Ok(())
    }
}

/// Counts the versions of a stack.
async fn versions(
    client: &Client,
    account: &AccountId,
    stack: VersionStackId,
) -> Result<Option<u32>, Failure> {
    let list = ListVersions::new(account, stack).include_total_count(true).page_size(1);
    Ok(client.send(list).await?.total_count.and_then(|count| u32::try_from(count).ok()))
}
