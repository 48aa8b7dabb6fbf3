//! Permissions on workspaces: the users who may work with them, and their roles.

use frameio_core::{AccountId, Page, UserId, WorkspaceId, endpoints};

use crate::permissions::{AssignedWorkspaceRole, UserRole, UserRoleSort, WorkspaceRole};

endpoints! {
    /// Lists the users of a workspace with their roles.
    pub struct ListWorkspaceUsers {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to look in.
            workspace_id: WorkspaceId,
        }
        query {
            /// Whether users who are deactivated are listed too. Default: false.
            include_deactivated: bool,
            /// The order of the list. Default: the service's.
            sort: UserRoleSort,
        }
        page 1..=100;
    }
    "workspace_permissions.index" = GET "/v4/accounts/{account_id}/workspaces/{workspace_id}/users" -> Page<UserRole>, 100 per minute;

    /// Gives a user a role on a workspace, and adds who is not on it yet.
    pub struct UpdateWorkspaceUserRole {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to give it on.
            workspace_id: WorkspaceId,
            /// User to give it to.
            user_id: UserId,
        }
        body {
            /// The role to give.
            role: WorkspaceRole,
        }
    }
    "workspace_permissions.workspace_user_roles_update" = PATCH "/v4/accounts/{account_id}/workspaces/{workspace_id}/users/{user_id}" -> AssignedWorkspaceRole, 10 per minute;

    /// Removes a user from a workspace.
    pub struct RemoveWorkspaceUser {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to remove the user from.
            workspace_id: WorkspaceId,
            /// User to remove.
            user_id: UserId,
        }
    }
    "workspace_permissions.workspace_user_roles_delete" = DELETE "/v4/accounts/{account_id}/workspaces/{workspace_id}/users/{user_id}" -> (), 60 per minute;
}
