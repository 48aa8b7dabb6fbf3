//! Experimental operations on metadata.

use frameio_core::{AccountId, FileId, endpoints};

use crate::metadata::{FileMetadata, MetadataChange};

endpoints! {
    /// Sets values on a file.
    pub struct UpdateMetadata {
        path {
            /// Account that owns the file.
            account_id: AccountId,
            /// File to change.
            file_id: FileId,
        }
        body {
            /// What to set.
            values: Vec<MetadataChange>,
        }
    }
    "metadata.update" = PATCH "/v4/accounts/{account_id}/files/{file_id}/metadata"
        -> FileMetadata, 100 per minute, api_version("experimental");
}
