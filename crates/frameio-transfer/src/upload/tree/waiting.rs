//! Files of uploads that were killed before the end was recorded.

use std::path::{Path, PathBuf};

use frameio_core::{AccountId, FileId, FolderId};

use super::state::manifest_path;
use crate::sync_state::stamp::Stamp;
use crate::sync_state::waiting::InManifest;
use crate::upload::manifest::{Manifest, SavedDestination};

/// Reads the manifest of an upload, for downloads.
pub(crate) fn read_manifest(
    manifests: PathBuf,
    account: AccountId,
    folder: FolderId,
    local: PathBuf,
) -> InManifest {
    Box::pin(async move {
        let path = manifest_path(&manifests, &account, &folder, &local)?;
        sent(&path).await
    })
}

/// Returns the file of a manifest, which may be incomplete, with the stamp of the content.
pub(super) async fn sent(manifest: &Path) -> Option<(FileId, Stamp)> {
    let saved = Manifest::peek(manifest).await?;
    let SavedDestination::File(_, id) = &saved.destination else { return None };
    let stamp = Stamp { size: saved.fingerprint.size, modified: saved.fingerprint.modified };
    Some((id.clone(), stamp))
}
