//! Experimental operations on users.

mod membership;

use frameio_core::{AccountId, Page, UserId, endpoints, open_enum};

pub use self::membership::{
    GroupMembership, Membership, MembershipKind, ProjectMembership, WorkspaceMembership,
};
use crate::permissions::AccountUserRole;

endpoints! {
    /// Shows a user of an account, with their role in it.
    pub struct ShowAccountUser {
        path {
            /// Account to look in.
            account_id: AccountId,
            /// User to show.
            user_id: UserId,
        }
    }
    "users.account_user_roles_show" = GET "/v4/accounts/{account_id}/users/{user_id}" -> AccountUserRole, 100 per minute, api_version("experimental");

    /// Lists the groups, workspaces and projects of an account that a user belongs to.
    pub struct ListUserMemberships {
        path {
            /// Account to look in.
            account_id: AccountId,
            /// User who belongs to them.
            user_id: UserId,
        }
        query {
            /// Only what is of these kinds. Default: all kinds.
            kinds = "type": Vec<MembershipKind>,
            /// The order of the list. Default: the service's.
            sort: MembershipSort,
        }
        page 1..=100;
    }
    "users.account_user_roles_memberships" = GET "/v4/accounts/{account_id}/users/{user_id}/memberships" -> Page<Membership>, 100 per minute, api_version("experimental");
}

open_enum! {
    /// The order of memberships.
    pub enum MembershipSort {
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// By kind, A first.
        TypeAsc = "type_asc",
        /// By kind, Z first.
        TypeDesc = "type_desc",
        /// By role, the reverse of [`RoleDesc`](Self::RoleDesc).
        RoleAsc = "role_asc",
        /// By role, the reverse of [`RoleAsc`](Self::RoleAsc).
        RoleDesc = "role_desc",
    }
}
