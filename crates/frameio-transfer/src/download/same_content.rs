//! The comparison of contents by downloading the remote file.

use frameio_core::{AccountId, FileId};

use super::Open;
use crate::sync_state::stamp::{Xxh64, Xxh64Hasher};
use crate::{TransferError, Transfers};

/// Downloads a file without storing it, and compares its checksum.
pub(crate) async fn has_same_content(
    transfers: &Transfers,
    (account, file): (&AccountId, &FileId),
    expected: Xxh64,
) -> Result<bool, TransferError> {
    let mut reader = transfers.open(Open::new(account, file)).await?;
    let mut hasher = Xxh64Hasher::default();
    while let Some(chunk) = reader.next().await {
        hasher.update(&chunk?);
    }
    Ok(hasher.finish() == expected)
}
