//! Deletion of remote files whose local files no longer exist.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use frameio_api::assets::Asset;
use frameio_api::files::{DeleteFile, File, FileInclude, FileStatus};
use frameio_api::users::ShowCurrentUser;
use frameio_core::{FileId, FolderId, UserId};

use super::decide::Decider;
use super::driver::Driver;
use super::emptied_folders;
use super::local::EntryKind;
use crate::existing::is_file_missing;
use crate::safe_name::is_local_name;
use crate::sync_state::{Record, SyncState, state_key};
use crate::{
    Compared, Deletion, Item, Outcome, RemotePath, TransferError, TransferErrorKind, Verdict,
    safe_name,
};

/// Local files, by their names in the state.
#[derive(Debug, Default)]
pub(super) struct LocalNames {
    names: HashSet<String>,
    /// Entries whose content was not walked.
    unknown: HashSet<String>,
    /// Whether a directory could not be listed completely.
    pub(super) is_incomplete: bool,
}

impl LocalNames {
    pub(super) fn add(&mut self, key: String) {
        self.names.insert(key);
    }

    /// Adds an entry that was not walked, which may be a directory.
    pub(super) fn add_unknown(&mut self, key: String) {
        self.unknown.insert(key);
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        let is_unknown = |above: &str| self.unknown.contains(above);
        self.names.contains(key)
            || is_unknown(key)
            || key.match_indices('/').any(|(at, _)| is_unknown(key.get(..at).unwrap_or_default()))
    }
}

/// Remote files below the folder, and what they are.
pub(super) struct Listing {
    files: HashMap<FileId, File>,
    heads: HashSet<FileId>,
    /// Folders with their names and the folders above.
    folders: HashMap<String, (String, String)>,
    /// Paths of all files and version stacks, as a download changes them.
    names: HashSet<String>,
}

impl Listing {
    /// Returns whether a file is where the file with a name in the state was sent to or received from.
    fn has(&self, root: &FolderId, key: &str, file: &File) -> bool {
        let (above, name) = key.rsplit_once('/').unwrap_or(("", key));
        let parent = file.parent_id.as_ref().map(|id| id.as_str());
        is_local_name(name, &file.name)
            && parent.is_some_and(|parent| match above {
                "" => parent == root.as_str(),
                above => self.has_folder(root, above, parent),
            })
    }

    /// Returns whether a folder is where the directory with a name in the state was.
    pub(super) fn has_folder(&self, root: &FolderId, key: &str, folder: &str) -> bool {
        let mut id = folder;
        for local in key.rsplit('/') {
            match self.folders.get(id) {
                Some((name, parent)) if is_local_name(local, name) => id = parent,
                _ => return false,
            }
        }
        id == root.as_str()
    }
}

impl Driver {
    /// Notes an entry of the walk.
    pub(super) fn note(&mut self, key: String, kind: &EntryKind) {
        match kind {
            EntryKind::File(_) => self.local.add(key),
            // A directory may have the name of a file that no longer exists.
            EntryKind::Folder => {}
            EntryKind::Ignored(_) => self.local.add_unknown(key),
            EntryKind::Failed(error) => {
                // The entry may be a directory that cannot be read.
                self.local.is_incomplete |= error.kind() == TransferErrorKind::Source;
                self.local.add_unknown(key);
            }
        }
    }

    /// Deletes remote files that no longer exist locally, if the settings allow it.
    pub(super) async fn delete(&mut self) {
        let (Some(deletion), Some(directory)) =
            (&self.tree.options.deletion, self.tree.directory())
        else {
            return;
        };
        let local = (directory, &self.local, &self.moved);
        match delete(&self.decider, &self.tree.folder, local, deletion).await {
            Ok(items) => items.into_iter().for_each(|item| self.done(item)),
            Err(error) => self.failed(RemotePath::default(), PathBuf::new(), error),
        }
    }
}

/// Deletes remote files whose local files no longer exist. Returns an item for each file that is deleted
/// or kept.
async fn delete(
    decider: &Decider,
    folder: &FolderId,
    (directory, local, moved): (&Path, &LocalNames, &HashSet<String>),
    deletion: &Deletion,
) -> Result<Vec<Item>, TransferError> {
    let Some(state) = &decider.state else { return Ok(Vec::new()) };
    if local.is_incomplete {
        return Err(refused("a local directory could not be listed"));
    }
    let is_gone = |key: &str| {
        let path = key.split('/').fold(directory.to_owned(), |path, name| path.join(name));
        !local.contains(key) && is_file_missing(&path)
    };
    let is_selected = |record: &Record, key: &str| decider.selects(key, record.stamp);
    let records = state.records().into_iter();
    // In a dry run, moved files still have their old names.
    let records = records.filter(|(key, _)| !moved.contains(key) && !state.is_taken(key));
    let gone: Vec<_> =
        records.filter(|(key, record)| is_selected(record, key) && is_gone(key)).collect();
    if gone.is_empty() && moved.is_empty() {
        return Ok(Vec::new());
    }
    let listing = list(decider, folder).await?;
    let (mut items, mut files) = (Vec::new(), Vec::new());
    let show = decider.transfers.inner.client.send(ShowCurrentUser::new());
    let user = show.await.map_err(TransferError::call)?.id;
    for (key, record) in gone {
        let keep = |reason: &str| item(&key, Some(&record.file_id), reason, Outcome::Kept);
        if listing.heads.contains(&record.file_id) {
            items.push(keep("it is a version stack"));
            continue;
        }
        match listing.files.get(&record.file_id) {
            Some(file) if listing.has(folder, &key, file) && state.is_elsewhere(&key).await => {
                items.push(keep("the local file was on another file system, which is not mounted"));
            }
            Some(file) if listing.has(folder, &key, file) => {
                match reason_to_keep(decider, file, &user, deletion).await? {
                    Some(reason) => items.push(keep(reason)),
                    None => files.push((key, file)),
                }
            }
            _ if listing.names.contains(&changed(&key)) => {
                items.push(keep("the remote file has changed since both sides were equal"));
            }
            Some(_) => {
                items.push(keep("the remote file was moved or renamed"));
                state.remove(&key).await;
            }
            // The file was deleted or moved out of the folder at the service.
            None => state.remove(&key).await,
        }
    }
    if let Some(message) = deletion.refuses(files.len()) {
        return Err(TransferError::new(TransferErrorKind::Invalid, message));
    }
    items.extend(delete_confirmed(decider, state, files, deletion).await);
    items.extend(emptied_folders::delete(decider, (&listing, folder), moved, &items).await);
    Ok(items)
}

