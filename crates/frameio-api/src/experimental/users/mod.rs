//! Experimental operations on users.

mod membership;

use frameio_core::{AccountId, Cursor, Endpoint, Operation, Page, UserId, open_enum};

pub use self::membership::{
    GroupMembership, Membership, MembershipKind, ProjectMembership, WorkspaceMembership,
};
use crate::permissions::AccountUserRole;

/// Operations of this module.
pub const OPERATIONS: &[&Operation] = &[ShowAccountUser::OPERATION, ListUserMemberships::OPERATION];

/// Shows a user of an account with their role.
///
/// Returns the [`AccountUserRole`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/users/{user_id}",
    id = "users.account_user_roles_show", response = AccountUserRole, quota = "100/min",
    api_version = "experimental",
)]
#[non_exhaustive]
pub struct ShowAccountUser {
    /// Account that owns the account user.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// User to show.
    #[endpoint(path)]
    pub user_id: UserId,
}

/// Lists the groups, workspaces and projects of an account that a user belongs to.
///
/// Returns pages of [`Membership`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/users/{user_id}/memberships",
    id = "users.account_user_roles_memberships", response = Page<Membership>, quota = "100/min",
    api_version = "experimental",
)]
#[non_exhaustive]
pub struct ListUserMemberships {
    /// Account that owns the user memberships.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// User whose memberships are listed.
    #[endpoint(path)]
    pub user_id: UserId,
    /// Types of assets to list. Default: all types.
    #[endpoint(query, name = "type")]
    pub kinds: Option<Vec<MembershipKind>>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<MembershipSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
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
