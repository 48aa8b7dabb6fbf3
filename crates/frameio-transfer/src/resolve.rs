//! What is at a path, and the path of what is known.

use std::future::Future;

use frameio_core::{AccountId, AssetId, FileId, FolderId, ProjectId, VersionStackId, WorkspaceId};

use super::{Locator, RemotePath, TransferError, TransferErrorKind, Transfers};
use frameio_api::accounts::{Account, ListAccounts};
use frameio_api::assets::{Asset, AssetKind};
use frameio_api::files::{File, ShowFile};
use frameio_api::folders::{Folder, ListFolderChildren, ShowFolder};
use frameio_api::projects::{ListProjects, Project, ShowProject};
use frameio_api::version_stacks::{ShowVersionStack, VersionStack};
use frameio_api::workspaces::{ListWorkspaces, ShowWorkspace};
use frameio_client::{Client, Error};

/// The most folders that are gone up from a file.
const DEEPEST: usize = 256;

/// Where something is, and what it is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Resolved {
    /// The account.
    pub account_id: AccountId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The project; none where a workspace was named.
    pub project_id: Option<ProjectId>,
    /// Its path from the workspace on; `//{account}` before it tells the account too.
    pub path: RemotePath,
    /// What is there.
    pub item: ResolvedItem,
}

/// What is at a [`Resolved`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ResolvedItem {
    /// A workspace.
    Workspace,
    /// A project.
    Project(Box<Project>),
    /// A folder.
    Folder(Box<Folder>),
    /// A file.
    File(Box<File>),
    /// A version stack.
    VersionStack(Box<VersionStack>),
}

impl Resolved {
    /// The folder, or the root folder of the project.
    pub fn folder_id(&self) -> Option<&FolderId> {
        match &self.item {
            ResolvedItem::Project(project) => Some(&project.root_folder_id),
            ResolvedItem::Folder(folder) => Some(&folder.id),
            _ => None,
        }
    }

    /// The file, or the newest version of the version stack.
    pub fn file(&self) -> Option<&File> {
        match &self.item {
            ResolvedItem::File(file) => Some(file),
            ResolvedItem::VersionStack(stack) => stack.head_version.as_deref(),
            _ => None,
        }
    }
}

impl Transfers {
    /// Finds what a path or an id names.
    ///
    /// A path costs a list for each name in it, an id some calls to find out what it is and where.
    /// Nothing is remembered from one call to the next.
    ///
    /// ```no_run
    /// # async fn run(transfers: frameio::transfer::Transfers) -> Result<(), Box<dyn std::error::Error>> {
    /// let place = transfers.resolve("/Studio/Film/Dailies".parse()?).await?;
    /// println!("{:?}", place.folder_id());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Of the kind [`NotFound`](TransferErrorKind::NotFound) where there is nothing, and
    /// [`Ambiguous`](TransferErrorKind::Ambiguous) where there is more than one of that name: the
    /// message has their ids, one of which can be given instead.
    pub fn resolve(
        &self,
        locator: Locator,
    ) -> impl Future<Output = Result<Resolved, TransferError>> + Send + use<> {
        let lookup = Lookup { client: self.inner.client.clone() };
        async move { Box::pin(lookup.resolve(locator)).await }
    }

    /// Finds out where a file, a folder or a version stack is: [`Resolved::path`] is its path.
    ///
    /// # Errors
    /// Of the kind [`NotFound`](TransferErrorKind::NotFound) where there is no such thing.
    pub fn locate(
        &self,
        account: &AccountId,
        asset: &AssetId,
    ) -> impl Future<Output = Result<Resolved, TransferError>> + Send + use<> {
        let lookup = Lookup { client: self.inner.client.clone() };
        let (account, id) = (account.clone(), asset.clone());
        async move {
            match Box::pin(lookup.show(&account, &id)).await? {
                Some(asset) => Box::pin(lookup.locate(account, asset)).await,
                None => Err(nothing(id.as_str())),
            }
        }
    }
}

fn nothing(id: &str) -> TransferError {
    let message = format!("there is no file, folder, version stack or project {id}");
    TransferError::new(TransferErrorKind::NotFound, message)
}

