//! Experimental operations on the permissions of groups on workspaces.

use frameio_core::{AccountId, GroupId, Page, WorkspaceId, endpoints};

use super::project_permissions::{GroupRole, GroupRoleSort};
use crate::permissions::{GrantedWorkspaceRole, WorkspaceRole};

endpoints! {
    /// Lists the groups of a workspace with their roles.
    pub struct ListWorkspaceGroups {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to look at.
            workspace_id: WorkspaceId,
        }
        query {
            /// The order of the list. Default: the service's.
            sort: GroupRoleSort,
        }
        page 1..=100;
    }
    "workspace_permissions.workspace_group_roles_index" = GET "/v4/accounts/{account_id}/workspaces/{workspace_id}/groups" -> Page<GroupRole>, 100 per minute, api_version("experimental");

    /// Gives a group a role on a workspace: one that is not on it yet is added.
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
            /// What the members of the group are to be.
            role: WorkspaceRole,
        }
    }
    "workspace_permissions.workspace_group_roles_update" = PATCH "/v4/accounts/{account_id}/workspaces/{workspace_id}/groups/{group_id}" -> GrantedWorkspaceRole, 10 per minute, api_version("experimental");

    /// Takes a group off a workspace.
    pub struct DeleteWorkspaceGroupRole {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to take the group off.
            workspace_id: WorkspaceId,
            /// Group to take off.
            group_id: GroupId,
        }
    }
    "workspace_permissions.workspace_group_roles_delete" = DELETE "/v4/accounts/{account_id}/workspaces/{workspace_id}/groups/{group_id}" -> (), 60 per minute, api_version("experimental");
}
