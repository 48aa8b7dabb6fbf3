//! Experimental operations on accounts.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! # use frameio_api as frameio;
//! use frameio::experimental::accounts::ShowAccount;
//!
//! let account = client.send(ShowAccount::new("account")).await?;
//! println!("{}: {} bytes in use", account.display_name, account.storage_usage);
//! # Ok(())
//! # }
//! ```

use frameio_core::{AccountId, Endpoint, Operation};

use crate::accounts::Account;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[ShowAccount::OPERATION];

/// Shows an account.
///
/// Returns the [`Account`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}",
    id = "accounts.show", response = Account, quota = "100/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct ShowAccount {
    /// Account to show.
    #[endpoint(path)]
    pub account_id: AccountId,
}
