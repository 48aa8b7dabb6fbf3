//! Experimental operations on the permissions of groups on projects.

use frameio_core::{AccountId, GroupId, Page, ProjectId, answers, endpoints, model, open_enum};

use crate::groups::Group;
use crate::permissions::{GrantedRole, HeldRole, Role};

endpoints! {
    /// Lists the groups of a project with their roles.
    pub struct ListProjectGroups {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to look at.
            project_id: ProjectId,
        }
        query {
            /// The order of the list. Default: the service's.
            sort: GroupRoleSort,
        }
        page 1..=100;
    }
    "project_permissions.project_group_roles_index" = GET "/v4/accounts/{account_id}/projects/{project_id}/groups" -> Page<GroupRole>, 100 per minute, api_version("experimental");

    /// Gives a group a role on a project: one that is not on it yet is added.
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
            /// What the members of the group are to be.
            role: Role,
        }
    }
    "project_permissions.project_group_roles_update" = PATCH "/v4/accounts/{account_id}/projects/{project_id}/groups/{group_id}" -> GrantedRole, 10 per minute, api_version("experimental");

    /// Takes a group off a project.
    pub struct DeleteProjectGroupRole {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to take the group off.
            project_id: ProjectId,
            /// Group to take off.
            group_id: GroupId,
        }
    }
    "project_permissions.project_group_roles_delete" = DELETE "/v4/accounts/{account_id}/projects/{project_id}/groups/{group_id}" -> (), 60 per minute, api_version("experimental");
}

open_enum! {
    /// The order of groups with their roles.
    pub enum GroupRoleSort {
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// By time of creation, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By time of creation, newest first.
        CreatedAtDesc = "created_at_desc",
        /// By role.
        RoleAsc = "role_asc",
        /// By role, the other way round.
        RoleDesc = "role_desc",
    }
}

model! {
    /// A group on a workspace or a project.
    pub struct GroupRole {
        /// The group.
        pub group: Group,
        /// What its members are there.
        pub role: HeldRole,
    }
}
answers!(GroupRole);
