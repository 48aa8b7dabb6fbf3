//! `frameio ls`: what is in one place.

use frameio::accounts::ListAccounts;
use frameio::assets::{Asset, AssetSort};
use frameio::folders::ListFolderChildren;
use frameio::projects::ListProjects;
use frameio::transfer::{Resolved, ResolvedItem, Transfers};
use frameio::workspaces::ListWorkspaces;
use frameio::{AccountId, Client, Paged, WorkspaceId};
use indicatif::HumanBytes;
use serde_json::{Value, json};

use super::show::printable;
use super::target::{Account, Finder};
use crate::connect::Connection;
use crate::exit::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Ls {
    /// A path as /Workspace/Project/Folder, / for the workspaces, or an id [default: the profile's
    /// project, or else the workspaces]
    place: Option<String>,
    /// Show ids and sizes too
    #[arg(long, short)]
    long: bool,
    /// As JSON lines
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: Account,
}

/// Something in a list.
pub(super) struct Row {
    kind: String,
    id: String,
    name: String,
    size: Option<u64>,
    status: Option<String>,
}

impl Row {
    pub(super) fn of(asset: &Asset) -> Self {
        let file = match asset {
            Asset::File(file) => Some(&**file),
            Asset::VersionStack(stack) => stack.head_version.as_deref(),
            _ => None,
        };
        Self {
            kind: asset.kind().to_owned(),
            id: asset.id().as_str().to_owned(),
            name: asset.name().to_owned(),
            size: file.map(|file| file.file_size),
            status: file.map(|file| file.status.as_str().to_owned()),
        }
    }

    fn plain(kind: &str, id: &str, name: &str) -> Self {
        let (kind, id, name) = (kind.to_owned(), id.to_owned(), name.to_owned());
        Self { kind, id, name, size: None, status: None }
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "type": self.kind, "id": self.id, "name": self.name, "size": self.size,
            "status": self.status,
        })
    }

    /// The name; of what holds more, with a `/` at its end.
    pub(super) fn shown(&self) -> String {
        let end = if self.size.is_none() { "/" } else { "" };
        let state = match self.status.as_deref() {
            Some("created") => "  (not uploaded)",
            _ => "",
        };
        format!("{}{end}{state}", printable(&self.name))
    }
}

impl Ls {
    pub(super) async fn run(&self, connection: &Connection) -> Result<(), Failure> {
        let client = connection.client()?;
        let transfers = Transfers::new(client.clone());
        let finder = Finder::new(connection, &transfers, &self.account)?;
        let workspaces = match self.place.as_deref() {
            Some(place) => place == "/",
            None => finder.is_without_project(),
        };
        if workspaces {
            return self.workspaces(&client, finder.account()).await;
        }
        let place = finder.find(self.place.as_deref()).await?;
        let account = &place.account_id;
        match (&place.item, place.folder_id()) {
            (ResolvedItem::Workspace, _) => {
                self.projects(&client, account, &place.workspace_id).await
            }
            (_, Some(folder)) => {
                let list = ListFolderChildren::new(account, folder)
                    .sort(AssetSort::NameAsc)
                    .page_size(500);
                self.all(&client, list, Row::of).await
            }
            _ => self.one(&place),
        }
    }

    async fn workspaces(&self, client: &Client, account: Option<&str>) -> Result<(), Failure> {
        let mut accounts = client.items(ListAccounts::new().page_size(100));
        while let Some(it) = accounts.next().await {
            let it = it?;
            if account.is_none_or(|wanted| wanted == it.id.as_str() || wanted == it.display_name) {
                let list = ListWorkspaces::new(&it.id).page_size(100);
                let row = |it: &frameio::workspaces::Workspace| {
                    Row::plain("workspace", it.id.as_str(), &it.name)
                };
                self.all(client, list, row).await?;
            }
        }
        Ok(())
    }

    async fn projects(
        &self,
        client: &Client,
        account: &AccountId,
        workspace: &WorkspaceId,
    ) -> Result<(), Failure> {
        let list = ListProjects::new(account, workspace).page_size(100);
        let row = |it: &frameio::projects::Project| Row::plain("project", it.id.as_str(), &it.name);
        self.all(client, list, row).await
    }

    async fn all<E: Paged>(
        &self,
        client: &Client,
        list: E,
        row: impl Fn(&E::Item) -> Row,
    ) -> Result<(), Failure> {
        let mut items = client.items(list);
        while let Some(item) = items.next().await {
            self.print(&row(&item?))?;
        }
        Ok(())
    }

    fn one(&self, place: &Resolved) -> Result<(), Failure> {
        let asset = match &place.item {
            ResolvedItem::File(file) => Asset::File(file.clone()),
            ResolvedItem::VersionStack(stack) => Asset::VersionStack(stack.clone()),
            _ => return Ok(()),
        };
        self.print(&Row::of(&asset))
    }

    fn print(&self, row: &Row) -> Result<(), Failure> {
        if self.json {
            return output::line(&row.json().to_string());
        }
        let size = row.size.map(|size| HumanBytes(size).to_string()).unwrap_or_default();
        match self.long {
            true => {
                output::line(&format!("{}  {:13}  {size:>10}  {}", row.id, row.kind, row.shown()))
            }
            false => output::line(&row.shown()),
        }
    }
}
