//! Projects: each has a root folder, which everything in it is below.

use frameio_core::{
    AccountId, Cursor, Endpoint, FolderId, Operation, Page, ProjectId, WorkspaceId, model,
    open_enum, response_types,
};
use jiff::Timestamp;

use crate::assets::DeletedAsset;
use crate::users::User;

/// Operations of this module.
pub const OPERATIONS: &[&Operation] = &[
    ListProjects::OPERATION,
    CreateProject::OPERATION,
    ShowProject::OPERATION,
    UpdateProject::OPERATION,
    DeleteProject::OPERATION,
    ListAccountProjects::OPERATION,
    ListInvitedProjects::OPERATION,
    ListDeletedAssets::OPERATION,
];

/// Lists the projects of a workspace.
///
/// Returns pages of [`Project`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/workspaces/{workspace_id}/projects",
    id = "projects.index", response = Page<Project>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListProjects {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace that contains the projects.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<ProjectInclude>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<ProjectSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Creates a project and its root folder in a workspace.
///
/// Returns the [`Project`].
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::projects::CreateProject;
///
/// let project = client.send(CreateProject::new("account", "workspace", "Pilot")).await?;
/// println!("{}", project.root_folder_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/workspaces/{workspace_id}/projects",
    id = "projects.create", response = Project, quota = "10/min",
)]
#[non_exhaustive]
pub struct CreateProject {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace in which to create the project.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: String,
    /// Whether access is restricted to members of the project.
    #[endpoint(body)]
    pub restricted: Option<bool>,
}

/// Shows a project.
///
/// Returns the [`Project`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/projects/{project_id}",
    id = "projects.show", response = Project, quota = "100/min",
)]
#[non_exhaustive]
pub struct ShowProject {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project to show.
    #[endpoint(path)]
    pub project_id: ProjectId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<ProjectInclude>,
}

/// Updates a project.
///
/// Returns the updated [`Project`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/projects/{project_id}",
    id = "projects.update", response = Project, quota = "10/min",
)]
#[non_exhaustive]
pub struct UpdateProject {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project to change.
    #[endpoint(path)]
    pub project_id: ProjectId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: Option<String>,
    /// Whether access is restricted to members of the project.
    #[endpoint(body)]
    pub restricted: Option<bool>,
    /// Whether the project is active.
    #[endpoint(body)]
    pub status: Option<ProjectStatus>,
}

/// Deletes a project with its contents.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/projects/{project_id}",
    id = "projects.delete", response = (), quota = "60/min",
)]
#[non_exhaustive]
pub struct DeleteProject {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project to delete.
    #[endpoint(path)]
    pub project_id: ProjectId,
}

/// Lists the projects of all workspaces of an account.
///
/// Returns pages of [`Project`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/projects",
    id = "projects.account_projects_index", response = Page<Project>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListAccountProjects {
    /// Account that owns the account projects.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<ProjectInclude>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<ProjectSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Lists the projects of an account that the user is invited to.
///
/// Returns pages of [`Project`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/invited_projects",
    id = "projects.invited_projects_index", response = Page<Project>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListInvitedProjects {
    /// Account that owns the invited projects.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<ProjectInclude>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<ProjectSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Lists recently deleted files, folders and version stacks of a project.
///
/// Returns pages of [`DeletedAsset`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/projects/{project_id}/recently_deleted",
    id = "projects.recently_deleted", response = Page<DeletedAsset>, quota = "5/s",
)]
#[non_exhaustive]
pub struct ListDeletedAssets {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project that contains the deleted assets.
    #[endpoint(path)]
    pub project_id: ProjectId,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<DeletedAssetSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

open_enum! {
    /// Related resources to include in responses about projects.
    pub enum ProjectInclude {
        /// Who owns it.
        Owner = "owner",
    }
}

open_enum! {
    /// The order of projects.
    pub enum ProjectSort {
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// By time of creation, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By time of creation, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}

open_enum! {
    /// The order of what was deleted.
    pub enum DeletedAssetSort {
        /// By time of deletion, oldest first.
        DeletedAtAsc = "deleted_at_asc",
        /// By time of deletion, newest first.
        DeletedAtDesc = "deleted_at_desc",
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
    }
}

open_enum! {
    /// Whether a project is being worked on.
    pub enum ProjectStatus {
        /// It is.
        Active = "active",
        /// It is put away.
        Inactive = "inactive",
    }
}

model! {
    /// A project.
    pub struct Project {
        /// The project's id.
        pub id: ProjectId,
        /// The project's id at Adobe.
        pub adobe_id: Option<String>,
        /// The workspace that holds it.
        pub workspace_id: WorkspaceId,
        /// The folder that everything in it is below.
        pub root_folder_id: FolderId,
        /// What it is called.
        pub name: String,
        /// What it is about.
        pub description: Option<String>,
        /// A picture of it.
        pub image: Option<String>,
        /// Whether it is being worked on.
        pub status: ProjectStatus,
        /// Whether only those who are added to it may see it.
        pub restricted: Option<bool>,
        /// How much is stored in it, in bytes.
        pub storage: u64,
        /// Where a browser shows it.
        pub view_url: String,
        /// Who owns it, if included.
        pub owner: Option<User>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
    }
}
response_types! { Project: one, page }
