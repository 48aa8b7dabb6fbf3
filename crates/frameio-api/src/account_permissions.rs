//! Permissions on accounts: the role of a user.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::account_permissions::UpdateAccountUserRole;
//! use frameio::permissions::AssignableAccountRole;
//!
//! client.send(UpdateAccountUserRole::new("account", "user", AssignableAccountRole::Admin)).await?;
//! # Ok(())
//! # }
//! ```
//!
//! [`ListAccountUsers`](crate::users::ListAccountUsers) lists the users of an account with their
//! roles.

use frameio_core::{AccountId, Endpoint, Operation, UserId};

use crate::permissions::{AssignableAccountRole, AssignedAccountRole};

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[UpdateAccountUserRole::OPERATION];

/// Grants a user a role in an account.
///
/// Returns the [`AssignedAccountRole`]. Fails with 403 if the caller is not allowed to grant roles.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/users/{user_id}",
    id = "account_permissions.account_user_roles_update", response = AssignedAccountRole,
    quota = "10/min",
)]
#[non_exhaustive]
pub struct UpdateAccountUserRole {
    /// Account in which to grant the role.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// User who receives the role.
    #[endpoint(path)]
    pub user_id: UserId,
    /// Role to grant.
    #[endpoint(body)]
    pub role: AssignableAccountRole,
}
