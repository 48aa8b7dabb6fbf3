//! Requests that find the items of paths and ids.

use std::sync::Arc;

use frameio_api::accounts::{Account, ListAccounts};
use frameio_api::assets::{Asset, AssetKind};
use frameio_api::files::ShowFile;
use frameio_api::folders::{ListFolderChildren, ShowFolder};
use frameio_api::projects::{ListProjects, Project, ShowProject};
use frameio_api::version_stacks::{ListVersions, ShowVersionStack};
use frameio_api::workspaces::{ListWorkspaces, ShowWorkspace, Workspace};
use frameio_client::{Client, Error};
use frameio_core::{
    AccountId, AssetId, FileId, FolderId, Paged, ProjectId, VersionStackId, WorkspaceId,
};

use super::known::Known;
use crate::match_name::{is_named, only};
use crate::resolved::{ItemId, ItemLocation, Resolved, ResolvedItem};
use crate::{Locator, RemotePath, TransferError, TransferErrorKind};

/// Maximum number of folders above a file.
const MAX_DEPTH: usize = 256;

/// Maximum number of pages of one list.
const MAX_PAGES: usize = 10_000;

fn not_found(id: &str) -> TransferError {
    let message = format!("no file, folder, version stack, project or workspace has the ID '{id}'");
    TransferError::new(TransferErrorKind::NotFound, message)
}

/// Converts a 404 response to `None`.
fn found<T>(response: Result<T, Error>) -> Result<Option<T>, TransferError> {
    match response {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(TransferError::call(error)),
    }
}

/// Client of the requests, and responses that are used again.
#[derive(Clone, Debug)]
pub(super) struct Lookup {
    client: Client,
    known: Known,
}

impl Lookup {
    pub(super) fn new(client: &Client, known: Known) -> Self {
        Self { client: client.clone(), known }
    }

    pub(super) async fn resolve(&self, locator: Locator) -> Result<Resolved, TransferError> {
        match locator {
            Locator::Path { account, path } => self.follow(account.as_deref(), path).await,
            Locator::Id(id) => {
                for account in self.accounts(None).await? {
                    if let Some(asset) = self.show(&account.id, &id).await? {
                        return self.locate(account.id, asset).await;
                    }
                    let show = ShowProject::new(&account.id, id.as_str());
                    if let Some(project) = found(self.client.send(show).await)? {
                        return self.project(account.id, project, Vec::new(), None).await;
                    }
                    let show = ShowWorkspace::new(&account.id, id.as_str());
                    if let Some(workspace) = found(self.client.send(show).await)? {
                        return Ok(in_workspace(account.id, workspace));
                    }
                }
                Err(not_found(id.as_str()))
            }
        }
    }

    async fn accounts(&self, wanted: Option<&str>) -> Result<Vec<Account>, TransferError> {
        let accounts = self.all("accounts", ListAccounts::new().page_size(100)).await?;
        let mut accounts: Vec<Account> = accounts.to_vec();
        if accounts.is_empty() {
            let message = "the user has no account: check that the user is active, and that the account \
                           is an account of V4";
            return Err(TransferError::new(TransferErrorKind::NotFound, message));
        }
        let Some(wanted) = wanted else { return Ok(accounts) };
        if let Some(index) = accounts.iter().position(|account| account.id.as_str() == wanted) {
            return Ok(vec![accounts.swap_remove(index)]);
        }
        only(accounts, wanted, "the accounts of this user", "account", |account| {
            (account.display_name.clone(), account.id.as_str().to_owned())
        })
        .map(|account| vec![account])
    }

    pub(super) async fn workspaces(
        &self,
        account: Option<&str>,
    ) -> Result<Vec<(AccountId, Workspace)>, TransferError> {
        let mut workspaces = Vec::new();
        for account in self.accounts(account).await? {
            let list = ListWorkspaces::new(&account.id).page_size(100);
            let all = self.all(account.id.as_str(), list).await?;
            workspaces.extend(all.iter().map(|it| (account.id.clone(), it.clone())));
        }
        Ok(workspaces)
    }

