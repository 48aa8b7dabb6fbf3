//! Items that paths and ids refer to.

use frameio_api::files::File;
use frameio_api::folders::Folder;
use frameio_api::projects::Project;
use frameio_api::version_stacks::VersionStack;
use frameio_core::{AccountId, AssetId, FileId, FolderId, ProjectId, VersionStackId, WorkspaceId};

use crate::RemotePath;

/// Item that a [`Locator`](crate::Locator) refers to, with its location.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Resolved {
    /// Account that contains the item.
    pub account_id: AccountId,
    /// Workspace that contains the item, or that is the item.
    pub workspace_id: WorkspaceId,
    /// Project that contains the item, or that is the item; `None` for a workspace.
    pub project_id: Option<ProjectId>,
    /// Path of the item, starting with the workspace. Prefix it with `//{account}` to include the
    /// account.
    pub path: RemotePath,
    /// Item with its properties.
    pub item: ResolvedItem,
}

/// Type and properties of a [`Resolved`] item.
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

/// Identity and location of an item without its properties, to be saved and read again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ItemLocation {
    /// Account that contains the item.
    pub account_id: AccountId,
    /// Workspace that contains the item, or that is the item.
    pub workspace_id: WorkspaceId,
    /// Project that contains the item, or that is the item; `None` for a workspace.
    pub project_id: Option<ProjectId>,
    /// Path of the item, starting with the workspace.
    pub path: RemotePath,
    /// Id of the item.
    pub id: ItemId,
}

/// Type and id of an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ItemId {
    /// A workspace.
    Workspace(WorkspaceId),
    /// A project.
    Project(ProjectId),
    /// A folder.
    Folder(FolderId),
    /// A file.
    File(FileId),
    /// A version stack.
    VersionStack(VersionStackId),
}

impl ItemLocation {
    /// Creates a location.
    pub const fn new(
        account_id: AccountId,
        workspace_id: WorkspaceId,
        project_id: Option<ProjectId>,
        path: RemotePath,
        id: ItemId,
    ) -> Self {
        Self { account_id, workspace_id, project_id, path, id }
    }
}

impl Resolved {
    /// Returns the identity and location of the item.
    pub fn location(&self) -> ItemLocation {
        let id = match &self.item {
            ResolvedItem::Workspace => ItemId::Workspace(self.workspace_id.clone()),
            ResolvedItem::Project(project) => ItemId::Project(project.id.clone()),
            ResolvedItem::Folder(folder) => ItemId::Folder(folder.id.clone()),
            ResolvedItem::File(file) => ItemId::File(file.id.clone()),
            ResolvedItem::VersionStack(stack) => ItemId::VersionStack(stack.id.clone()),
        };
        ItemLocation {
            account_id: self.account_id.clone(),
            workspace_id: self.workspace_id.clone(),
            project_id: self.project_id.clone(),
            path: self.path.clone(),
            id,
        }
    }

    /// Returns the id of the folder, or of the root folder of the project.
    pub fn folder_id(&self) -> Option<&FolderId> {
        match &self.item {
            ResolvedItem::Project(project) => Some(&project.root_folder_id),
            ResolvedItem::Folder(folder) => Some(&folder.id),
            _ => None,
        }
    }

    /// Returns the id of the file, folder or version stack; `None` for a workspace or project.
    pub fn asset_id(&self) -> Option<AssetId> {
        match &self.item {
            ResolvedItem::Folder(folder) => Some(folder.id.clone().into()),
            ResolvedItem::File(file) => Some(file.id.clone().into()),
            ResolvedItem::VersionStack(stack) => Some(stack.id.clone().into()),
            ResolvedItem::Workspace | ResolvedItem::Project(_) => None,
        }
    }

    /// Returns the id of the folder or version stack that contains the item, if the service reports it.
    pub fn parent_id(&self) -> Option<AssetId> {
        match &self.item {
            ResolvedItem::Folder(folder) => folder.parent_id.clone().map(Into::into),
            ResolvedItem::File(file) => file.parent_id.clone(),
            ResolvedItem::VersionStack(stack) => stack.parent_id.clone().map(Into::into),
            ResolvedItem::Workspace | ResolvedItem::Project(_) => None,
        }
    }

    /// Returns the file, or the head of the version stack.
    pub fn file(&self) -> Option<&File> {
        match &self.item {
            ResolvedItem::File(file) => Some(file),
            ResolvedItem::VersionStack(stack) => stack.head_version.as_deref(),
            _ => None,
        }
    }
}
