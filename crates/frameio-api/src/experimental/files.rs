//! Experimental operations on files.

use frameio_core::{AccountId, Endpoint, FileId, Operation, model, response_types};

use crate::files::{File, FileInclude};

/// Operations of this module.
pub const OPERATIONS: &[&Operation] = &[ShowFiles::OPERATION, RestoreFile::OPERATION];

/// Shows several files.
///
/// Returns a [`ShownFile`] for each id: the file, or why it cannot be shown.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/files/bulk_get",
    id = "files.bulk_get", response = Vec<ShownFile>, quota = "60/min",
    api_version = "experimental",
)]
#[non_exhaustive]
pub struct ShowFiles {
    /// Account that owns the files.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Related resources to include in the response. A media link can still be missing.
    #[endpoint(query)]
    pub include: Option<Vec<FileInclude>>,
    /// Files to show. 1 to 100.
    #[endpoint(body, items = 1..=100)]
    pub file_ids: Vec<FileId>,
}

/// Restores a deleted file.
///
/// Returns the [`File`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/files/{file_id}/restore",
    id = "files.restore", response = File, quota = "100/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct RestoreFile {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File to restore.
    #[endpoint(path)]
    pub file_id: FileId,
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
