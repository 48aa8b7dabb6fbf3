//! Names of files in a state.
//!
//! A name is the path below the directory, exactly as the directory lists it: two files whose names
//! differ only in their Unicode normalization are different files. Some file systems list a name in
//! another form than it was created in. Such a file gets the record of the other form, unless the
//! directory has a file with exactly that name.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::Path;

use frameio_core::FileId;
use unicode_normalization::UnicodeNormalization;

use super::{Record, SyncState, format};
use crate::existing::is_file_missing;
use crate::tasks::blocking;

/// Names by remote file and by normal form.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Names that had a record of a remote file when it was read or written.
    ids: HashMap<FileId, Vec<Box<str>>>,
    /// Names that are not ASCII, by their normal form.
    forms: HashMap<String, Vec<Box<str>>>,
}

impl Names {
    /// Adds a name with its record.
    pub(super) fn add(&mut self, key: &str, record: Option<&Record>) {
        if let Some(record) = record {
            add(self.ids.entry(record.file_id.clone()).or_default(), key);
        }
        if !key.is_ascii() {
            add(self.forms.entry(normalized(key)).or_default(), key);
        }
    }

    /// Returns the names that had a record of a remote file.
    pub(super) fn of(&self, id: &FileId) -> Vec<Box<str>> {
        self.ids.get(id).cloned().unwrap_or_default()
    }
}

fn add(names: &mut Vec<Box<str>>, key: &str) {
    if !names.iter().any(|name| **name == *key) {
        names.push(key.into());
    }
}

impl SyncState {
    /// Returns the recorded names of a remote file in a directory, without the directory.
    pub(crate) fn names_in(&self, directory: &str, id: &FileId) -> Vec<String> {
        let above = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let names = self.inner.names().of(id);
        let below = names.iter().filter_map(|name| name.strip_prefix(&*self.prefix));
        let below = below.filter_map(|key| Some((key, key.strip_prefix(&*above)?)));
        let direct = below.filter(|(_, name)| !name.contains('/'));
        let is_recorded = |key: &str| self.record(key).is_some_and(|it| it.file_id == *id);
        direct.filter(|(key, _)| is_recorded(key)).map(|(_, name)| name.to_owned()).collect()
    }

    /// Returns whether a local file has a name. A directory of that name is no file.
    pub(crate) fn has_file(&self, key: &str) -> bool {
        !is_file_missing(&self.local_path(key))
    }

    /// Renames the record of a file that had another normalization of its name in an earlier run.
    pub(crate) async fn find_form(&self, key: &str) {
        if key.is_ascii() || self.known(key).is_some() {
            return;
        }
        let full = self.full(key);
        let forms = self.inner.names().forms.get(&normalized(&full)).cloned().unwrap_or_default();
        for form in forms.into_iter().filter(|form| *form != full) {
            let Some(below) = form.strip_prefix(&*self.prefix).map(str::to_owned) else { continue };
            if self.known(&below).is_none() || self.exists_exactly(&below).await {
                continue;
            }
            let Some(known) = self.inner.files().remove(&form) else { continue };
            let lines = format::lines(&full, &known) + &format::removed(&form);
            self.inner.names().add(&full, known.record.as_ref());
            self.inner.files().insert(full, known);
            self.write(format!("\n{lines}"), false).await;
            return;
        }
    }

    /// Returns whether the directories list exactly this name.
    async fn exists_exactly(&self, key: &str) -> bool {
        let (root, key) = (self.root.to_path_buf(), key.to_owned());
        let listed = blocking(move || {
            let mut path = root;
            Ok::<_, io::Error>(key.split('/').all(|name| {
                path.push(name);
                is_listed(&path)
            }))
        });
        listed.await.unwrap_or(true)
    }
}

/// Returns whether the directory of a file lists exactly its name. A file system may find a file under
/// other names.
fn is_listed(path: &Path) -> bool {
    std::fs::read_dir(frameio_private_file::parent(path)).is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|entry| Some(&*entry.file_name()) == path.file_name()))
    })
}

/// Returns the normal form (NFC) of a name or path.
pub(crate) fn normalized(name: &str) -> String {
    name.nfc().collect()
}

/// Returns the name of a file in a state.
pub(crate) fn state_key(names: &[String]) -> String {
    names.join("/")
}

/// Returns the names of all directories above files, each after those above it.
pub(crate) fn directories_above(keys: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let mut directories = BTreeSet::new();
    for key in keys {
        let above = key.match_indices('/').filter_map(|(at, _)| key.get(..at));
        directories.extend(above.map(str::to_owned));
    }
    directories
}

/// Returns the name of a file in a state: its path below the directory.
pub(crate) fn key_of(below: &Path) -> String {
    let names: Vec<_> = below.iter().map(|name| name.to_string_lossy()).collect();
    names.join("/")
}
