//! Experimental operations on the users of an account.

use frameio_core::{AccountId, Page, UserId, answers, endpoints, model, open_enum};
use jiff::Timestamp;

use crate::permissions::{HeldAccountRole, HeldRole};

endpoints! {
    /// Shows a user of an account with the role there.
    pub struct ShowAccountUser {
        path {
            /// Account that the user belongs to.
            account_id: AccountId,
            /// User to show.
            user_id: UserId,
        }
    }
    "users.account_user_roles_show" = GET "/v4/accounts/{account_id}/users/{user_id}" -> AccountUser, 100 per minute, api_version("experimental");

    /// Lists the groups, workspaces and projects that a user of an account belongs to.
    pub struct ListMemberships {
        path {
            /// Account to look in.
            account_id: AccountId,
            /// User to look at.
            user_id: UserId,
        }
        query {
            /// Only these kinds of memberships. Default: all kinds.
            kinds = "type": Vec<MembershipKind>,
            /// The order of the list. Default: the service's.
            sort: MembershipSort,
        }
        page 1..=100;
    }
    "users.account_user_roles_memberships" = GET "/v4/accounts/{account_id}/users/{user_id}/memberships" -> Page<Membership>, 100 per minute, api_version("experimental");
}

open_enum! {
    /// What someone can belong to.
    pub enum MembershipKind {
        /// A group.
        Group = "group",
        /// A project.
        Project = "project",
        /// A workspace.
        Workspace = "workspace",
    }
}

open_enum! {
    /// The order of memberships.
    pub enum MembershipSort {
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// By kind.
        TypeAsc = "type_asc",
        /// By kind, the other way round.
        TypeDesc = "type_desc",
        /// By role.
        RoleAsc = "role_asc",
        /// By role, the other way round.
        RoleDesc = "role_desc",
    }
}

model! {
    /// A user of an account, with more than others are told.
    pub struct AccountUser {
        /// What the user is in the account.
        pub role: Option<HeldAccountRole>,
        /// The user.
        pub user: UserProfile,
    }
}

model! {
    /// A user, with more than others are told.
    pub struct UserProfile {
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
        /// When the user last did something.
        pub last_active_at: Option<Timestamp>,
    }
}

model! {
    /// A group, a workspace or a project that a user belongs to.
    pub struct Membership {
        /// The id of the group, workspace or project.
        pub id: String,
        /// What it is called.
        pub name: String,
        /// Which of them it is.
        pub kind = "type": MembershipKind,
        /// What the user is there; a group gives none.
        pub role: Option<HeldRole>,
    }
}
answers!(AccountUser, Membership);
