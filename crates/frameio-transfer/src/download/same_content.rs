//! The comparison of contents by downloading the remote file.

use frameio_core::{AccountId, FileId};

use super::Open;
use crate::hashing::{Running, Update};
use crate::sync_state::stamp::{Xxh64, Xxh64Hasher};
use crate::{TransferError, Transfers};

/// Downloads a file without storing it, and compares its checksum.
pub(crate) async fn has_same_content(
    transfers: &Transfers,
    (account, file): (&AccountId, &FileId),
    expected: Xxh64,
    mut running: Running,
) -> Result<bool, TransferError> {
    let mut reader = transfers.open(Open::new(account, file)).await?;
    let mut hasher = Xxh64Hasher::default();
    while let Some(chunk) = reader.next().await {
        let chunk = chunk?;
        hasher.update(&chunk);
        running.add(chunk.len() as u64);
    }
    Ok(hasher.finish() == expected)
}
