//! Permissions on workspaces: the users with access, and their roles.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::permissions::WorkspaceRole;
//! use frameio::workspace_permissions::UpdateWorkspaceUserRole;
//!
//! let role = WorkspaceRole::Editor;
//! client.send(UpdateWorkspaceUserRole::new("account", "workspace", "user", role)).await?;
//! # Ok(())
//! # }
//! ```

use frameio_core::{AccountId, Cursor, Endpoint, Operation, Page, UserId, WorkspaceId};

use crate::permissions::{AssignedWorkspaceRole, UserRole, UserRoleSort, WorkspaceRole};

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[
    ListWorkspaceUsers::OPERATION,
    UpdateWorkspaceUserRole::OPERATION,
    RemoveWorkspaceUser::OPERATION,
];

/// Lists the users of a workspace with their roles.
///
/// Returns pages of [`UserRole`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/workspaces/{workspace_id}/users",
    id = "workspace_permissions.index", response = Page<UserRole>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListWorkspaceUsers {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace whose users are listed.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// Whether to include deactivated users. Default: false.
    #[endpoint(query)]
    pub include_deactivated: Option<bool>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<UserRoleSort>,
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

/// Grants a user a role on a workspace, and adds the user if necessary.
///
/// Returns the [`AssignedWorkspaceRole`]. The role applies to all projects of the workspace that
/// are not restricted.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/workspaces/{workspace_id}/users/{user_id}",
    id = "workspace_permissions.workspace_user_roles_update", response = AssignedWorkspaceRole,
    quota = "10/min",
)]
#[non_exhaustive]
pub struct UpdateWorkspaceUserRole {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace on which to grant the role.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// User who receives the role.
    #[endpoint(path)]
    pub user_id: UserId,
    /// Role to grant.
    #[endpoint(body)]
    pub role: WorkspaceRole,
}

/// Removes a user from a workspace. Roles on its projects remain.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/workspaces/{workspace_id}/users/{user_id}",
    id = "workspace_permissions.workspace_user_roles_delete", response = (), quota = "60/min",
)]
#[non_exhaustive]
pub struct RemoveWorkspaceUser {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace to remove the user from.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// User to remove.
    #[endpoint(path)]
    pub user_id: UserId,
}
