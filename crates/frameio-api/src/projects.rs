//! Projects, each with a root folder that contains all of its assets.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::projects::ListProjects;
//!
//! let mut projects = client.items(ListProjects::new("account", "workspace"));
//! while let Some(project) = projects.next().await {
//!     let project = project?;
//!     println!("{}: root folder {}", project.name, project.root_folder_id);
//! }
//! # Ok(())
//! # }
//! ```

use frameio_core::{
    AccountId, Cursor, Endpoint, FolderId, Operation, Page, ProjectId, WorkspaceId, model,
    open_enum, response_types,
};
use jiff::Timestamp;

use crate::assets::DeletedAsset;
use crate::users::User;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
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
    /// Whether the response contains the number of items on all pages. Default: false.
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
    /// Whether only members of the project can see it, and not all members of the workspace.
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
    /// Whether only members of the project can see it, and not all members of the workspace.
    #[endpoint(body)]
    pub restricted: Option<bool>,
    /// Status: active or inactive.
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
    /// Account whose projects are listed.
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
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Lists the projects of an account that the caller is invited to.
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
    /// Account whose projects are listed.
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
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Lists the recently deleted files, folders and version stacks of a project.
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
    /// Project that contained the assets.
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
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

open_enum! {
    /// Related resources to include in responses about projects.
    pub enum ProjectInclude {
        /// User who owns the project.
        Owner = "owner",
    }
}

open_enum! {
    /// Sort order of projects.
    pub enum ProjectSort {
        /// By name, A to Z.
        NameAsc = "name_asc",
        /// By name, Z to A.
        NameDesc = "name_desc",
        /// By creation time, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By creation time, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}

open_enum! {
    /// Sort order of deleted assets.
    pub enum DeletedAssetSort {
        /// By deletion time, oldest first.
        DeletedAtAsc = "deleted_at_asc",
        /// By deletion time, newest first.
        DeletedAtDesc = "deleted_at_desc",
        /// By name, A to Z.
        NameAsc = "name_asc",
        /// By name, Z to A.
        NameDesc = "name_desc",
    }
}

open_enum! {
    /// Status of a project.
    pub enum ProjectStatus {
        /// The project is in use.
        Active = "active",
        /// The project is deactivated.
        Inactive = "inactive",
    }
}

model! {
    /// A project of a workspace.
    pub struct Project {
        /// Id of the project.
        pub id: ProjectId,
        /// Id of the project at Adobe, such as `urn:aaid:sc:US:…`. Absent outside of Adobe storage.
        pub adobe_id: Option<String>,
        /// Workspace that contains the project.
        pub workspace_id: WorkspaceId,
        /// Root folder, which contains all assets of the project.
        pub root_folder_id: FolderId,
        /// Name of the project.
        pub name: String,
        /// Description, if the project has one. Absent from the responses that create or update a
        /// project.
        pub description: Option<String>,
        /// URL of the project's picture, if there is one.
        pub image: Option<String>,
        /// Status: active or inactive.
        pub status: ProjectStatus,
        /// Whether only members of the project can see it. Absent if the service does not report
        /// it.
        pub restricted: Option<bool>,
        /// Storage in use by the project, in bytes.
        pub storage: u64,
        /// URL of the project in the web app.
        pub view_url: String,
        /// User who owns the project. Present only if [`ProjectInclude::Owner`] is requested.
        pub owner: Option<User>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
    }
}
response_types! { Project: one, page }
