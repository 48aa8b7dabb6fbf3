//! Workspaces, which group the projects, webhooks and custom actions of an account.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::workspaces::ListWorkspaces;
//!
//! let mut workspaces = client.items(ListWorkspaces::new("account"));
//! while let Some(workspace) = workspaces.next().await {
//!     println!("{}", workspace?.name);
//! }
//! # Ok(())
//! # }
//! ```

use frameio_core::{
    AccountId, Cursor, Endpoint, Operation, Page, WorkspaceId, model, open_enum, response_types,
};
use jiff::Timestamp;

use crate::users::User;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[
    ListWorkspaces::OPERATION,
    CreateWorkspace::OPERATION,
    ShowWorkspace::OPERATION,
    UpdateWorkspace::OPERATION,
    DeleteWorkspace::OPERATION,
];

/// Lists the workspaces of an account.
///
/// Returns pages of [`Workspace`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/workspaces",
    id = "workspaces.index", response = Page<Workspace>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListWorkspaces {
    /// Account whose workspaces are listed.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<WorkspaceInclude>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<WorkspaceSort>,
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

/// Creates a workspace in an account.
///
/// Returns the [`Workspace`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/workspaces",
    id = "workspaces.create", response = Workspace, quota = "10/min",
)]
#[non_exhaustive]
pub struct CreateWorkspace {
    /// Account in which to create the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Name, 1 to 255 characters. Default: chosen by the service.
    #[endpoint(body, len = 1..=255)]
    pub name: Option<String>,
}

/// Shows a workspace.
///
/// Returns the [`Workspace`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/workspaces/{workspace_id}",
    id = "workspaces.show", response = Workspace, quota = "100/min",
)]
#[non_exhaustive]
pub struct ShowWorkspace {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace to show.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<WorkspaceInclude>,
}

/// Updates a workspace.
///
/// Returns the updated [`Workspace`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/workspaces/{workspace_id}",
    id = "workspaces.update", response = Workspace, quota = "10/min",
)]
#[non_exhaustive]
pub struct UpdateWorkspace {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace to change.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: Option<String>,
}

/// Deletes a workspace.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/workspaces/{workspace_id}",
    id = "workspaces.delete", response = (), quota = "60/min",
)]
#[non_exhaustive]
pub struct DeleteWorkspace {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace to delete.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
}

open_enum! {
    /// Related resources to include in responses about workspaces.
    pub enum WorkspaceInclude {
        /// User who created the workspace.
        Creator = "creator",
    }
}

open_enum! {
    /// Sort order of workspaces.
    pub enum WorkspaceSort {
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

model! {
    /// A workspace of an account.
    pub struct Workspace {
        /// Id of the workspace.
        pub id: WorkspaceId,
        /// Account that owns the workspace.
        pub account_id: AccountId,
        /// Name of the workspace.
        pub name: String,
        /// URL of the workspace's picture, if there is one.
        pub image: Option<String>,
        /// User who created the workspace. Present only if [`WorkspaceInclude::Creator`] is
        /// requested.
        pub creator: Option<User>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
    }
}
response_types! { Workspace: one, page }
