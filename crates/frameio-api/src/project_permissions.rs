//! Permissions on projects: the users who may work with them, and their roles.

use frameio_core::{AccountId, Page, ProjectId, UserId, endpoints};

use crate::permissions::{AssignedProjectRole, ProjectRole, UserRole, UserRoleSort};

endpoints! {
    /// Lists the users of a project with their roles.
    pub struct ListProjectUsers {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to look in.
            project_id: ProjectId,
        }
        query {
            /// Whether users who are deactivated are listed too. Default: false.
            include_deactivated: bool,
            /// The order of the list. Default: the service's.
            sort: UserRoleSort,
        }
        page 1..=100;
    }
    "project_permissions.index" = GET "/v4/accounts/{account_id}/projects/{project_id}/users" -> Page<UserRole>, 100 per minute;

    /// Gives a user a role on a project, and adds who is not on it yet.
    pub struct UpdateProjectUserRole {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to give it on.
            project_id: ProjectId,
            /// User to give it to.
            user_id: UserId,
        }
        body {
            /// The role to give.
            role: ProjectRole,
        }
    }
    "project_permissions.project_user_roles_update" = PATCH "/v4/accounts/{account_id}/projects/{project_id}/users/{user_id}" -> AssignedProjectRole, 10 per minute;

    /// Removes a user from a project.
    pub struct RemoveProjectUser {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to remove the user from.
            project_id: ProjectId,
            /// User to remove.
            user_id: UserId,
        }
    }
    "project_permissions.delete" = DELETE "/v4/accounts/{account_id}/projects/{project_id}/users/{user_id}" -> (), 60 per minute;
}
