//! Permissions on folders: users and their roles.

use frameio_core::{AccountId, FolderId, Page, UserId, endpoints};

use crate::permissions::{GrantedRole, Role, UserRole};

endpoints! {
    /// Lists the users of a folder with their roles.
    pub struct ListFolderUsers {
        path {
            /// Account that holds the folder.
            account_id: AccountId,
            /// Folder to look at.
            folder_id: FolderId,
        }
        query {
            /// Whether users are listed who are deactivated in the account. Default: the service's.
            include_deactivated: bool,
        }
        page 1..=100;
    }
    "folder_permissions.folder_user_roles_index" = GET "/v4/accounts/{account_id}/folders/{folder_id}/users" -> Page<UserRole>, 100 per minute;

    /// Gives a user a role on a folder: whoever is not on it yet is added.
    pub struct UpdateFolderUserRole {
        path {
            /// Account that holds the folder.
            account_id: AccountId,
            /// Folder to give it on.
            folder_id: FolderId,
            /// User to give it to.
            user_id: UserId,
        }
        body {
            /// What the user is to be.
            role: Role,
        }
    }
    "folder_permissions.folder_user_roles_update" = PATCH "/v4/accounts/{account_id}/folders/{folder_id}/users/{user_id}" -> GrantedRole, 10 per minute;

    /// Takes a user off a folder.
    pub struct DeleteFolderUserRole {
        path {
            /// Account that holds the folder.
            account_id: AccountId,
            /// Folder to take the user off.
            folder_id: FolderId,
            /// User to take off.
            user_id: UserId,
        }
    }
    "folder_permissions.delete" = DELETE "/v4/accounts/{account_id}/folders/{folder_id}/users/{user_id}" -> (), 60 per minute;
}
