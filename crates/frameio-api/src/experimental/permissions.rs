//! Groups with roles: what the experimental permissions share.

use frameio_core::{model, open_enum, response_types};

use crate::groups::Group;
use crate::permissions::Role;

open_enum! {
    /// The order of groups with roles.
    pub enum GroupRoleSort {
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// By time of creation, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By time of creation, newest first.
        CreatedAtDesc = "created_at_desc",
        /// By role, the reverse of [`RoleDesc`](Self::RoleDesc).
        RoleAsc = "role_asc",
        /// By role, the reverse of [`RoleAsc`](Self::RoleAsc).
        RoleDesc = "role_desc",
    }
}

model! {
    /// A group with a role on a workspace or a project.
    pub struct GroupRole {
        /// The group.
        pub group: Group,
        /// The group's role.
        pub role: Role,
    }
}
response_types! { GroupRole: page }
