//! The upload of selected files of a directory, for a watcher that knows which files are complete.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use frameio_core::{AccountId, FolderId};

use super::local::{EntryKind, LocalEntry, empty};
use super::{Roots, UploadTree};
use crate::RemotePath;
use crate::local_file::LocalFile;
use crate::local_file::source_failed;
use crate::summary::OnItem;
use crate::sync_state::stamp::Stamp;

/// Files of a directory to upload.
#[derive(Debug)]
pub(crate) struct Selection {
    pub(crate) files: Vec<SelectedFile>,
    /// Whether the remote file of a renamed file is renamed. Otherwise the file is uploaded.
    pub(crate) renames: bool,
    /// Whether versions of earlier runs are stacked although their local files no longer exist.
    pub(crate) leftovers: bool,
}

/// A file to upload, if it still has this stamp.
#[derive(Clone, Debug)]
pub(crate) struct SelectedFile {
    pub(crate) local: PathBuf,
    /// Path below the remote folder.
    pub(crate) remote: RemotePath,
    pub(crate) stamp: Stamp,
}

/// Iterator over the entries of a selection in the order of a walk: each folder precedes its content.
pub(super) struct SelectedFiles {
    files: VecDeque<SelectedFile>,
    /// Names of the current folder.
    folder: Vec<String>,
}

impl SelectedFiles {
    pub(super) fn new(selection: &Selection) -> Self {
        let mut files = selection.files.clone();
        files.sort_by(|a, b| a.remote.cmp(&b.remote));
        Self { files: files.into(), folder: Vec::new() }
    }

    pub(super) fn next(&mut self) -> Option<LocalEntry> {
        loop {
            let file = self.files.front()?;
            if let Some(folder) = next_folder(&mut self.folder, &file.remote) {
                let local = file.local.parent().unwrap_or(&file.local).to_owned();
                return Some(LocalEntry { remote: folder, local, kind: EntryKind::Folder });
            }
            let file = self.files.pop_front()?;
            if let Some(kind) = file.kind() {
                return Some(LocalEntry { remote: file.remote, local: file.local, kind });
            }
        }
    }
}

/// Enters the next folder above a file. Returns `None` if all of them have been entered.
fn next_folder(current: &mut Vec<String>, file: &RemotePath) -> Option<RemotePath> {
    let (_, above) = file.names().split_last()?;
    let common = current.iter().zip(above).take_while(|(current, above)| current == above).count();
    current.truncate(common);
    current.push(above.get(common)?.clone());
    Some(RemotePath::new(current.iter()))
}

impl SelectedFile {
    /// Looks up the file. Returns `None` if it no longer exists or has changed.
    fn kind(&self) -> Option<EntryKind> {
        match LocalFile::look_up(&self.local) {
            Ok(LocalFile::Regular(metadata)) if Stamp::of(&metadata) == self.stamp => {
                Some(match metadata.len() {
                    0 => empty(),
                    _ => EntryKind::File(Some(self.stamp)),
                })
            }
            Ok(_) => None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => Some(EntryKind::Failed(source_failed(error))),
        }
    }
}

impl UploadTree {
    /// Returns the directory whose content is uploaded.
    pub(crate) fn directory(&self) -> Option<&Path> {
        match &self.roots {
            Roots::Within(directory) => Some(directory),
            Roots::Paths(_) => None,
        }
    }

    /// Returns whether an absolute path is one of those to upload.
    pub(super) fn contains(&self, path: &Path) -> bool {
        let is_below =
            |root: &PathBuf| std::path::absolute(root).is_ok_and(|root| path.starts_with(root));
        match &self.roots {
            Roots::Within(directory) => is_below(directory),
            Roots::Paths(paths) => paths.iter().any(is_below),
        }
    }

    /// Returns the account and the folder.
    pub(crate) fn place(&self) -> (&AccountId, &FolderId) {
        (&self.account, &self.folder)
    }

    /// Uploads only these files.
    pub(crate) fn select(mut self, selection: Selection) -> Self {
        self.selection = Some(Arc::new(selection));
        self
    }

    /// Returns the callback for items.
    pub(crate) fn item_callback(&self) -> Option<OnItem> {
        self.options.on_item.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_precede_their_files_and_changed_files_are_left_out() {
        let directory = tempfile::tempdir().unwrap();
        let file = |remote: &str| {
            let local = directory.path().join(remote.replace('/', " "));
            std::fs::write(&local, "x").unwrap();
            let stamp = Stamp::of(&std::fs::metadata(&local).unwrap());
            SelectedFile { local, remote: RemotePath::new(remote.split('/')), stamp }
        };
        let mut files: Vec<_> =
            ["z", "b/y/2", "a/1", "b/x/1", "b/2", "gone", "b/y/1"].map(file).into();
        std::fs::remove_file(&files[5].local).unwrap();
        let mut changed = file("changed");
        changed.stamp.size += 1;
        files.push(changed);
        let selection = Selection { files, renames: true, leftovers: false };
        let mut entries = SelectedFiles::new(&selection);
        let mut all = Vec::new();
        while let Some(entry) = entries.next() {
            let kind = if matches!(entry.kind, EntryKind::Folder) { "/" } else { "" };
            all.push(format!("{}{kind}", entry.remote));
        }
        let expected =
            ["/a/", "/a/1", "/b/", "/b/2", "/b/x/", "/b/x/1", "/b/y/", "/b/y/1", "/b/y/2", "/z"];
        assert_eq!(all, expected);
    }
}
