//! The directories of a state and their remote folders.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use frameio_core::FolderId;

use super::{Record, SyncState, format};
use crate::tasks::blocking;

/// A directory that no longer exists.
#[derive(Clone, Debug)]
pub(crate) struct GoneDirectory {
    pub(crate) key: String,
    pub(crate) folder: FolderId,
    /// Files below with their names in the directory.
    pub(crate) files: Vec<(String, Record)>,
}

impl SyncState {
    /// Returns the remote folder of a directory.
    pub(crate) fn folder(&self, key: &str) -> Option<FolderId> {
        self.inner.folders().get(&self.full(key)).cloned()
    }

    /// Returns the directories with recorded files that no longer exist under their names.
    pub(crate) async fn gone_directories(&self) -> Vec<GoneDirectory> {
        let folders: Vec<_> = {
            let folders = self.inner.folders();
            let below = folders.iter().filter_map(|(key, folder)| {
                Some((key.strip_prefix(&*self.prefix)?.to_owned(), folder.clone()))
            });
            below.filter(|(key, _)| !key.is_empty()).collect()
        };
        let root = self.root.to_path_buf();
        let gone = blocking(move || {
            let mut existing = Subdirectories::default();
            let gone = folders.into_iter().filter(|(key, _)| !existing.contains(&root, key));
            Ok::<_, std::io::Error>(gone.collect::<Vec<_>>())
        });
        let gone = gone.await.unwrap_or_default();
        let records = if gone.is_empty() { Vec::new() } else { self.records() };
        let with_files = gone.into_iter().map(|(key, folder)| {
            let below = format!("{key}/");
            let files = records.iter().filter_map(|(name, record)| {
                Some((name.strip_prefix(&*below)?.to_owned(), record.clone()))
            });
            let files = files.collect();
            GoneDirectory { key, folder, files }
        });
        with_files.filter(|directory| !directory.files.is_empty()).collect()
    }

    /// Moves what is known about the files of a directory to another name.
    pub(crate) async fn rename_directory(&self, from: &str, to: &str) {
        let (from, to) = (self.full(&format!("{from}/")), self.full(&format!("{to}/")));
        let mut lines = String::from("\n");
        {
            let mut files = self.inner.files();
            let below: Vec<_> =
                files.keys().filter(|key| key.starts_with(&*from)).cloned().collect();
            for old in below {
                let (Some(name), Some(known)) = (old.strip_prefix(&*from), files.remove(&old))
                else {
                    continue;
                };
                let new: Box<str> = [&*to, name].concat().into();
                lines += &format::lines(&new, &known);
                lines += &format::removed(&old);
                self.inner.names().add(&new, known.record.as_ref());
                files.insert(new, known);
            }
        }
        self.write(lines, true).await;
    }
}

/// Subdirectories by their directories. A file system may find a directory under names that differ in case,
/// so the names are listed.
#[derive(Default)]
struct Subdirectories(HashMap<PathBuf, HashSet<OsString>>);

impl Subdirectories {
    fn contains(&mut self, root: &Path, key: &str) -> bool {
        let mut path = root.to_owned();
        key.split('/').all(|name| {
            let names = self.0.entry(path.clone()).or_insert_with(|| list(&path));
            path.push(name);
            names.contains(Path::new(name).as_os_str())
        })
    }
}

/// Returns the names of the subdirectories of a directory; none if it cannot be read.
fn list(directory: &Path) -> HashSet<OsString> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let directories = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    directories.map(|entry| entry.file_name()).collect()
}
