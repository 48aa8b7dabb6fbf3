//! Experimental operations on files.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! # use frameio_api as frameio;
//! use frameio::experimental::files::ShowFiles;
//!
//! let files = ["file".into(), "other file".into()];
//! for shown in client.send(ShowFiles::new("account", files)).await? {
//!     match shown.file {
//!         Some(file) => println!("{}: {}", shown.id, file.name),
//!         None => println!("{}: status {}", shown.id, shown.status),
//!     }
//! }
//! # Ok(())
//! # }
//! ```

use frameio_core::{AccountId, Endpoint, FileId, Operation, model, response_types};

use crate::files::{File, FileInclude};

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[ShowFiles::OPERATION, RestoreFile::OPERATION];

/// Shows several files.
///
/// Returns a [`ShownFile`] for each id: the file, or an error.
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
    /// Related resources to include in the response. Requested media links can be absent: see
    /// [`MediaLinks`](crate::media_links::MediaLinks).
    #[endpoint(query)]
    pub include: Option<Vec<FileInclude>>,
    /// Files to show, 1 to 100.
    #[endpoint(body, items = 1..=100)]
    pub file_ids: Vec<FileId>,
}

/// Restores a recently deleted file.
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
    /// Result of [`ShowFiles`] for one file.
    pub struct ShownFile {
        /// Id of the file.
        pub id: FileId,
        /// HTTP status that [`ShowFile`](crate::files::ShowFile) would have for this file.
        pub status: u16,
        /// The file. Absent if `error` is present.
        pub file: Option<Box<File>>,
        /// Reason why the file cannot be shown.
        pub error: Option<ShownFileError>,
    }
}
response_types! { ShownFile: list }

model! {
    /// Reason why a file cannot be shown.
    pub struct ShownFileError {
        /// Summary of the error.
        pub title: String,
        /// Explanation of the error for this file.
        pub detail: String,
    }
}
