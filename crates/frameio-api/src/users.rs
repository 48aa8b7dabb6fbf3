//! Users.

use frameio_core::page::{PageItem, decode_single_page};
use frameio_core::{
    AccountId, Cursor, DecodeError, Endpoint, Operation, Page, UserId, model, response_types,
};
use jiff::Timestamp;

#[cfg(feature = "experimental")]
use crate::experimental::ExperimentalResponse;
use crate::permissions::{AccountUserRole, UserRoleSort};

/// Operations of this module.
pub const OPERATIONS: &[&Operation] = &[ShowCurrentUser::OPERATION, ListAccountUsers::OPERATION];

/// Shows the user that the token belongs to.
///
/// Returns the [`CurrentUser`]. The response names no account;
/// [`ListAccounts`](crate::accounts::ListAccounts) lists them. Fails with 401 if the token is
/// invalid or has expired.
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::users::ShowCurrentUser;
///
/// let user = client.send(ShowCurrentUser::new()).await?;
/// println!("{} <{}>", user.name, user.email);
/// # Ok(())
/// # }
/// ```
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
    /// Account that owns the account users.
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
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
    /// Whether users have `joined_at`, `last_active_at` and `timezone`. Sends
    /// `api-version: experimental`.
    #[cfg(feature = "experimental")]
    #[endpoint(query, experimental)]
    pub membership_details: Option<ExperimentalResponse>,
}

model! {
    /// The user whose token is used.
    pub struct CurrentUser {
        /// The user's id.
        pub id: UserId,
        /// The user's name.
        pub name: String,
        /// The user's e-mail address.
        pub email: String,
        /// A picture of the user.
        pub avatar_url: Option<String>,
    }
}
response_types! { CurrentUser: one }

model! {
    /// A user as the maker or owner of something.
    pub struct User {
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
    }
}

model! {
    /// User of an account: a [`User`] and more.
    pub struct UserDetails {
        /// Id of the user; absent for people without a membership.
        pub id: Option<UserId>,
        /// Name of the user.
        pub name: Option<String>,
        /// E-mail address of the user.
        pub email: String,
        /// URL of a picture of the user.
        pub avatar_url: Option<String>,
        /// Whether the user is active in the account.
        pub active: Option<bool>,
        /// Id of the user at Adobe.
        pub adobe_user_id: Option<String>,
        /// Time zone of the user. Only in experimental responses, as the fields below.
        pub timezone: Option<String>,
        /// Time at which the user joined the account.
        pub joined_at: Option<Timestamp>,
        /// Time at which the user was last active in the account.
        pub last_active_at: Option<Timestamp>,
    }
}

/// Reviewers of a share once came without `links`.
impl PageItem for User {
    fn decode_page(body: &[u8]) -> Result<Page<Self>, DecodeError> {
        decode_single_page(body)
    }
}
