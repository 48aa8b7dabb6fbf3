//! Experimental operations on folders.

use frameio_core::{AccountId, FolderId, endpoints};

use crate::folders::Folder;

endpoints! {
    /// Restores a folder that was deleted.
    pub struct RestoreFolder {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Folder to restore.
            folder_id: FolderId,
        }
    }
    "folders.restore" = PATCH "/v4/accounts/{account_id}/folders/{folder_id}/restore" -> Folder, 100 per minute, api_version("experimental");
}
