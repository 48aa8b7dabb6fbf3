//! Pairs of a directory and a folder inside other pairs.
//!
//! A state knows the remote folders of the directories below its own. A run in such a directory therefore
//! uses the state of the directory above, and a run in the directory above takes over the state of a
//! directory that was used on its own before. So each file has one record, regardless of the command.

use std::io;
use std::path::{Path, PathBuf};

use frameio_core::FolderId;

use super::opening::lock;
use super::{Access, Files, Known, Pair, SyncState, append, failed, format, key_of};
use crate::TransferError;
use crate::tasks::blocking;

/// The pair whose state has the records of a directory.
#[derive(Clone, Debug)]
pub(super) struct Owner {
    pub(super) pair: Pair,
    /// Path of the directory below that of the pair.
    pub(super) below: PathBuf,
}

impl Owner {
    /// Finds the outermost directory whose state knows the pair.
    pub(super) async fn find(states: &Path, pair: &Pair) -> Self {
        let (states, this) = (states.to_owned(), pair.clone());
        let found = blocking(move || Ok::<_, io::Error>(find(&states, &this))).await;
        found.ok().flatten().unwrap_or_else(|| Self { pair: pair.clone(), below: PathBuf::new() })
    }

    /// Returns whether the pair is that of the directory itself.
    pub(super) fn is_own(&self) -> bool {
        self.below.as_os_str().is_empty()
    }

    /// Returns the beginning of the names of the directory in the state.
    pub(super) fn prefix(&self) -> String {
        match key_of(&self.below) {
            below if below.is_empty() => below,
            below => below + "/",
        }
    }

    /// Returns whether there is a record of a file in the directory.
    pub(super) fn has_records(&self, files: &Files) -> bool {
        let prefix = self.prefix();
        files.keys().any(|key| key.starts_with(&prefix))
    }
}

fn find(states: &Path, pair: &Pair) -> Option<Owner> {
    let entries = std::fs::read_dir(states).ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names: Vec<_> = names.filter(|name| name.ends_with(".sync")).collect();
    let mut found = None;
    for directory in pair.directory.ancestors().skip(1) {
        let start = pair.start_of_name(directory);
        for name in names.iter().filter(|name| name.starts_with(&start)) {
            // A file that cannot be read is reported when its own pair is opened.
            let Ok(content) = format::read(&states.join(name)) else { continue };
            let Ok(below) = pair.directory.strip_prefix(directory) else { continue };
            let Some([account, folder, owner]) = content.owner() else { continue };
            let is_above = account == pair.account.as_str()
                && *owner == directory.to_string_lossy()
                && content.folders.get(&*key_of(below)) == Some(&pair.folder);
            if is_above {
                let (folder, directory) = (folder.as_str().into(), directory.to_owned());
                let pair = Pair { folder, directory, ..pair.clone() };
                found = Some(Owner { pair, below: below.to_owned() });
            }
        }
    }
    found
}

impl SyncState {
    /// Records the remote folder of a directory, and takes over the records of earlier runs in that
    /// directory alone.
    pub(crate) async fn adopt(&self, key: &str, folder: &FolderId) -> Result<(), TransferError> {
        let key = self.full(key);
        let is_known = self.inner.folders().insert(key.clone(), folder.clone());
        // Written first: a run in the directory either finds the line, or holds its own lock by now.
        if is_known.as_ref() != Some(folder) {
            self.write(format::folder(&key, folder), false).await;
        }
        let directory = self.inner.pair.directory.join(&*key);
        let pair = Pair { folder: folder.clone(), directory, ..self.inner.pair.clone() };
        let states = frameio_private_file::parent(&self.inner.path);
        let path = pair.path(states);
        let looked_up = path.clone();
        let is_used = blocking(move || {
            let lock = looked_up.with_extension("sync.lock");
            Ok::<_, io::Error>(lock.exists() || looked_up.exists())
        });
        if !is_used.await.unwrap_or(true) {
            return Ok(());
        }
        let _lock = match self.inner.access {
            Access::Read => None,
            Access::Shared | Access::Exclusive => Some(lock(&path, Access::Exclusive).await?),
        };
        let file = path.clone();
        let read = blocking(move || {
            let content = format::read(&file)?;
            content.check(&pair)?;
            Ok::<_, io::Error>(content)
        });
        let content = read.await.map_err(|error| failed(&path, error))?;
        self.take_over(&key, content, path).await
    }

    async fn take_over(
        &self,
        above: &str,
        content: format::Content,
        path: PathBuf,
    ) -> Result<(), TransferError> {
        let mut text = String::new();
        for (below, folder) in content.folders {
            let key = format!("{above}/{below}");
            if !self.inner.folders().contains_key(&*key) {
                text += &format::folder(&key, &folder);
                self.inner.folders().insert(key.into(), folder);
            }
        }
        for (below, theirs) in content.files {
            let key: Box<str> = format!("{above}/{below}").into();
            let mut files = self.inner.files();
            let mine = files.get(&key).cloned().unwrap_or_default();
            let known = latest(mine.clone(), theirs);
            if known != mine {
                text.push('\n');
                text += &format::lines(&key, &known);
                self.inner.names().add(&key, known.record.as_ref());
                files.insert(key, known);
            }
        }
        if self.inner.access == Access::Read {
            return Ok(());
        }
        let (state, removed) = (self.inner.path.clone(), path.clone());
        let moved = blocking(move || {
            if !text.is_empty() {
                append(&state, &text)?.sync_data()?;
            }
            match std::fs::remove_file(&removed) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        });
        moved.await.map_err(|error| failed(&path, error))
    }
}

/// Returns the later of two records, and the steps that are not finished.
fn latest(mine: Known, theirs: Known) -> Known {
    let equal_at = |known: &Known| known.record.as_ref().map(|record| record.equal_at);
    let (new, old) =
        if equal_at(&theirs) > equal_at(&mine) { (theirs, mine) } else { (mine, theirs) };
    Known {
        device: if new.record.is_some() { new.device } else { old.device },
        record: new.record.or(old.record),
        pending: new.pending.or(old.pending),
        arriving: new.arriving.or(old.arriving),
        copy: new.copy.or(old.copy),
        differing: new.differing.or(old.differing),
    }
}
