//! Experimental operations on users.

mod membership;

use frameio_core::{AccountId, Page, UserId, endpoints, model, open_enum, response_types};
use jiff::Timestamp;

pub use self::membership::{
    GroupMembership, Membership, MembershipKind, ProjectMembership, WorkspaceMembership,
};
use crate::permissions::AccountRole;

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
    "users.account_user_roles_show" = GET "/v4/accounts/{account_id}/users/{user_id}" -> AccountUser, 100 per minute, api_version("experimental");

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

model! {
    /// A user of an account, with their role in it.
    pub struct AccountUser {
        /// The user.
        pub user: UserDetails,
        /// The user's role.
        pub role: Option<AccountRole>,
    }
}
response_types! { AccountUser: one }

model! {
    /// A user with all that an account knows of them: a [`User`](crate::users::User) and more.
    pub struct UserDetails {
        /// The user's id; absent for people without a membership.
        pub id: Option<UserId>,
        /// The user's name.
        pub name: Option<String>,
        /// The user's e-mail address.
        pub email: String,
        /// A picture of the user.
        pub avatar_url: Option<String>,
        /// Whether the user is active in the account.
        pub active: Option<bool>,
        /// The user's id at Adobe.
        pub adobe_user_id: Option<String>,
        /// The user's time zone.
        pub timezone: Option<String>,
        /// When the user joined the account.
        pub joined_at: Option<Timestamp>,
        /// When the user was last seen.
        pub last_active_at: Option<Timestamp>,
    }
}
