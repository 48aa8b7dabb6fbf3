//! Deletion of local files whose remote files no longer exist.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use frameio_api::assets::Asset;
use frameio_api::files::ShowFile;
use frameio_core::{AccountId, FileId};
use frameio_private_file::NotRegular;

use super::Root;
use super::decide::Decider;
use super::driver::TreeDownload;
use crate::existing::LocalTarget;
use crate::local_file::reason;
use crate::rename_new::rename_new;
use crate::sync_state::stamp::Stamp;
use crate::sync_state::{Record, TRASH, directories_above, state_key};
use crate::tasks::blocking;
use crate::{
    Compared, Deletion, Entry, Item, Outcome, RemotePath, TransferError, TransferErrorKind, Verdict,
};

/// What the walk has found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Names in the state of all remote files.
    pub(super) keys: HashSet<String>,
    pub(super) ids: HashSet<FileId>,
    /// Ids of all version stacks.
    pub(super) stacks: HashSet<String>,
    /// Names in the state of the directories of all remote folders.
    pub(super) directories: HashSet<String>,
    /// Names in the state of files that this run has deleted, or moved like their remote files.
    pub(super) removed: Vec<String>,
    /// Whether a folder could not be listed completely.
    pub(super) is_incomplete: bool,
}

impl TreeDownload {
    /// Notes a remote file for deletions.
    pub(super) fn note(&mut self, entry: &Entry, local: &Path) {
        if self.tree.options.deletion.is_none() {
            return;
        }
        self.found.keys.insert(self.decider.key(local));
        self.found.ids.extend(entry.file().map(|file| file.id.clone()));
        if let Asset::VersionStack(stack) = &entry.asset {
            self.found.stacks.insert(stack.id.as_str().to_owned());
        }
    }

    /// Deletes files that exist only locally, if the settings allow it.
    pub(super) async fn delete(&mut self) {
        let (Some(deletion), Root::Folder(account, _)) =
            (&self.tree.options.deletion, &self.tree.root)
        else {
            return;
        };
        let items = delete(&self.decider, account, &self.found, deletion).await;
        let deleted = items.iter().filter(|item| matches!(item.outcome, Outcome::Deleted));
        self.found.removed.extend(deleted.map(|item| state_key(item.remote.names())));
        items.into_iter().for_each(|item| self.done(item));
    }

    /// Removes directories that this run has emptied, and whose remote folders no longer exist. They would be
    /// uploaded as new folders.
    pub(super) async fn remove_emptied(&mut self) {
        if self.decider.dry_run || self.found.is_incomplete {
            return;
        }
        let mut emptied = directories_above(std::mem::take(&mut self.found.removed));
        emptied.retain(|key| !self.found.directories.contains(key));
        // Directories below are after those above.
        let paths: Vec<_> = emptied.iter().rev().map(|key| self.decider.path(key)).collect();
        let removed = blocking(move || {
            // Only empty directories can be removed.
            paths.into_iter().for_each(|path| drop(std::fs::remove_dir(path)));
            Ok::<_, io::Error>(())
        });
        drop(removed.await);
    }
}

/// Moves local files whose remote files no longer exist to the trash directory. Returns an item for each
/// file that is deleted or kept.
async fn delete(
    decider: &Decider,
    account: &AccountId,
    found: &Found,
    deletion: &Deletion,
) -> Vec<Item> {
    let Some(state) = decider.state.clone() else { return Vec::new() };
    if found.is_incomplete {
        let message = "nothing was deleted, because a folder could not be listed";
        return vec![refused(message.to_owned())];
    }
    let (mut items, mut gone) = (Vec::new(), Vec::new());
    for (key, record) in state.records() {
        let is_found = found.keys.contains(&key) || found.ids.contains(&record.file_id);
        if is_found || !decider.selects(&key, record.stamp) {
            continue;
        }
        match examine(decider, account, found, (&key, &record)).await {
            Ok(Examined::Missing) => state.remove(&key).await,
            Ok(Examined::Delete(stamp)) => gone.push((key, stamp)),
            Ok(Examined::Keep(reason)) => items.push(item(decider, &key, reason, Outcome::Kept)),
            Err(error) => {
                items.push(Item::failed(remote(&key), decider.path(&key), error));
            }
        }
    }
    if let Some(message) = deletion.refuses(gone.len()) {
        items.push(refused(message));
        return items;
    }
    gone.sort_by(|a, b| a.0.cmp(&b.0));
    let paths = gone.iter().map(|(key, _)| remote(key)).collect();
    if !decider.dry_run && !gone.is_empty() && !deletion.is_confirmed(paths).await {
        let kept = |(key, _): &(String, _)| item(decider, key, "not confirmed", Outcome::Kept);
        items.extend(gone.iter().map(kept));
        return items;
    }
    for (key, stamp) in gone {
        let path = decider.path(&key);
        let moved = match decider.dry_run {
            true => Ok(()),
            false => move_to_trash(&path, &decider.trash, &key, stamp).await,
        };
        items.push(match moved {
            Ok(()) => {
                state.remove(&key).await;
                item(decider, &key, "the remote file no longer exists", Outcome::Deleted)
            }
            Err(error) => {
                let error = not_trashed(&path, error);
                Item::failed(remote(&key), path, error)
            }
        });
    }
    items
}

