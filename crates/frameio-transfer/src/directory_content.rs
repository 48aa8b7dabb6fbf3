//! Which files a directory has, to recognize a disk that is not mounted.

use std::io;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use crate::filter::{Bases, text_of};
use crate::local_file::source_failed;
use crate::tasks::blocking;
use crate::{Filter, TransferError, TransferErrorKind};

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
    pub(crate) fn exists(self, directory: &Path) -> io::Result<bool> {
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            exists => exists,
        });
        if exists.await.map_err(source_failed)? {
            return Ok(());
        }
        let directory = directory.display();
        let message = format!(
            "'{directory}' contains no files; was it mounted? nothing was deleted or transferred"
        );
        Err(TransferError::new(TransferErrorKind::Invalid, message))
    }
}

/// Returns whether an entry is hidden, by its name or an attribute of Windows.
pub(crate) fn is_hidden(entry: &DirEntry) -> bool {
    #[cfg(windows)]
    {
        const HIDDEN: u32 = 2;
        let attributes = std::os::windows::fs::MetadataExt::file_attributes;
        if entry.metadata().is_ok_and(|metadata| attributes(&metadata) & HIDDEN != 0) {
            return true;
        }
    }
    entry.file_name().as_encoded_bytes().starts_with(b".")
}
