//! The files of a directory that an upload would consider, for a watcher.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::UploadTree;
use super::local::{EntryKind, LocalEntry, Walker, is_hidden};
use crate::filter::{Bases, text_of};
use crate::sync_state::key_of;
use crate::sync_state::stamp::Stamp;
use crate::tasks::blocking;
use crate::{Filter, RemotePath, TransferError, TransferErrorKind};

/// Files of a directory.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) files: Vec<ListedFile>,
    /// Entries that cannot be read or uploaded.
    pub(crate) failed: Vec<(RemotePath, PathBuf, TransferError)>,
}

/// A regular file, which may be empty.
#[derive(Clone, Debug)]
pub(crate) struct ListedFile {
    /// Name in the state.
    pub(crate) key: String,
    pub(crate) local: PathBuf,
    /// Path below the directory.
    pub(crate) below: RemotePath,
    pub(crate) stamp: Stamp,
}

/// Lists the files of a directory that the rules of an upload include.
pub(crate) async fn list(tree: &UploadTree) -> Result<Listing, TransferError> {
    let Some(directory) = tree.directory().map(Path::to_owned) else {
        return Ok(Listing::default());
    };
    let matcher = tree.options.filter.matcher()?.hidden(tree.hidden);
    let mut walker = Walker::new(tree, matcher).await?;
    let mut listing = Listing::default();
    loop {
        let (rest, batch) = walker.batch().await?;
        walker = rest;
        if batch.is_empty() {
            return Ok(listing);
        }
        let directory = directory.clone();
        listing = blocking(move || {
            batch.into_iter().for_each(|entry| listing.add(&directory, entry));
            Ok::<_, std::io::Error>(listing)
        })
        .await
        .map_err(super::local::failed)?;
    }
}

/// Which entries of a directory count as its content.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Content {
    pub(crate) hidden: bool,
    pub(crate) follow_links: bool,
}

impl Content {
    /// Returns whether a directory contains any file, at any depth, apart from files of the system and
    /// hash lists. A disk that is not mounted leaves a directory without such a file.
    ///
    /// An entry that cannot be read counts as a file.
    pub(crate) fn exists(self, directory: &Path) -> std::io::Result<bool> {
        // The walk would count a directory that cannot be read as an entry.
        std::fs::read_dir(directory)?;
        let Ok(defaults) = Filter::new().matcher() else { return Ok(true) };
        let is_content = |entry: &walkdir::DirEntry| {
            let below = text_of(entry.path().strip_prefix(directory).unwrap_or(entry.path()));
            let is_folder = entry.file_type().is_dir();
            entry.file_name() != crate::sync_state::TRASH
                && (self.hidden || !is_hidden(entry))
                && defaults.exclude(&Bases::default(), &below, is_folder).is_none()
        };
        let walk = WalkDir::new(directory).min_depth(1).follow_links(self.follow_links);
        let mut entries = walk.into_iter().filter_entry(is_content);
        Ok(entries.any(|entry| entry.map_or(true, |entry| entry.file_type().is_file())))
    }

    /// Refuses a directory without files, so that no file counts as deleted.
    pub(crate) async fn require(self, directory: &Path) -> Result<(), TransferError> {
        let path = directory.to_owned();
        let exists = blocking(move || match self.exists(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            exists => exists,
        });
        if exists.await.map_err(super::local::failed)? {
            return Ok(());
        }
        let directory = directory.display();
        let message = format!(
            "'{directory}' contains no files; was it mounted? nothing was deleted or transferred"
        );
        Err(TransferError::new(TransferErrorKind::Invalid, message))
    }
}

impl Listing {
    fn add(&mut self, directory: &Path, entry: LocalEntry) {
        let LocalEntry { remote: below, local, kind } = entry;
        let error = match kind {
            EntryKind::File(Some(_)) => None,
            EntryKind::Failed(error) => Some(error),
            EntryKind::Folder | EntryKind::File(None) | EntryKind::Ignored(_) => return,
        };
        let metadata = std::fs::metadata(&local);
        match (metadata, error) {
            // An empty file may be one that is about to be written.
            (Ok(metadata), error)
                if metadata.is_file() && (error.is_none() || metadata.len() == 0) =>
            {
                let key = key_of(local.strip_prefix(directory).unwrap_or(&local));
                self.files.push(ListedFile { key, local, below, stamp: Stamp::of(&metadata) });
            }
            (Ok(_), Some(error)) => self.failed.push((below, local, error)),
            // The file was removed or replaced in the meantime.
            (Ok(_), None) | (Err(_), None) => {}
            (Err(_), Some(error)) => self.failed.push((below, local, error)),
        }
    }
}
