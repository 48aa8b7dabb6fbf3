//! Permissions on folders: the users who may work with them, and their roles.

use frameio_core::{AccountId, FolderId, Page, UserId, endpoints};

use crate::permissions::{AssignedProjectRole, ProjectRole, UserRole};

endpoints! {
    /// Lists the users of a folder with their roles.
    pub struct ListFolderUsers {
        path {
            /// Account that holds the folder.
            account_id: AccountId,
            /// Folder to look in.
            folder_id: FolderId,
        }
        query {
            /// Whether users who are deactivated are listed too. Default: false.
            include_deactivated: bool,
        }
        page 1..=100;
    }
    "folder_permissions.folder_user_roles_index" = GET "/v4/accounts/{account_id}/folders/{folder_id}/users" -> Page<UserRole>, 100 per minute;

    /// Gives a user a role on a folder, and adds who is not on it yet.
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
            /// The role to give.
            role: ProjectRole,
        }
    }
    "folder_permissions.folder_user_roles_update" = PATCH "/v4/accounts/{account_id}/folders/{folder_id}/users/{user_id}" -> AssignedProjectRole, 10 per minute;

    /// Removes a user from a folder.
    pub struct RemoveFolderUser {
        path {
            /// Account that holds the folder.
            account_id: AccountId,
            /// Folder to remove the user from.
            folder_id: FolderId,
            /// User to remove.
            user_id: UserId,
        }
    }
    "folder_permissions.delete" = DELETE "/v4/accounts/{account_id}/folders/{folder_id}/users/{user_id}" -> (), 60 per minute;
}
