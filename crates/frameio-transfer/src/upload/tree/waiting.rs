//! Files of uploads that were killed before the end was recorded, for downloads.

use std::path::PathBuf;

use frameio_core::{AccountId, FolderId};

use super::state::manifest_path;
use crate::sync_state::stamp::Stamp;
use crate::sync_state::waiting::InManifest;
use crate::upload::manifest::{Manifest, SavedDestination};

/// Reads the manifest of an upload.
pub(crate) fn read_manifest(
    manifests: PathBuf,
    account: AccountId,
    folder: FolderId,
    local: PathBuf,
) -> InManifest {
    Box::pin(async move {
        let path = manifest_path(&manifests, &account, &folder, &local)?;
        let saved = Manifest::peek(&path).await?;
        let SavedDestination::File(_, id) = &saved.destination else { return None };
        let stamp = Stamp { size: saved.fingerprint.size, modified: saved.fingerprint.modified };
        Some((id.clone(), stamp))
    })
}
