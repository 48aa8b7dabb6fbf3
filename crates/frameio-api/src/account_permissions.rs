//! Permissions on accounts: the role of a user.
//!
//! [`ListAccountUsers`](crate::users::ListAccountUsers) lists who has which.

use frameio_core::{AccountId, Endpoint, Operation, UserId};

use crate::permissions::{AssignableAccountRole, AssignedAccountRole};

/// Operations of this module.
pub const OPERATIONS: &[&Operation] = &[UpdateAccountUserRole::OPERATION];

/// Gives a user a role in an account.
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
