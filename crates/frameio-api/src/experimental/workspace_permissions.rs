//! Experimental operations on workspace permissions: the roles of groups.

use frameio_core::{AccountId, GroupId, Page, WorkspaceId, endpoints};

use super::permissions::{GroupRole, GroupRoleSort};
use crate::permissions::{AssignedWorkspaceRole, WorkspaceRole};

endpoints! {
    /// Lists the groups of a workspace with their roles.
    pub struct ListWorkspaceGroups {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to look in.
            workspace_id: WorkspaceId,
        }
        query {
            /// The order of the list. Default: the service's.
            sort: GroupRoleSort,
        }
        page 1..=100;
    }
    "workspace_permissions.workspace_group_roles_index" = GET "/v4/accounts/{account_id}/workspaces/{workspace_id}/groups" -> Page<GroupRole>, 100 per minute, api_version("experimental");

    /// Gives a group a role on a workspace.
    pub struct UpdateWorkspaceGroupRole {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to give it on.
            workspace_id: WorkspaceId,
            /// Group to give it to.
            group_id: GroupId,
        }
        body {
            /// The role to give.
            role: WorkspaceRole,
        }
    }
    "workspace_permissions.workspace_group_roles_update" = PATCH "/v4/accounts/{account_id}/workspaces/{workspace_id}/groups/{group_id}" -> AssignedWorkspaceRole, 10 per minute, api_version("experimental");

    /// Removes a group from a workspace.
    pub struct RemoveWorkspaceGroup {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to remove the group from.
            workspace_id: WorkspaceId,
            /// Group to remove.
            group_id: GroupId,
        }
    }
    "workspace_permissions.workspace_group_roles_delete" = DELETE "/v4/accounts/{account_id}/workspaces/{workspace_id}/groups/{group_id}" -> (), 60 per minute, api_version("experimental");
}
