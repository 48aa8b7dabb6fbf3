//! Experimental operations on users: their role in an account, and their memberships.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! # use frameio_api as frameio;
//! use frameio::experimental::users::ListUserMemberships;
//!
//! let mut memberships = client.items(ListUserMemberships::new("account", "user"));
//! while let Some(membership) = memberships.next().await {
//!     println!("{}", membership?.name());
//! }
//! # Ok(())
//! # }
//! ```

mod membership;

use frameio_core::{AccountId, Cursor, Endpoint, Operation, Page, UserId, open_enum};

pub use self::membership::{
    GroupMembership, Membership, MembershipKind, ProjectMembership, WorkspaceMembership,
};
use crate::permissions::AccountUserRole;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
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
    /// Account of the user.
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
    /// Account of the user.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// User whose memberships are listed.
    #[endpoint(path)]
    pub user_id: UserId,
    /// Types of memberships to list. Default: all types.
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
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

open_enum! {
    /// Sort order of memberships.
    pub enum MembershipSort {
        /// By name, A to Z.
        NameAsc = "name_asc",
        /// By name, Z to A.
        NameDesc = "name_desc",
        /// By type, A to Z.
        TypeAsc = "type_asc",
        /// By type, Z to A.
        TypeDesc = "type_desc",
        /// By role. The service does not document the order of roles.
        RoleAsc = "role_asc",
        /// By role, in the reverse order of [`RoleAsc`](Self::RoleAsc).
        RoleDesc = "role_desc",
    }
}