/// The answer, or nothing where there is no such thing.
fn found<T>(answer: Result<T, Error>) -> Result<Option<T>, TransferError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(TransferError::call(error)),
    }
}

/// How many names are told of those that there are.
const FEW: usize = 5;

/// The only one of that name, or why there is none.
fn only<T>(
    all: Vec<T>,
    name: &str,
    within: &str,
    what: &str,
    tell: impl Fn(&T) -> (String, String),
) -> Result<T, TransferError> {
    let (mut same, mut similar, mut others) = (Vec::new(), None, Vec::new());
    for one in all {
        let told = tell(&one).0;
        if told == name {
            same.push(one);
        } else if similar.is_none() && told.to_lowercase() == name.to_lowercase() {
            similar = Some(told);
        } else {
            others.push(told);
        }
    }
    if same.len() > 1 {
        let ids: Vec<_> = same.iter().map(|one| tell(one).1).collect();
        let message = format!(
            "there are {} called {name:?} in {within}: name one by its id: {}",
            same.len(),
            ids.join(", ")
        );
        return Err(TransferError::new(TransferErrorKind::Ambiguous, message));
    }
    same.pop().ok_or_else(|| {
        let hint = match (similar, &*others) {
            (Some(only), _) => format!("; there is {only:?}"),
            (None, [only]) => format!("; there is {only:?}"),
            (None, []) => String::new(),
            (None, all) => {
                let first: Vec<_> = all.iter().take(FEW).map(|name| format!("{name:?}")).collect();
                let more = match all.len().saturating_sub(FEW) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                format!("; there are {}{more}", first.join(", "))
            }
        };
        let message = format!("there is no {what} called {name:?} in {within}{hint}");
        TransferError::new(TransferErrorKind::NotFound, message)
    })
}

struct Lookup {
    client: Client,
}

