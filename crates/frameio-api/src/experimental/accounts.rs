//! Experimental operations on accounts.

use frameio_core::{AccountId, endpoints};

use crate::accounts::Account;

endpoints! {
    /// Shows an account.
    pub struct ShowAccount {
        path {
            /// Account to show.
            account_id: AccountId,
        }
    }
    "accounts.show" = GET "/v4/accounts/{account_id}" -> Account, 100 per minute, api_version("experimental");
}
