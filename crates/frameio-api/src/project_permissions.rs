//! Permissions on projects: users and their roles.

use frameio_core::{AccountId, Page, ProjectId, UserId, endpoints};

use crate::permissions::{GrantedRole, Role, UserRole, UserRoleSort};

endpoints! {
    /// Lists the users of a project with their roles.
    pub struct ListProjectUsers {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to look at.
            project_id: ProjectId,
        }
        query {
            /// Whether users are listed who are deactivated in the account. Default: the service's.
            include_deactivated: bool,
            /// The order of the list. Default: the service's.
            sort: UserRoleSort,
        }
        page 1..=100;
    }
    "project_permissions.index" = GET "/v4/accounts/{account_id}/projects/{project_id}/users" -> Page<UserRole>, 100 per minute;

    /// Gives a user a role on a project: whoever is not on it yet is added.
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
            /// What the user is to be.
            role: Role,
        }
    }
    "project_permissions.project_user_roles_update" = PATCH "/v4/accounts/{account_id}/projects/{project_id}/users/{user_id}" -> GrantedRole, 10 per minute;

    /// Takes a user off a project.
    pub struct DeleteProjectUserRole {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to take the user off.
            project_id: ProjectId,
            /// User to take off.
            user_id: UserId,
        }
    }
    "project_permissions.delete" = DELETE "/v4/accounts/{account_id}/projects/{project_id}/users/{user_id}" -> (), 60 per minute;
}
