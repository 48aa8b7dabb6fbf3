//! Permissions on workspaces: users and their roles.

use frameio_core::{AccountId, Page, UserId, WorkspaceId, endpoints};

use crate::permissions::{GrantedWorkspaceRole, UserRole, UserRoleSort, WorkspaceRole};

endpoints! {
    /// Lists the users of a workspace with their roles.
    pub struct ListWorkspaceUsers {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to look at.
            workspace_id: WorkspaceId,
        }
        query {
            /// Whether users are listed who are deactivated in the account. Default: the service's.
            include_deactivated: bool,
            /// The order of the list. Default: the service's.
            sort: UserRoleSort,
        }
        page 1..=100;
    }
    "workspace_permissions.index" = GET "/v4/accounts/{account_id}/workspaces/{workspace_id}/users" -> Page<UserRole>, 100 per minute;

    /// Gives a user a role on a workspace: whoever is not on it yet is added.
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
            /// What the user is to be.
            role: WorkspaceRole,
        }
    }
    "workspace_permissions.workspace_user_roles_update" = PATCH "/v4/accounts/{account_id}/workspaces/{workspace_id}/users/{user_id}" -> GrantedWorkspaceRole, 10 per minute;

    /// Takes a user off a workspace.
    pub struct DeleteWorkspaceUserRole {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to take the user off.
            workspace_id: WorkspaceId,
            /// User to take off.
            user_id: UserId,
        }
    }
    "workspace_permissions.workspace_user_roles_delete" = DELETE "/v4/accounts/{account_id}/workspaces/{workspace_id}/users/{user_id}" -> (), 60 per minute;
}
