//! Experimental operations on project permissions: the roles of groups.

use frameio_core::{AccountId, GroupId, Page, ProjectId, endpoints};

use super::permissions::{GroupRole, GroupRoleSort};
use crate::permissions::{AssignedProjectRole, ProjectRole};

endpoints! {
    /// Lists the groups of a project with their roles.
    pub struct ListProjectGroups {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to look in.
            project_id: ProjectId,
        }
        query {
            /// The order of the list. Default: the service's.
            sort: GroupRoleSort,
        }
        page 1..=100;
    }
    "project_permissions.project_group_roles_index" = GET "/v4/accounts/{account_id}/projects/{project_id}/groups" -> Page<GroupRole>, 100 per minute, api_version("experimental");

    /// Gives a group a role on a project.
    pub struct UpdateProjectGroupRole {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to give it on.
            project_id: ProjectId,
            /// Group to give it to.
            group_id: GroupId,
        }
        body {
            /// The role to give.
            role: ProjectRole,
        }
    }
    "project_permissions.project_group_roles_update" = PATCH "/v4/accounts/{account_id}/projects/{project_id}/groups/{group_id}" -> AssignedProjectRole, 10 per minute, api_version("experimental");

    /// Removes a group from a project.
    pub struct RemoveProjectGroup {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to remove the group from.
            project_id: ProjectId,
            /// Group to remove.
            group_id: GroupId,
        }
    }
    "project_permissions.project_group_roles_delete" = DELETE "/v4/accounts/{account_id}/projects/{project_id}/groups/{group_id}" -> (), 60 per minute, api_version("experimental");
}
