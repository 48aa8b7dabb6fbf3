//! Experimental operations on folders.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! # use frameio_api as frameio;
//! use frameio::experimental::folders::RestoreFolder;
//!
//! let folder = client.send(RestoreFolder::new("account", "folder")).await?;
//! println!("{}", folder.name);
//! # Ok(())
//! # }
//! ```

use frameio_core::{AccountId, Endpoint, FolderId, Operation};

use crate::folders::Folder;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[RestoreFolder::OPERATION];

/// Restores a recently deleted folder.
///
/// Returns the [`Folder`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/folders/{folder_id}/restore",
    id = "folders.restore", response = Folder, quota = "100/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct RestoreFolder {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder to restore.
    #[endpoint(path)]
    pub folder_id: FolderId,
}
