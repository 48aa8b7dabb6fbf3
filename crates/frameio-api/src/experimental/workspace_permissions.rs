//! Experimental operations on workspace permissions: the roles of groups.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! # use frameio_api as frameio;
//! use frameio::experimental::workspace_permissions::UpdateWorkspaceGroupRole;
//! use frameio::permissions::WorkspaceRole;
//!
//! let role = WorkspaceRole::Commenter;
//! client.send(UpdateWorkspaceGroupRole::new("account", "workspace", "group", role)).await?;
//! # Ok(())
//! # }
//! ```

use frameio_core::{AccountId, Cursor, Endpoint, GroupId, Operation, Page, WorkspaceId};

use super::permissions::{GroupRole, GroupRoleSort};
use crate::permissions::{AssignedWorkspaceRole, WorkspaceRole};

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[
    ListWorkspaceGroups::OPERATION,
    UpdateWorkspaceGroupRole::OPERATION,
    RemoveWorkspaceGroup::OPERATION,
];

/// Lists the groups of a workspace with their roles.
///
/// Returns pages of [`GroupRole`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/workspaces/{workspace_id}/groups",
    id = "workspace_permissions.workspace_group_roles_index", response = Page<GroupRole>,
    quota = "100/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct ListWorkspaceGroups {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace whose groups are listed.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<GroupRoleSort>,
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

/// Grants a group a role on a workspace, and adds the group if necessary.
///
/// Returns the [`AssignedWorkspaceRole`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/workspaces/{workspace_id}/groups/{group_id}",
    id = "workspace_permissions.workspace_group_roles_update", response = AssignedWorkspaceRole,
    quota = "10/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct UpdateWorkspaceGroupRole {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace on which to grant the role.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// Group that receives the role.
    #[endpoint(path)]
    pub group_id: GroupId,
    /// Role to grant.
    #[endpoint(body)]
    pub role: WorkspaceRole,
}

/// Removes a group from a workspace.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/workspaces/{workspace_id}/groups/{group_id}",
    id = "workspace_permissions.workspace_group_roles_delete", response = (), quota = "60/min",
    api_version = "experimental",
)]
#[non_exhaustive]
pub struct RemoveWorkspaceGroup {
    /// Account that owns the workspace.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Workspace to remove the group from.
    #[endpoint(path)]
    pub workspace_id: WorkspaceId,
    /// Group to remove.
    #[endpoint(path)]
    pub group_id: GroupId,
}
