//! Groups with roles: the models that the experimental permissions share.

use frameio_core::{model, open_enum, response_types};

use crate::groups::Group;
use crate::permissions::Role;

open_enum! {
    /// Sort order of groups with roles.
    pub enum GroupRoleSort {
        /// By name, A to Z.
        NameAsc = "name_asc",
        /// By name, Z to A.
        NameDesc = "name_desc",
        /// By creation time, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By creation time, newest first.
        CreatedAtDesc = "created_at_desc",
        /// By role. The service does not document the order of roles.
        RoleAsc = "role_asc",
        /// By role, in the reverse order of [`RoleAsc`](Self::RoleAsc).
        RoleDesc = "role_desc",
    }
}

model! {
    /// A group with its role on a workspace or project.
    pub struct GroupRole {
        /// Group.
        pub group: Group,
        /// Role of the group.
        pub role: Role,
    }
}
response_types! { GroupRole: page }
