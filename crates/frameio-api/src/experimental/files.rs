//! Experimental operations on files.

use frameio_core::{AccountId, FileId, endpoints, model, response_types};

use crate::files::{File, FileInclude};

endpoints! {
    /// Shows files, each as far as it can be shown.
    pub struct ShowFiles {
        path {
            /// Account that holds them.
            account_id: AccountId,
        }
        query {
            /// What the answer holds besides. A link of media may be absent all the same.
            include: Vec<FileInclude>,
        }
        body {
            /// Files to show. 1 to 100.
            file_ids: Vec<FileId> in 1..=100,
        }
    }
    "files.bulk_get" = POST "/v4/accounts/{account_id}/files/bulk_get" -> Vec<ShownFile>, 60 per minute, api_version("experimental");

    /// Restores a file that was deleted.
    pub struct RestoreFile {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// File to restore.
            file_id: FileId,
        }
    }
    "files.restore" = PATCH "/v4/accounts/{account_id}/files/{file_id}/restore" -> File, 100 per minute, api_version("experimental");
}

model! {
    /// One of the files that [`ShowFiles`] asks for.
    pub struct ShownFile {
        /// The id that was asked for.
        pub id: FileId,
        /// The HTTP status that asking for this file alone would have had.
        pub status: u16,
        /// The file, if it can be shown.
        pub file: Option<Box<File>>,
        /// Why it cannot be shown.
        pub error: Option<ShownFileError>,
    }
}
response_types! { ShownFile: list }

model! {
    /// Why a file cannot be shown.
    pub struct ShownFileError {
        /// What is wrong.
        pub title: String,
        /// What is wrong with this file.
        pub detail: String,
    }
}
