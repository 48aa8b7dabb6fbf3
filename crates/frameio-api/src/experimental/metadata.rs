//! Experimental operations on metadata.

use frameio_core::{AccountId, Endpoint, FileId, Operation};

use crate::metadata::{FileMetadata, MetadataChange};

/// Operations of this module.
pub const OPERATIONS: &[&Operation] = &[UpdateMetadata::OPERATION];

/// Sets metadata values of a file.
///
/// Returns the [`FileMetadata`].
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
