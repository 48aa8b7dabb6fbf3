//! Experimental operations on metadata.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! # use frameio_api as frameio;
//! use frameio::experimental::metadata::UpdateMetadata;
//! use frameio::metadata::MetadataChange;
//!
//! let values = [MetadataChange::new("field definition", "Beach")];
//! client.send(UpdateMetadata::new("account", "file", values)).await?;
//! # Ok(())
//! # }
//! ```

use frameio_core::{AccountId, Endpoint, FileId, Operation};

use crate::metadata::{FileMetadata, MetadataChange};

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[UpdateMetadata::OPERATION];

/// Sets metadata values of a file.
///
/// Returns the updated [`FileMetadata`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/files/{file_id}/metadata",
    id = "metadata.update", response = FileMetadata, quota = "100/min",
    api_version = "experimental",
)]
#[non_exhaustive]
pub struct UpdateMetadata {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File to change.
    #[endpoint(path)]
    pub file_id: FileId,
    /// Values to set.
    #[endpoint(body)]
    pub values: Vec<MetadataChange>,
}