impl Lookup {
    async fn resolve(&self, locator: Locator) -> Result<Resolved, TransferError> {
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
                }
                Err(nothing(id.as_str()))
            }
        }
    }

    async fn accounts(&self, wanted: Option<&str>) -> Result<Vec<Account>, TransferError> {
        let mut accounts: Vec<Account> = self.all(ListAccounts::new().page_size(100)).await?;
        let Some(wanted) = wanted else { return Ok(accounts) };
        if let Some(place) = accounts.iter().position(|account| account.id.as_str() == wanted) {
            return Ok(vec![accounts.swap_remove(place)]);
        }
        only(accounts, wanted, "the accounts of this user", "account", |account| {
            (account.display_name.clone(), account.id.as_str().to_owned())
        })
        .map(|account| vec![account])
    }

    async fn all<E: frameio_core::Paged>(&self, list: E) -> Result<Vec<E::Item>, TransferError> {
        let mut items = self.client.items(list);
        let mut all = Vec::new();
        while let Some(item) = items.next().await {
            all.push(item.map_err(TransferError::call)?);
        }
        Ok(all)
    }

    /// Goes down a path, name by name.
    async fn follow(
        &self,
        account: Option<&str>,
        path: RemotePath,
    ) -> Result<Resolved, TransferError> {
        let mut names = path.names().iter();
        let Some(name) = names.next() else {
            let message = "the path names no workspace: /Workspace/Project/…";
            return Err(TransferError::new(TransferErrorKind::Invalid, message));
        };
        let mut workspaces = Vec::new();
        for account in self.accounts(account).await? {
            let list = ListWorkspaces::new(&account.id).page_size(100);
            let all = self.all(list).await?;
            workspaces.extend(all.into_iter().map(|workspace| (account.id.clone(), workspace)));
        }
        let (account_id, workspace) =
            only(workspaces, name, "the accounts of this user", "workspace", |(account, it)| {
                let id = format!("{} in account {}", it.id.as_str(), account.as_str());
                (it.name.clone(), id)
            })?;
        let workspace_id = workspace.id;
        let mut within = RemotePath::new([name]);
        let Some(name) = names.next() else {
            let item = ResolvedItem::Workspace;
            return Ok(Resolved { account_id, workspace_id, project_id: None, path, item });
        };
        let list = ListProjects::new(&account_id, &workspace_id).page_size(100);
        let project = only(self.all(list).await?, name, &within.to_string(), "project", |it| {
            (it.name.clone(), it.id.as_str().to_owned())
        })?;
        within = within.join(name);
        let mut folder = project.root_folder_id.clone();
        let project_id = Some(project.id.clone());
        let mut item = ResolvedItem::Project(Box::new(project));
        let mut names = names.peekable();
        while let Some(name) = names.next() {
            let mut list = ListFolderChildren::new(&account_id, &folder).page_size(500);
            let mut what = "file or folder";
            if names.peek().is_some() {
                list = list.kinds([AssetKind::Folder]);
                what = "folder";
            }
            let asset = only(self.all(list).await?, name, &within.to_string(), what, |it| {
                (it.name().to_owned(), format!("{} ({})", it.id().as_str(), it.kind()))
            })?;
            item = match asset {
                Asset::Folder(found) => {
                    folder = found.id.clone();
                    ResolvedItem::Folder(found)
                }
                other => self.item(other)?,
            };
            within = within.join(name);
        }
        Ok(Resolved { account_id, workspace_id, project_id, path, item })
    }

    fn item(&self, asset: Asset) -> Result<ResolvedItem, TransferError> {
        Ok(match asset {
            Asset::File(file) => ResolvedItem::File(file),
            Asset::Folder(folder) => ResolvedItem::Folder(folder),
            Asset::VersionStack(stack) => ResolvedItem::VersionStack(stack),
            other => {
                let message = format!("a {} is of a kind that is not known here", other.kind());
                return Err(TransferError::new(TransferErrorKind::Invalid, message));
            }
        })
    }

    /// What has this id.
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

    /// The folder or version stack that has this id.
    async fn parent(
        &self,
        account: &AccountId,
        id: &AssetId,
    ) -> Result<Option<Asset>, TransferError> {
        let folder = ShowFolder::new(account, FolderId::from(id.clone()));
        if let Some(folder) = found(self.client.send(folder).await)? {
            return Ok(Some(Asset::Folder(Box::new(folder))));
        }
        let stack = ShowVersionStack::new(account, VersionStackId::from(id.clone()));
        let stack = found(self.client.send(stack).await)?;
        Ok(stack.map(|stack| Asset::VersionStack(Box::new(stack))))
    }

    /// Goes up from an asset to its workspace.
    async fn locate(&self, account: AccountId, asset: Asset) -> Result<Resolved, TransferError> {
        let project = match &asset {
            Asset::File(file) => file.project_id.clone(),
            Asset::Folder(folder) => folder.project_id.clone(),
            Asset::VersionStack(stack) => stack.project_id.clone(),
            _ => return Err(nothing(asset.id().as_str())),
        };
        let show = ShowProject::new(&account, project);
        let project = self.client.send(show).await.map_err(TransferError::call)?;
        // The root folder stands for its project.
        if asset.id().as_str() == project.root_folder_id.as_str() {
            return self.project(account, project, Vec::new(), None).await;
        }
        let mut names = vec![asset.name().to_owned()];
        let mut parent = parent_of(&asset);
        for _ in 0..DEEPEST {
            let Some(id) = parent.take_if(|id| id.as_str() != project.root_folder_id.as_str())
            else {
                break;
            };
            let above = self.parent(&account, &id).await?.ok_or_else(|| nothing(id.as_str()))?;
            names.push(above.name().to_owned());
            parent = parent_of(&above);
        }
        names.reverse();
        let item = self.item(asset)?;
        self.project(account, project, names, Some(item)).await
    }

    /// The place of a project, or of something in it.
    async fn project(
        &self,
        account_id: AccountId,
        project: Project,
        below: Vec<String>,
        item: Option<ResolvedItem>,
    ) -> Result<Resolved, TransferError> {
        let show = ShowWorkspace::new(&account_id, &project.workspace_id);
        let workspace = self.client.send(show).await.map_err(TransferError::call)?;
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

fn parent_of(asset: &Asset) -> Option<AssetId> {
    match asset {
        Asset::File(file) => file.parent_id.clone(),
        Asset::Folder(folder) => folder.parent_id.clone().map(Into::into),
        Asset::VersionStack(stack) => stack.parent_id.clone().map(Into::into),
        _ => None,
    }
}
