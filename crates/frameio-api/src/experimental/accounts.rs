//! Experimental operations on accounts.

use frameio_core::{AccountId, Endpoint, Operation};

use crate::accounts::Account;

/// Operations of this module.
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
