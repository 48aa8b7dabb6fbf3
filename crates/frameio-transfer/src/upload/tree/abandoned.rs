//! Incomplete remote files that a killed or restarted upload has left, and their manifests.
//!
//! The manifest of an upload records each file before it is created. A file whose response was read is
//! known by its id. Without the response, an incomplete file is the upload's own if it has the name and the
//! size, was created by this user at that time, did not exist before, and if there are no more of them
//! than attempts. Only files that are proven to be own ones are removed; the parts of an upload can only be
//! sent with the response to its creation, so they cannot be continued.

use std::path::{Path, PathBuf};
use std::time::Duration;

use frameio_api::files::{DeleteFile, File, FileInclude, FileStatus, ShowFile};
use frameio_api::users::ShowCurrentUser;
use frameio_core::{AccountId, FileId};

use super::UploadTree;
use super::driver::Driver;
use super::remote::RemoteFile;
use crate::tasks::blocking;
use crate::upload::manifest::{Intention, Manifest, Saved, SavedDestination};
use crate::{TransferError, Transfers};

/// Tolerated difference between the clocks of this machine and the service.
const CLOCKS: Duration = Duration::from_secs(300);

/// Maximum time from the record of a file to its creation.
const CALL: Duration = Duration::from_secs(900);

/// Maximum number of manifests that a run examines.
const MAX_MANIFESTS: usize = 1000;

/// Removes the incomplete files of some intentions, except `current`. Returns their ids.
pub(super) async fn remove(
    transfers: &Transfers,
    intentions: Vec<Intention>,
    incomplete: &[RemoteFile],
    current: Option<&FileId>,
) -> Vec<FileId> {
    let mut removed = Vec::new();
    let owned = match owned(transfers, &intentions, incomplete).await {
        Ok(owned) => owned,
        // They are reported as incomplete.
        Err(error) => {
            tracing::warn!(target: "frameio::transfer", %error, "upload.not_removed");
            return removed;
        }
    };
    for (intention, id) in owned.into_iter().filter(|(_, id)| Some(id) != current) {
        match remove_file(transfers, intention, &id).await {
            Ok(true) => removed.push(id),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(target: "frameio::transfer", %error, "upload.not_removed");
            }
        }
    }
    removed
}

/// Returns the files that are proven to be those of the intentions.
async fn owned<'a>(
    transfers: &Transfers,
    intentions: &'a [Intention],
    incomplete: &[RemoteFile],
) -> Result<Vec<(&'a Intention, FileId)>, TransferError> {
    let mut owned: Vec<_> =
        intentions.iter().filter_map(|it| Some((it, it.file_id.clone()?))).collect();
    let unknown: Vec<_> = intentions.iter().filter(|it| it.file_id.is_none()).collect();
    let is_owned = |id: &FileId| owned.iter().any(|(_, known)| known == id);
    let candidates = incomplete.iter().filter(|file| !is_owned(&file.id)).filter_map(|file| {
        let intention = unknown.iter().find(|intention| may_be(intention, file))?;
        Some((*intention, file.id.clone()))
    });
    let candidates: Vec<_> = candidates.collect();
    if candidates.is_empty() {
        return Ok(owned);
    }
    let user = transfers.inner.client.send(ShowCurrentUser::new()).await;
    let user = user.map_err(TransferError::call)?.id;
    let mut of_user = Vec::new();
    for (intention, id) in candidates {
        let file = show(transfers, &intention.account_id, &id).await?;
        let creator = file.and_then(|file| file.creator);
        if creator.is_some_and(|creator| creator.id.as_ref() == Some(&user)) {
            of_user.push((intention, id));
        }
    }
    // Otherwise another program of the user may be uploading one of them.
    if of_user.len() <= unknown.len() {
        owned.extend(of_user);
    }
    Ok(owned)
}

/// Returns whether a file may be the one of an intention.
fn may_be(intention: &Intention, file: &RemoteFile) -> bool {
    let is_in_time = |created| {
        intention.at.checked_sub(CLOCKS).is_none_or(|from| from <= created)
            && intention.at.checked_add(CALL).is_none_or(|to| created <= to)
    };
    !file.is_complete
        && file.size == intention.size
        && !intention.known.contains(&file.id)
        && file.created.is_some_and(is_in_time)
}

