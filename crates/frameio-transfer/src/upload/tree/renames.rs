//! Moves of remote files whose local files were renamed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use frameio_api::files::{MoveFile, UpdateFile};
use frameio_api::version_stacks::ShowVersionStack;
use frameio_core::{FolderId, VersionStackId};

use super::decide::{Action, Candidate, Decider, Decision};
use super::deletions::LocalNames;
use super::driver::{Driver, LocalFile};
use crate::existing::is_file_missing;
use crate::safe_name::is_local_name;
use crate::sync_state::compare::Reason;
use crate::sync_state::stamp::Xxh64;
use crate::sync_state::{Record, normalized};
use crate::{Compared, Item, Outcome, RemotePath, TransferError, Verdict};

/// Files without a remote file, until the walk shows whether they were renamed.
#[derive(Default)]
pub(super) struct Renames {
    /// Records by the sizes of their files, while their local files may be gone.
    records: HashMap<u64, Vec<(String, Record)>>,
    pub(super) files: Vec<LocalFile>,
}

impl Renames {
    pub(super) fn new(records: Vec<(String, Record)>) -> Self {
        let mut all: HashMap<u64, Vec<_>> = HashMap::new();
        for (key, record) in records {
            all.entry(record.stamp.size).or_default().push((key, record));
        }
        Self { records: all, files: Vec::new() }
    }

    /// Moves the records of a directory to another name.
    pub(super) fn rename_directory(&mut self, from: &str, to: &str) {
        let below = format!("{from}/");
        for (key, _) in self.records.values_mut().flatten() {
            if let Some(name) = key.strip_prefix(&*below) {
                *key = format!("{to}/{name}");
            }
        }
    }

    /// Returns whether a new file may be a renamed one.
    pub(super) fn may_contain(&self, file: &Candidate) -> bool {
        file.size.is_some_and(|size| {
            self.records.get(&size).is_some_and(|all| all.iter().any(|(key, _)| *key != file.key))
        })
    }

    /// Assigns each file the record of the file that it was before, if exactly one record and one file
    /// have its content, and the old file no longer exists.
    pub(super) async fn matches(
        self,
        decider: &Decider,
        (directory, local): (&PathBuf, &LocalNames),
    ) -> Vec<(LocalFile, Option<(String, Record)>)> {
        let mut gone: HashMap<Xxh64, Vec<(String, Record)>> = HashMap::new();
        for (key, record) in self.records.into_values().flatten() {
            let path = key.split('/').fold(directory.clone(), |path, name| path.join(name));
            let mut is_gone = !local.contains(&key) && is_file_missing(&path);
            if let Some(state) = decider.state.as_ref().filter(|_| is_gone) {
                is_gone = !state.is_elsewhere(&key).await;
            }
            if let Some(hash) = record.xxh64.filter(|_| is_gone) {
                gone.entry(hash).or_default().push((key, record));
            }
        }
        let mut hashed = Vec::new();
        let mut counts: HashMap<Xxh64, usize> = HashMap::new();
        for file in self.files {
            let hash = match (&decider.state, gone.is_empty()) {
                (Some(state), false) => state.hash(&file.1.local).await.ok(),
                _ => None,
            };
            if let Some(hash) = hash {
                *counts.entry(hash).or_default() += 1;
            }
            hashed.push((file, hash));
        }
        let matched = hashed.into_iter().map(|(file, hash)| {
            let hash = hash.filter(|hash| counts.get(hash) == Some(&1));
            let all = hash.and_then(|hash| gone.get(&hash));
            let only = all.filter(|all| all.len() == 1).and_then(|all| all.first()).cloned();
            let only = only.filter(|(_, record)| Some(record.stamp.size) == file.1.size);
            (file, only)
        });
        matched.collect()
    }
}

impl Driver {
    /// Moves the remote files of renamed files, and uploads files that are new.
    pub(super) async fn move_renamed(&mut self) {
        let Some(directory) = self.tree.directory().map(Path::to_owned) else { return };
        let (renames, decider) = (std::mem::take(&mut self.renames), self.decider.clone());
        let local = std::mem::take(&mut self.local);
        let matched = renames.matches(&decider, (&directory, &local));
        let matched = self.reporting(Box::pin(matched)).await;
        self.local = local;
        for (file, record) in matched {
            let from = record.as_ref().map(|(from, _)| from.clone());
            let moved = match record {
                Some(record) => {
                    let moved = move_remote(&decider, (&file.0, &file.1), record);
                    self.reporting(Box::pin(moved)).await
                }
                None => Ok(None),
            };
            match moved {
                Ok(Some(item)) => {
                    self.moved.extend(from);
                    self.done(item);
                }
                Ok(None) => {
                    let compared = Reason::NoRemote.because(Verdict::New);
                    let decision =
                        Decision { action: Action::Send, compared, file_id: None, recorded: None };
                    self.decided(file, Ok(decision)).await;
                }
                Err(error) => self.failed(file.0, file.1.local, error),
            }
        }
    }
}

/// Returns the reason of a move.
pub(super) fn reason(from: &str) -> String {
    format!("the local file was renamed from '{from}'")
}

/// Moves and renames the remote file of a record. Returns `None` if it is not where the record says, so
/// that the file has to be sent.
pub(super) async fn move_remote(
    decider: &Decider,
    (remote, file): (&RemotePath, &Candidate),
    (from, record): (String, Record),
) -> Result<Option<Item>, TransferError> {
    let Some(state) = &decider.state else { return Ok(None) };
    // A dry run does not create the folder.
    let folder = file.folder.as_ref().map_or("", |folder| folder.as_str());
    let client = &decider.transfers.inner.client;
    let account = &decider.stacker.account;
    let Some(found) = decider.stacker.show(&record.file_id).await? else { return Ok(None) };
    let old_name = from.rsplit('/').next().unwrap_or_default();
    let name = remote.names().last().cloned().unwrap_or_default();
    // The name is already the new one if an earlier run was killed.
    let is_known = [old_name, &*name].iter().any(|local| is_local_name(local, &found.name));
    let Some(parent) = found.parent_id.clone().filter(|_| is_known) else { return Ok(None) };
    // A version of a stack is not moved out of it.
    let stack = ShowVersionStack::new(account, VersionStackId::from(parent.clone()));
    match client.send(stack).await {
        Ok(_) => return Ok(None),
        Err(error) if error.is_not_found() => {}
        Err(error) => return Err(TransferError::call(error)),
    }
    if !decider.dry_run {
        if normalized(&found.name) != normalized(&name) {
            let rename = UpdateFile::new(account, &record.file_id).name(&*name);
            client.send(rename).await.map_err(TransferError::call)?;
        }
        if parent.as_str() != folder {
            let into = MoveFile::new(account, &record.file_id, FolderId::from(folder));
            client.send(into).await.map_err(TransferError::call)?;
        }
        let stamp = super::decide::stamp(&file.local).await?;
        let renewed = Record { stamp, equal_at: super::decide::now_nanos(), ..record.clone() };
        state.put(&file.key, renewed).await;
        state.remove(&from).await;
    }
    let compared = Compared::new(Verdict::Changed, reason(&from));
    let outcome = Outcome::Moved { from: RemotePath::new(from.split('/')) };
    let item = Item::new(remote.clone(), file.local.clone(), outcome);
    Ok(Some(item.of_file(Some(record.file_id)).compared(compared)))
}