    /// Reads a list to its end, or returns the list of the same operation and key that was read before.
    async fn all<E: Paged>(&self, key: &str, list: E) -> Result<Arc<Vec<E::Item>>, TransferError>
    where
        E::Item: Sync,
    {
        let key = format!("{}:{key}", E::OPERATION.id);
        if let Some(known) = self.known.get(&key) {
            return Ok(known);
        }
        let mut pages = self.client.pages(list).strict(true);
        let mut all = Vec::new();
        for _ in 0..MAX_PAGES {
            let Some(page) = pages.next().await else {
                return Ok(self.known.keep_list(key, all));
            };
            all.extend(E::into_page(page.map_err(TransferError::call)?).data);
        }
        let message = format!("{} has more than {MAX_PAGES} pages", E::OPERATION.id);
        Err(TransferError::new(TransferErrorKind::TooLarge, message))
    }

    /// Follows a path, name by name.
    async fn follow(
        &self,
        account: Option<&str>,
        path: RemotePath,
    ) -> Result<Resolved, TransferError> {
        let mut names = path.names().iter();
        let Some(name) = names.next() else {
            let message =
                "'/' is not an item: pass a path such as /Workspace or /Workspace/Project";
            return Err(TransferError::new(TransferErrorKind::Invalid, message));
        };
        let workspaces = self.workspaces(account).await?;
        let (account_id, workspace) =
            only(workspaces, name, "the accounts of this user", "workspace", |(account, it)| {
                let id = format!("{} in account {}", it.id.as_str(), account.as_str());
                (it.name.clone(), id)
            })?;
        self.descend(in_workspace(account_id, workspace), names.as_slice()).await
    }

    /// Follows names below an item.
    pub(super) async fn descend(
        &self,
        item: Resolved,
        names: &[String],
    ) -> Result<Resolved, TransferError> {
        let (mut item, mut names) = (item, names.iter());
        while let Some(name) = names.next() {
            item = match item.item {
                ResolvedItem::Workspace => self.project_named(item, name).await?,
                ResolvedItem::VersionStack(_) => self.version_named(item, name).await?,
                _ => self.child_named(item, name, names.len()).await?,
            };
        }
        Ok(item)
    }

    /// Finds a project of a workspace by its name.
    async fn project_named(&self, at: Resolved, name: &str) -> Result<Resolved, TransferError> {
        let list = ListProjects::new(&at.account_id, &at.workspace_id).page_size(100);
        let within = at.path.to_string();
        let key = format!("{}/{}", at.account_id.as_str(), at.workspace_id.as_str());
        let all = self.all(&key, list).await?;
        let project = only(all.iter().collect(), name, &within, "project", |it| {
            (it.name.clone(), it.id.as_str().to_owned())
        })?;
        Ok(Resolved {
            path: at.path.join(&project.name),
            project_id: Some(project.id.clone()),
            item: ResolvedItem::Project(Box::new(project.clone())),
            ..at
        })
    }

    /// Finds an item of a project or folder by its name. `below` is the number of names after it: the last
    /// name of a path can be a file, and the one before it a version stack.
    async fn child_named(
        &self,
        at: Resolved,
        name: &str,
        below: usize,
    ) -> Result<Resolved, TransferError> {
        let within = at.path.to_string();
        let Some(folder) = at.folder_id() else {
            let message = format!("'{within}' is not a folder");
            return Err(TransferError::new(TransferErrorKind::NotFound, message));
        };
        let mut list = ListFolderChildren::new(&at.account_id, folder).page_size(500);
        let mut what = "folder";
        match below {
            0 => what = "file or folder",
            1 => list = list.kinds([AssetKind::Folder, AssetKind::VersionStack]),
            _ => list = list.kinds([AssetKind::Folder]),
        }
        let listed = self.all(&format!("{}/{}", folder.as_str(), below.min(2)), list).await?;
        let mut all: Vec<&Asset> = listed.iter().collect();
        if below > 0 {
            // A folder hides version stacks of its name, which no path can pass through then.
            let is_folder = |it: &&Asset| matches!(it, Asset::Folder(_));
            if all.iter().any(|it| is_folder(it) && is_named(it.name(), name)) {
                all.retain(is_folder);
            }
        }
        let asset = only(all, name, &within, what, |it| {
            (it.name().to_owned(), format!("{} ({})", it.id().as_str(), it.kind()))
        });
        let asset = match asset {
            Err(error) if below > 0 && error.kind() == TransferErrorKind::NotFound => {
                return Err(self.not_a_folder(&at, folder, name).await?.unwrap_or(error));
            }
            asset => asset?,
        };
        let item = self.item(asset.clone())?;
        Ok(Resolved { path: at.path.join(asset.name()), item, ..at })
    }

