//! `frameio completions`: prints the completion script of a shell.

use std::time::Duration;

use clap::ValueEnum;
use frameio::assets::Asset;
use frameio::folders::ListFolderChildren;
use frameio::projects::{ListProjects, Project};
use frameio::transfer::{ResolvedItem, Transfers};
use frameio::version_stacks::ListVersions;
use frameio::{Client, Paged};

use crate::args::{AccountArg, GlobalArgs, accounts};
use crate::completion;
use crate::exit::{Failure, Status, io_reason};
use crate::name_cache::{CachedItem, NameCache, Names};
use crate::report::Reporter;
use crate::resolver::{Listable, Resolver, shares};

pub(super) const HELP: &str = "\
Completes commands, options and their values: operations, profiles, columns, the paths of the service and the
names of shares. Names of the service are read in the background, saved for a day and read again after a minute. Completion takes 200 ms at most.

  bash:        echo 'source <(frameio completions bash)' >> ~/.bashrc
  zsh:         echo 'source <(frameio completions zsh)' >> ~/.zshrc
  fish:        frameio completions fish > ~/.config/fish/completions/frameio.fish
  PowerShell:  frameio completions powershell >> $PROFILE";

/// Time limit for reading the names in a place.
const LIMIT: Duration = Duration::from_secs(60);

#[derive(Debug, clap::Args)]
#[command(
    override_usage = "frameio completions [OPTIONS] <SHELL>",
    mut_arg("account", |account| account.hide(true))
)]
pub(crate) struct Args {
    /// Shell to complete commands in
    #[arg(required_unless_present_any = ["refresh", "refresh_shares"])]
    shell: Option<Shell>,
    /// Read the names in a place and save them
    #[arg(long, value_name = "PLACE", hide = true, requires = "key")]
    refresh: Option<String>,
    /// Read the names of the shares in a project and save them
    #[arg(long, value_name = "PROJECT", hide = true, requires = "key", conflicts_with = "refresh")]
    refresh_shares: Option<String>,
    /// Name under which they are saved
    #[arg(long, hide = true)]
    key: Option<String>,
    #[command(flatten)]
    account: AccountArg,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

impl Shell {
    const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
        }
    }
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    if let Some(key) = args.key.as_ref().filter(|_| args.shell.is_none()) {
        let refreshed = tokio::time::timeout(LIMIT, refresh(global, args, key)).await;
        return refreshed.unwrap_or_else(|_| Err(Failure::new(Status::NoResponse, "timeout")));
    }
    let Some(shell) = args.shell else { return Ok(()) };
    let script = completion::script(shell.name(), "frameio").map_err(|error| {
        Failure::new(Status::Other, format!("cannot create the script: {}", io_reason(&error)))
    })?;
    let reporter = Reporter::text();
    script.trim_end().lines().try_for_each(|line| reporter.line(line))
}

/// Reads the names in a place and saves them, unless another process does.
async fn refresh(global: &GlobalArgs, args: &Args, key: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(Status::Other, format!("cannot save names: {}", io_reason(&error)))
    };
    let is_key = key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_key {
        return Err(Failure::usage("invalid key"));
    }
    let Some(cache) = NameCache::locate() else { return Ok(()) };
    let Some(_lock) = cache.lock(key).map_err(failed)? else { return Ok(()) };
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let (item, names) = match (&args.refresh, &args.refresh_shares) {
        (Some(place), _) => names(&client, &transfers, &resolver, place).await?,
        (None, Some(project)) => (None, names_of_shares(&client, &resolver, project).await?),
        (None, None) => return Ok(()),
    };
    cache.save_names(key, item, names).map_err(failed)
}

/// Returns the item at a place, and the names in it.
async fn names(
    client: &Client,
    transfers: &Transfers,
    resolver: &Resolver<'_>,
    place: &str,
) -> Result<(Option<CachedItem>, Names), Failure> {
    if place == "//" {
        return Ok((None, names_of_accounts(client).await?));
    }
    let path = place.trim_end_matches('/');
    let path = if path.is_empty() { "/" } else { path };
    let mut names = Names::default();
    let item = match resolver.listable(Some(path)).await? {
        Listable::Root(account) => {
            for (_, workspace) in transfers.workspaces(account.as_deref()).await? {
                names.add(&workspace.name, "workspace", workspace.id.as_str());
            }
            return Ok((None, names));
        }
        Listable::Item(item) => item,
    };
    let account = &item.account_id;
    match (&item.item, item.folder_id()) {
        (ResolvedItem::Workspace, _) => {
            let list = ListProjects::new(account, &item.workspace_id).page_size(100);
            let add = |it: &Project, names: &mut Names| {
                names.add(&it.name, "project", it.id.as_str());
            };
            collect(client, list, &mut names, add).await?;
        }
        (_, Some(folder)) => {
            let list = ListFolderChildren::new(account, folder).page_size(500);
            let add = |asset: &Asset, names: &mut Names| {
                names.add(asset.name(), asset_kind(asset), asset.id().as_str());
            };
            collect(client, list, &mut names, add).await?;
        }
        (ResolvedItem::VersionStack(stack), _) => {
            let list = ListVersions::new(account, &stack.id).page_size(100);
            let add = |asset: &Asset, names: &mut Names| {
                names.add(asset.name(), asset_kind(asset), asset.id().as_str());
            };
            collect(client, list, &mut names, add).await?;
        }
        _ => {}
    }
    Ok((CachedItem::of(&item), names))
}

/// Returns the names of the accounts, which follow `//` in a path.
async fn names_of_accounts(client: &Client) -> Result<Names, Failure> {
    let mut names = Names::default();
    for account in accounts(client).await? {
        names.add(&account.display_name, "account", account.id.as_str());
    }
    Ok(names)
}

/// Returns the names of the shares in a project.
async fn names_of_shares(
    client: &Client,
    resolver: &Resolver<'_>,
    project: &str,
) -> Result<Names, Failure> {
    let item = resolver.resolve(Some(project)).await?;
    let mut names = Names::default();
    if let Some(project) = &item.project_id {
        for share in shares::of_project(client, &item.account_id, project).await? {
            names.add(share.name.as_deref().unwrap_or_default(), "share", share.id.as_str());
        }
    }
    Ok(names)
}

/// Returns the type as the cache of names has it.
const fn asset_kind(asset: &Asset) -> &'static str {
    match asset {
        Asset::Folder(_) => "folder",
        Asset::File(_) => "file",
        Asset::VersionStack(_) => "version_stack",
        _ => "unknown",
    }
}

async fn collect<E: Paged>(
    client: &Client,
    list: E,
    names: &mut Names,
    add: impl Fn(&E::Item, &mut Names),
) -> Result<(), Failure> {
    let mut items = client.items(list).skip_undecodable(true);
    while let Some(item) = items.next().await {
        add(&item?, names);
        if names.is_full() {
            break;
        }
    }
    Ok(())
}
