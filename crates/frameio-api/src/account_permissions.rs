//! Permissions on accounts: the role of a user.
//!
//! [`ListAccountUsers`](crate::users::ListAccountUsers) lists the users.

use frameio_core::{AccountId, UserId, endpoints};

use crate::permissions::{GivenAccountRole, GrantedAccountRole};

endpoints! {
    /// Changes the role of a user on an account.
    pub struct UpdateAccountUserRole {
        path {
            /// Account that the user belongs to.
            account_id: AccountId,
            /// User whose role changes.
            user_id: UserId,
        }
        body {
            /// What the user is to be.
            role: GivenAccountRole,
        }
    }
    "account_permissions.account_user_roles_update" = PATCH "/v4/accounts/{account_id}/users/{user_id}" -> GrantedAccountRole, 10 per minute;
}
