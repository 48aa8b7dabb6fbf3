//! Permissions on accounts: the role of a user.
//!
//! [`ListAccountUsers`](crate::users::ListAccountUsers) lists who has which.

use frameio_core::{AccountId, UserId, endpoints};

use crate::permissions::{AssignableAccountRole, AssignedAccountRole};

endpoints! {
    /// Gives a user a role in an account.
    pub struct UpdateAccountUserRole {
        path {
            /// Account to give it in.
            account_id: AccountId,
            /// User to give it to.
            user_id: UserId,
        }
        body {
            /// The role to give.
            role: AssignableAccountRole,
        }
    }
    "account_permissions.account_user_roles_update" = PATCH "/v4/accounts/{account_id}/users/{user_id}" -> AssignedAccountRole, 10 per minute;
}
