//! Users.

use frameio_core::page::{PageItem, decode_single_page};
use frameio_core::{AccountId, DecodeError, Page, UserId, endpoints, model, response_types};

use crate::permissions::{AccountUserRole, UserRoleSort};

endpoints! {
    /// Shows the user whose token is used.
    ///
    /// The answer names no account: [`ListAccounts`](crate::accounts::ListAccounts) does.
    pub struct ShowCurrentUser {}
    "users.show" = GET "/v4/me" -> CurrentUser, 100 per minute;

    /// Lists the users of an account with their roles.
    pub struct ListAccountUsers {
        path {
            /// Account to look in.
            account_id: AccountId,
        }
        query {
            /// Whether users who are deactivated are listed too. Default: false.
            include_deactivated: bool,
            /// The order of the list. Default: the service's.
            sort: UserRoleSort,
        }
        page 1..=100;
    }
    "users.account_permissions_index" = GET "/v4/accounts/{account_id}/users" -> Page<AccountUserRole>, 100 per minute;
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

/// Reviewers of a share once came without `links`.
impl PageItem for User {
    fn decode_page(body: &[u8]) -> Result<Page<Self>, DecodeError> {
        decode_single_page(body)
    }
}
