//! Users: the caller, and the users of an account.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::users::ShowCurrentUser;
//!
//! let user = client.send(ShowCurrentUser::new()).await?;
//! println!("{} <{}>", user.name, user.email);
//! # Ok(())
//! # }
//! ```
//!
//! [`account_permissions`](crate::account_permissions) changes the role of a user in an account.

use frameio_core::page::{PageItem, decode_single_page};
use frameio_core::{
    AccountId, Cursor, DecodeError, Endpoint, Operation, Page, UserId, model, response_types,
};
use jiff::Timestamp;

#[cfg(feature = "experimental")]
use crate::experimental::ExperimentalResponse;
use crate::permissions::{AccountUserRole, UserRoleSort};

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[ShowCurrentUser::OPERATION, ListAccountUsers::OPERATION];

/// Shows the user that the token belongs to.
///
/// Returns the [`CurrentUser`], without their accounts: use
/// [`ListAccounts`](crate::accounts::ListAccounts) for these. Fails with 401 if the token is
/// invalid or has expired, which makes it a cheap check of a token.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/me",
    id = "users.show", response = CurrentUser, quota = "100/min",
)]
#[non_exhaustive]
pub struct ShowCurrentUser {}

/// Lists the users of an account with their roles.
///
/// Returns pages of [`AccountUserRole`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/users",
    id = "users.account_permissions_index", response = Page<AccountUserRole>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListAccountUsers {
    /// Account whose users are listed.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Whether to include deactivated users. Default: false.
    #[endpoint(query)]
    pub include_deactivated: Option<bool>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<UserRoleSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
    /// Whether the users have `joined_at`, `last_active_at` and `timezone`. Sends
    /// `api-version: experimental`.
    #[cfg(feature = "experimental")]
    #[endpoint(query, experimental)]
    pub membership_details: Option<ExperimentalResponse>,
}

model! {
    /// The user that the token belongs to.
    pub struct CurrentUser {
        /// Id of the user.
        pub id: UserId,
        /// Display name.
        pub name: String,
        /// Email address.
        pub email: String,
        /// URL of the profile picture, if there is one.
        pub avatar_url: Option<String>,
    }
}
response_types! { CurrentUser: one }

model! {
    /// A person, as the creator, owner, member or reviewer of a resource.
    pub struct User {
        /// Id of the user. Absent for people without a membership, such as reviewers invited by
        /// email.
        pub id: Option<UserId>,
        /// Display name. Absent for people without a membership.
        pub name: Option<String>,
        /// Email address.
        pub email: String,
        /// URL of the profile picture, if there is one.
        pub avatar_url: Option<String>,
        /// Whether the user is active in the account. Absent for people without a membership.
        pub active: Option<bool>,
        /// Id of the user at Adobe, if there is one.
        pub adobe_user_id: Option<String>,
    }
}

model! {
    /// A user of an account: the fields of [`User`], and those of the membership.
    pub struct UserDetails {
        /// Id of the user. Absent for people without a membership, such as reviewers invited by
        /// email.
        pub id: Option<UserId>,
        /// Display name. Absent for people without a membership.
        pub name: Option<String>,
        /// Email address.
        pub email: String,
        /// URL of the profile picture, if there is one.
        pub avatar_url: Option<String>,
        /// Whether the user is active in the account. Absent for people without a membership.
        pub active: Option<bool>,
        /// Id of the user at Adobe, if there is one.
        pub adobe_user_id: Option<String>,
        /// Name of the user's time zone. Only in experimental responses.
        pub timezone: Option<String>,
        /// Time at which the user joined the account. Only in experimental responses.
        pub joined_at: Option<Timestamp>,
        /// Time at which the user was last active in the account. Only in experimental responses.
        pub last_active_at: Option<Timestamp>,
    }
}

/// Accepts pages without `links`, as the list of reviewers of a share has been documented.
impl PageItem for User {
    fn decode_page(body: &[u8]) -> Result<Page<Self>, DecodeError> {
        decode_single_page(body)
    }
}
