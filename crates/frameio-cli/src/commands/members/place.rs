//! Workspaces, projects and folders as places with members.

use frameio::folder_permissions::{ListFolderUsers, RemoveFolderUser, UpdateFolderUserRole};
use frameio::permissions::{ProjectRole, UserRole, WorkspaceRole};
use frameio::project_permissions::{ListProjectUsers, RemoveProjectUser, UpdateProjectUserRole};
use frameio::transfer::{Resolved, ResolvedItem, Transfers};
use frameio::workspace_permissions::{
    ListWorkspaceUsers, RemoveWorkspaceUser, UpdateWorkspaceUserRole,
};
use frameio::{AccountId, Client, Error, FolderId, Paged, ProjectId, UserId, WorkspaceId};
use futures_util::TryStreamExt;

use crate::args::{AccountArg, GlobalArgs};
use crate::exit::Failure;
use crate::resolver::{Purpose, Resolver};

/// A place with members.
pub(super) struct Place {
    pub(super) client: Client,
    pub(super) account: AccountId,
    pub(super) path: String,
    level: Level,
}

/// Level at which roles are granted.
enum Level {
    Workspace(WorkspaceId),
    Project(ProjectId),
    Folder(FolderId),
}

impl Place {
    pub(super) async fn find(
        global: &GlobalArgs,
        account: &AccountArg,
        text: &str,
        purpose: Purpose,
    ) -> Result<Self, Failure> {
        let client = global.client()?;
        let transfers = Transfers::new(client.clone());
        let resolver = Resolver::new(global, &transfers, account)?;
        let item = resolver.resolve_for(purpose, Some(text)).await?;
        let level = level(&item).ok_or_else(|| {
            Failure::usage(format!("'{text}' has no members: pass a workspace, project or folder"))
        })?;
        let (account, path) = (item.account_id.clone(), item.path.to_string());
        Ok(Self { client, account, path, level })
    }

    /// Lists the users with a role, granted here or inherited.
    pub(super) async fn members(&self, deactivated: bool) -> Result<Vec<UserRole>, Failure> {
        let account = &self.account;
        match &self.level {
            Level::Workspace(id) => {
                let list = ListWorkspaceUsers::new(account, id).page_size(100);
                self.all(list.include_deactivated(deactivated)).await
            }
            Level::Project(id) => {
                let list = ListProjectUsers::new(account, id).page_size(100);
                self.all(list.include_deactivated(deactivated)).await
            }
            Level::Folder(id) => {
                let list = ListFolderUsers::new(account, id).page_size(100);
                self.all(list.include_deactivated(deactivated)).await
            }
        }
    }

    async fn all<E: Paged<Item = UserRole>>(&self, list: E) -> Result<Vec<UserRole>, Failure> {
        Ok(self.client.items(list).strict(true).try_collect().await?)
    }

    /// Returns the roles that can be granted here.
    pub(super) const fn roles(&self) -> &'static [&'static str] {
        match self.level {
            Level::Workspace(_) => WorkspaceRole::KNOWN,
            Level::Project(_) | Level::Folder(_) => ProjectRole::KNOWN,
        }
    }

    /// Grants a user a role.
    pub(super) async fn grant(&self, user: &UserId, role: &str) -> Result<(), Error> {
        let account = &self.account;
        match &self.level {
            Level::Workspace(id) => {
                let role = WorkspaceRole::from(role);
                let grant = UpdateWorkspaceUserRole::new(account, id, user, role);
                self.client.send(grant).await.map(drop)
            }
            Level::Project(id) => {
                let grant = UpdateProjectUserRole::new(account, id, user, ProjectRole::from(role));
                self.client.send(grant).await.map(drop)
            }
            Level::Folder(id) => {
                let grant = UpdateFolderUserRole::new(account, id, user, ProjectRole::from(role));
                self.client.send(grant).await.map(drop)
            }
        }
    }

    /// Removes the role of a user that was granted here.
    pub(super) async fn remove(&self, user: &UserId) -> Result<(), Error> {
        let account = &self.account;
        match &self.level {
            Level::Workspace(id) => {
                self.client.send(RemoveWorkspaceUser::new(account, id, user)).await
            }
            Level::Project(id) => self.client.send(RemoveProjectUser::new(account, id, user)).await,
            Level::Folder(id) => self.client.send(RemoveFolderUser::new(account, id, user)).await,
        }
    }
}

fn level(item: &Resolved) -> Option<Level> {
    match &item.item {
        ResolvedItem::Workspace => Some(Level::Workspace(item.workspace_id.clone())),
        ResolvedItem::Project(project) => Some(Level::Project(project.id.clone())),
        ResolvedItem::Folder(folder) => Some(Level::Folder(folder.id.clone())),
        _ => None,
    }
}