/// Deletes files of the service, if that is confirmed.
async fn delete_confirmed(
    decider: &Decider,
    state: &SyncState,
    mut files: Vec<(String, &File)>,
    deletion: &Deletion,
) -> Vec<Item> {
    files.sort_by(|a, b| a.0.cmp(&b.0));
    let paths = files.iter().map(|(key, _)| remote(key)).collect();
    let is_confirmed = decider.dry_run || files.is_empty() || deletion.is_confirmed(paths).await;
    let mut items = Vec::new();
    for (key, file) in files {
        if !is_confirmed {
            items.push(item(&key, Some(&file.id), "not confirmed", Outcome::Kept));
            continue;
        }
        items.push(match delete_file(decider, file).await {
            Ok(Some(reason)) => item(&key, Some(&file.id), reason, Outcome::Kept),
            Ok(None) => {
                state.remove(&key).await;
                let reason = "the local file no longer exists";
                item(&key, Some(&file.id), reason, Outcome::Deleted)
            }
            Err(error) => Item::failed(remote(&key), PathBuf::new(), error.of_file(&file.id)),
        });
    }
    items
}

/// Returns a name in the state as downloads change it. Local files may have names that they change.
fn changed(key: &str) -> String {
    let names: Vec<_> = key.split('/').map(safe_name).collect();
    state_key(&names)
}

/// Lists all files below a folder.
async fn list(decider: &Decider, folder: &FolderId) -> Result<Listing, TransferError> {
    let walk = decider.transfers.walk(&decider.stacker.account, folder);
    let mut walk = walk.include([FileInclude::Creator]);
    let mut listing = Listing {
        files: HashMap::new(),
        heads: HashSet::new(),
        folders: HashMap::new(),
        names: HashSet::new(),
    };
    while let Some(entry) = walk.next().await {
        let Ok(entry) = entry else { return Err(refused("a remote folder could not be listed")) };
        let names: Vec<_> = entry.path.names().iter().map(|name| safe_name(name)).collect();
        let key = state_key(&names);
        match entry.asset {
            Asset::Folder(folder) => {
                let place = (folder.name, entry.folder_id.as_str().to_owned());
                listing.folders.insert(folder.id.as_str().to_owned(), place);
            }
            Asset::File(file) => {
                // An incomplete upload is no change of the file.
                if file.status != FileStatus::Created {
                    listing.names.insert(key);
                }
                listing.files.insert(file.id.clone(), *file);
            }
            Asset::VersionStack(stack) => {
                listing.heads.extend(stack.head_version.map(|head| head.id));
                listing.names.insert(key);
            }
            _ => {}
        }
    }
    Ok(listing)
}

/// Returns a reason to keep a file that somebody may still need.
async fn reason_to_keep(
    decider: &Decider,
    file: &File,
    user: &UserId,
    deletion: &Deletion,
) -> Result<Option<&'static str>, TransferError> {
    if file.creator.as_ref().is_none_or(|creator| creator.id.as_ref() != Some(user)) {
        return Ok(Some("it was uploaded by somebody else"));
    }
    if deletion.reviewed {
        return Ok(None);
    }
    let has_comments = decider.transfers.inner.has_comments(&decider.stacker.account, &file.id);
    Ok(has_comments.await?.then_some("it has comments"))
}

/// Deletes a file, unless it has changed since it was listed.
async fn delete_file(
    decider: &Decider,
    file: &File,
) -> Result<Option<&'static str>, TransferError> {
    if decider.dry_run {
        return Ok(None);
    }
    match decider.stacker.show(&file.id).await? {
        Some(now) if now.parent_id != file.parent_id || now.name != file.name => {
            return Ok(Some("it was moved, renamed or stacked in the meantime"));
        }
        Some(_) => {}
        None => return Ok(None),
    }
    let delete = DeleteFile::new(&decider.stacker.account, &file.id);
    decider.transfers.inner.client.send(delete).await.map_err(TransferError::call)?;
    Ok(None)
}

fn remote(key: &str) -> RemotePath {
    RemotePath::new(key.split('/'))
}

fn item(key: &str, id: Option<&FileId>, reason: &str, outcome: Outcome) -> Item {
    let compared = Compared::new(Verdict::Changed, reason);
    Item::new(remote(key), PathBuf::new(), outcome).of_file(id.cloned()).compared(compared)
}

fn refused(reason: &str) -> TransferError {
    let message = format!("nothing was deleted, because {reason}");
    TransferError::new(TransferErrorKind::Invalid, message)
}