/// Removes a file that is still incomplete and where the intention has placed it. Returns whether it is
/// gone.
async fn remove_file(
    transfers: &Transfers,
    intention: &Intention,
    id: &FileId,
) -> Result<bool, TransferError> {
    let (client, account) = (&transfers.inner.client, &intention.account_id);
    let Some(file) = show(transfers, account, id).await? else { return Ok(true) };
    let is_in_folder = file
        .parent_id
        .as_ref()
        .is_some_and(|parent| parent.as_str() == intention.folder_id.as_str());
    let is_same = is_in_folder && file.name == intention.name && file.file_size == intention.size;
    if file.status != FileStatus::Created || !is_same {
        return Ok(false);
    }
    client.send(DeleteFile::new(account, id)).await.map_err(TransferError::call)?;
    tracing::info!(target: "frameio::transfer", file_id = %id, "upload.incomplete_file_removed");
    Ok(true)
}

/// Requests a file with its creator; `None` if it no longer exists.
async fn show(
    transfers: &Transfers,
    account: &AccountId,
    id: &FileId,
) -> Result<Option<File>, TransferError> {
    let show = ShowFile::new(account, id).include([FileInclude::Creator]);
    match transfers.inner.client.send(show).await {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(TransferError::call(error)),
    }
}

/// Removes the manifest of a file that is not uploaded, and the incomplete files that it records. Returns the
/// ids of these files.
pub(super) async fn discard(
    transfers: &Transfers,
    manifest: PathBuf,
    incomplete: &[RemoteFile],
) -> Vec<FileId> {
    let Some((manifest, saved)) = Manifest::unused(manifest).await else { return Vec::new() };
    let intentions = recorded(&manifest, saved);
    let removed = match intentions.is_empty() {
        true => Vec::new(),
        false => remove(transfers, intentions, incomplete, None).await,
    };
    manifest.remove().await;
    removed
}

impl Driver {
    /// Removes the manifests of local files that no longer exist or are complete, and their incomplete
    /// remote files.
    pub(super) async fn discard_orphans(&mut self) {
        let selection = self.tree.selection.as_deref();
        let Some(state) = self.folders.state.as_ref() else { return };
        if selection.is_some_and(|selection| !selection.leftovers) {
            return;
        }
        let directory = state.path().to_owned();
        let found = blocking(move || manifests(&directory)).await.unwrap_or_default();
        for path in found {
            let Some((manifest, saved)) = Manifest::unused(path.clone()).await else { continue };
            let is_recorded = saved.as_ref().is_some_and(|saved| self.is_recorded(saved));
            let intentions = recorded(&manifest, saved);
            // An empty manifest is the remainder of an upload that never began.
            if !is_recorded && !intentions.iter().all(|it| is_orphan(&self.tree, it)) {
                continue;
            }
            let incomplete = match intentions.iter().find(|it| it.file_id.is_none()) {
                Some(unknown) => match self.folders.list(unknown.folder_id.clone()).await {
                    Ok(folder) => folder.files(&unknown.name, (&unknown.path, None)).await,
                    Err(_) => Vec::new(),
                },
                None => Vec::new(),
            };
            remove(&self.transfers, intentions, &incomplete, None).await;
            manifest.remove().await;
        }
    }

    /// Returns whether the state has the file of a complete upload, whose run was killed before it removed
    /// the manifest.
    fn is_recorded(&self, saved: &Saved) -> bool {
        let (Some(state), SavedDestination::File(_, id)) =
            (&self.decider.state, &saved.destination)
        else {
            return false;
        };
        let directory = self.tree.directory().and_then(|path| std::path::absolute(path).ok());
        let below = directory.as_ref().and_then(|path| saved.path.strip_prefix(path).ok());
        let local = below.zip(self.tree.directory()).map(|(below, root)| root.join(below));
        let record = local.and_then(|local| state.record(&state.key(&local)));
        record.is_some_and(|record| record.file_id == *id)
    }
}

/// Returns the files that an unused manifest records.
fn recorded(manifest: &Manifest, saved: Option<Saved>) -> Vec<Intention> {
    let mut intentions = manifest.intentions();
    intentions.extend(saved.and_then(|saved| saved.abandoned()));
    intentions
}

/// Returns whether the local file of an intention belongs to the tree and no longer exists, although its
/// directory does.
fn is_orphan(tree: &UploadTree, intention: &Intention) -> bool {
    let path = &intention.path;
    let is_gone = path.symlink_metadata().is_err_and(|error| {
        error.kind() == std::io::ErrorKind::NotFound && path.parent().is_some_and(Path::is_dir)
    });
    intention.account_id == tree.account && is_gone && tree.contains(path)
}

/// Lists the manifests of a directory.
fn manifests(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let paths = std::fs::read_dir(directory)?.filter_map(|entry| Some(entry.ok()?.path()));
    let is_manifest = |path: &PathBuf| path.extension().is_some_and(|it| it == "upload");
    Ok(paths.filter(is_manifest).take(MAX_MANIFESTS).collect())
}