    /// Returns the error of a name that another item than a folder has.
    async fn not_a_folder(
        &self,
        at: &Resolved,
        folder: &FolderId,
        name: &str,
    ) -> Result<Option<TransferError>, TransferError> {
        let list = ListFolderChildren::new(&at.account_id, folder).page_size(500);
        let all = self.all(&format!("{}/0", folder.as_str()), list).await?;
        Ok(all.iter().find(|it| is_named(it.name(), name)).map(|it| {
            let (path, kind) = (at.path.join(it.name()), it.kind().replace('_', " "));
            let message = format!("'{path}' is a {kind}, not a folder");
            TransferError::new(TransferErrorKind::NotFound, message)
        }))
    }

    /// Finds a version of a stack by its name.
    async fn version_named(&self, at: Resolved, name: &str) -> Result<Resolved, TransferError> {
        let within = at.path.to_string();
        let ResolvedItem::VersionStack(stack) = &at.item else {
            let message = format!("'{within}' is not a version stack");
            return Err(TransferError::new(TransferErrorKind::NotFound, message));
        };
        let list = ListVersions::new(&at.account_id, &stack.id).page_size(100);
        let all = self.all(stack.id.as_str(), list).await?;
        let version = only(all.iter().collect(), name, &within, "version", |it| {
            (it.name().to_owned(), it.id().as_str().to_owned())
        })?;
        let item = self.item(version.clone())?;
        Ok(Resolved { path: at.path.join(version.name()), item, ..at })
    }

    fn item(&self, asset: Asset) -> Result<ResolvedItem, TransferError> {
        Ok(match asset {
            Asset::File(file) => ResolvedItem::File(file),
            Asset::Folder(folder) => ResolvedItem::Folder(folder),
            Asset::VersionStack(stack) => ResolvedItem::VersionStack(stack),
            other => {
                let message =
                    format!("items of type '{}' are not supported by this version", other.kind());
                return Err(TransferError::new(TransferErrorKind::Invalid, message));
            }
        })
    }

    pub(super) async fn locate_id(
        &self,
        account: AccountId,
        id: &AssetId,
    ) -> Result<Resolved, TransferError> {
        match self.show(&account, id).await? {
            Some(asset) => self.locate(account, asset).await,
            None => Err(not_found(id.as_str())),
        }
    }

    /// Requests the file, folder or version stack with this id.
    async fn show(
        &self,
        account: &AccountId,
        id: &AssetId,
    ) -> Result<Option<Asset>, TransferError> {
        let file = ShowFile::new(account, FileId::from(id.clone()));
        if let Some(file) = found(self.client.send(file).await)? {
            return Ok(Some(Asset::File(Box::new(file))));
        }
        self.parent(account, id).await
    }

    pub(super) async fn read_again(
        &self,
        location: ItemLocation,
    ) -> Result<Resolved, TransferError> {
        let (client, account) = (&self.client, &location.account_id);
        let read = match &location.id {
            ItemId::Workspace(id) => found(client.send(ShowWorkspace::new(account, id)).await)?
                .map(|it| (it.name, ResolvedItem::Workspace)),
            ItemId::Project(id) => found(client.send(ShowProject::new(account, id)).await)?
                .map(|it| (it.name.clone(), ResolvedItem::Project(Box::new(it)))),
            ItemId::Folder(id) => found(client.send(ShowFolder::new(account, id)).await)?
                .map(|it| (it.name.clone(), ResolvedItem::Folder(Box::new(it)))),
            ItemId::File(id) => found(client.send(ShowFile::new(account, id)).await)?
                .map(|it| (it.name.clone(), ResolvedItem::File(Box::new(it)))),
            ItemId::VersionStack(id) => {
                found(client.send(ShowVersionStack::new(account, id)).await)?
                    .map(|it| (it.name.clone(), ResolvedItem::VersionStack(Box::new(it))))
            }
        };
        let Some((name, item)) = read else {
            let message = format!("'{}' was deleted a moment ago", location.path);
            return Err(TransferError::new(TransferErrorKind::NotFound, message));
        };
        let above = location.path.names().split_last().map_or(&[][..], |(_, above)| above);
        Ok(Resolved {
            path: RemotePath::new(above).join(&name),
            account_id: location.account_id,
            workspace_id: location.workspace_id,
            project_id: location.project_id,
            item,
        })
    }