enum Examined {
    /// The file exists on neither side.
    Missing,
    Delete(Stamp),
    Keep(&'static str),
}

/// Examines the local file of a record whose remote file was not found.
async fn examine(
    decider: &Decider,
    account: &AccountId,
    found: &Found,
    (key, record): (&str, &Record),
) -> Result<Examined, TransferError> {
    let path = decider.path(key);
    let stamp = match LocalTarget::inspect(&path).await {
        Ok(LocalTarget::Missing | LocalTarget::Irregular(NotRegular::Directory)) => {
            return Ok(Examined::Missing);
        }
        Ok(LocalTarget::File { size, modified }) => Stamp { size, modified },
        _ => return Ok(Examined::Keep("it is not a regular file")),
    };
    let Some(state) = &decider.state else { return Ok(Examined::Missing) };
    let same = state.compare(record, &path, stamp).await;
    if !same.map_err(|error| crate::local_file::unopened(&path, error))?.0 {
        return Ok(Examined::Keep("it has changed since both sides were equal"));
    }
    let show = ShowFile::new(account, &record.file_id);
    match decider.transfers.inner.client.send(show).await {
        Ok(file) => {
            let parent = file.parent_id.as_ref().map(|id| id.as_str());
            match parent.is_some_and(|parent| found.stacks.contains(parent)) {
                true => Ok(Examined::Keep("it is an earlier version in a version stack")),
                false => Ok(Examined::Delete(stamp)),
            }
        }
        Err(error) if error.is_not_found() => Ok(Examined::Delete(stamp)),
        Err(error) => Err(TransferError::call(error)),
    }
}

/// Returns the directory to which a run moves files.
pub(super) fn trash(directory: &Path) -> PathBuf {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H%M%S%.3fZ");
    directory.join(TRASH).join(now.to_string())
}

pub(super) fn not_trashed(path: &Path, error: io::Error) -> TransferError {
    let message = format!("cannot move '{}' to the trash: {}", path.display(), reason(&error));
    TransferError::new(TransferErrorKind::Disk, message).because(error)
}

/// Moves a file that still has this stamp to the trash directory.
pub(super) async fn move_to_trash(
    path: &Path,
    trash: &Path,
    key: &str,
    stamp: Stamp,
) -> io::Result<()> {
    let path = path.to_owned();
    let target = key.split('/').fold(trash.to_owned(), |path, name| path.join(name));
    blocking(move || {
        if Stamp::of(&std::fs::symlink_metadata(&path)?) != stamp {
            return Err(io::Error::other("it was modified in the meantime"));
        }
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        rename_new(&path, &target)
    })
    .await
}

fn remote(key: &str) -> RemotePath {
    RemotePath::new(key.split('/'))
}

fn item(decider: &Decider, key: &str, reason: &str, outcome: Outcome) -> Item {
    let compared = Compared::new(Verdict::Changed, reason);
    Item::new(remote(key), decider.path(key), outcome).compared(compared)
}

/// Returns the item of a run that deletes nothing.
fn refused(message: String) -> Item {
    let error = TransferError::new(TransferErrorKind::Invalid, message);
    Item::failed(RemotePath::default(), PathBuf::new(), error)
}
