//! The files of a directory that an upload would consider, for a watcher.

use std::path::{Path, PathBuf};

use super::UploadTree;
use super::local::{EntryKind, LocalEntry, Walker};
use crate::local_file::source_failed;
use crate::sync_state::key_of;
use crate::sync_state::stamp::Stamp;
use crate::tasks::blocking;
use crate::{RemotePath, TransferError};

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
        .map_err(source_failed)?;
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