    /// Requests the folder or version stack with this id.
    async fn parent(
        &self,
        account: &AccountId,
        id: &AssetId,
    ) -> Result<Option<Asset>, TransferError> {
        let key = format!("parent:{}", id.as_str());
        if let Some(known) = self.known.get::<Option<Asset>>(&key) {
            return Ok((*known).clone());
        }
        let folder = ShowFolder::new(account, FolderId::from(id.clone()));
        let parent = match found(self.client.send(folder).await)? {
            Some(folder) => Some(Asset::Folder(Box::new(folder))),
            None => {
                let stack = ShowVersionStack::new(account, VersionStackId::from(id.clone()));
                let stack = found(self.client.send(stack).await)?;
                stack.map(|stack| Asset::VersionStack(Box::new(stack)))
            }
        };
        self.known.keep(key, parent.clone());
        Ok(parent)
    }

    /// Requests a project.
    async fn show_project(
        &self,
        account: &AccountId,
        id: &ProjectId,
    ) -> Result<Project, TransferError> {
        let key = format!("project:{}", id.as_str());
        if let Some(known) = self.known.get::<Project>(&key) {
            return Ok((*known).clone());
        }
        let show = ShowProject::new(account, id);
        let project = self.client.send(show).await.map_err(TransferError::call)?;
        Ok((*self.known.keep(key, project)).clone())
    }

    /// Requests a workspace.
    async fn show_workspace(
        &self,
        account: &AccountId,
        id: &WorkspaceId,
    ) -> Result<Workspace, TransferError> {
        let key = format!("workspace:{}", id.as_str());
        if let Some(known) = self.known.get::<Workspace>(&key) {
            return Ok((*known).clone());
        }
        let show = ShowWorkspace::new(account, id);
        let workspace = self.client.send(show).await.map_err(TransferError::call)?;
        Ok((*self.known.keep(key, workspace)).clone())
    }

    /// Follows the parents of an asset up to its workspace.
    async fn locate(&self, account: AccountId, asset: Asset) -> Result<Resolved, TransferError> {
        let project = match &asset {
            Asset::File(file) => file.project_id.clone(),
            Asset::Folder(folder) => folder.project_id.clone(),
            Asset::VersionStack(stack) => stack.project_id.clone(),
            _ => return Err(not_found(asset.id().as_str())),
        };
        let project = self.show_project(&account, &project).await?;
        // The root folder represents its project.
        if asset.id().as_str() == project.root_folder_id.as_str() {
            return self.project(account, project, Vec::new(), None).await;
        }
        let mut names = vec![asset.name().to_owned()];
        let mut parent = asset.parent_id();
        for _ in 0..MAX_DEPTH {
            let Some(id) = parent.take_if(|id| id.as_str() != project.root_folder_id.as_str())
            else {
                break;
            };
            let above = self.parent(&account, &id).await?.ok_or_else(|| not_found(id.as_str()))?;
            names.push(above.name().to_owned());
            parent = above.parent_id();
        }
        names.reverse();
        let item = self.item(asset)?;
        self.project(account, project, names, Some(item)).await
    }

    /// Completes the location of a project, or of an item in it.
    async fn project(
        &self,
        account_id: AccountId,
        project: Project,
        below: Vec<String>,
        item: Option<ResolvedItem>,
    ) -> Result<Resolved, TransferError> {
        let workspace = self.show_workspace(&account_id, &project.workspace_id).await?;
        let names = [workspace.name, project.name.clone()].into_iter().chain(below);
        Ok(Resolved {
            account_id,
            workspace_id: workspace.id,
            project_id: Some(project.id.clone()),
            path: RemotePath::new(names),
            item: item.unwrap_or_else(|| ResolvedItem::Project(Box::new(project))),
        })
    }
}

fn in_workspace(account_id: AccountId, workspace: Workspace) -> Resolved {
    Resolved {
        account_id,
        workspace_id: workspace.id,
        project_id: None,
        path: RemotePath::new([workspace.name]),
        item: ResolvedItem::Workspace,
    }
}
