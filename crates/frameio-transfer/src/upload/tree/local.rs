//! The walk through local directories.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::UploadTree;
use super::roots::{Root, find, is_partial};
use super::selection::SelectedFiles;
use crate::directory_content::is_hidden;
use crate::filter::{FileMatcher, text_of};
use crate::local_file::{LocalFile, reason, source_failed};
use crate::summary::Ignored;
use crate::sync_state::TRASH;
use crate::sync_state::stamp::Stamp;
use crate::tasks::blocking;
use crate::{RemotePath, TransferError, TransferErrorKind};

/// Maximum number of characters of a name at the service.
const LONGEST_NAME: usize = 255;

/// Name of the directory of hash lists, which describe local files.
const HASH_LISTS: &str = "ascmhl";

/// Number of entries in a batch.
const BATCH: usize = 256;

/// An entry of a local directory.
#[derive(Debug)]
pub(super) struct LocalEntry {
    /// Path relative to the remote folder. Names that are not UTF-8 are converted lossily.
    pub(super) remote: RemotePath,
    pub(super) local: PathBuf,
    pub(super) kind: EntryKind,
}

#[derive(Debug)]
pub(super) enum EntryKind {
    /// A directory, which precedes its content.
    Folder,
    /// A file with its stamp, or a pipe without one.
    File(Option<Stamp>),
    Ignored(Ignored),
    Failed(TransferError),
}

/// Walks through directories in batches, so that no thread is blocked between batches.
pub(super) struct Walker {
    roots: VecDeque<Root>,
    current: Option<(Root, walkdir::IntoIter)>,
    options: Options,
    /// Replaces the roots.
    selected: Option<SelectedFiles>,
}

struct Options {
    matcher: FileMatcher,
    follow_links: bool,
    hidden: bool,
}

impl Walker {
    pub(super) async fn new(
        tree: &UploadTree,
        matcher: FileMatcher,
    ) -> Result<Self, TransferError> {
        let options = Options { matcher, follow_links: tree.follow_links, hidden: tree.hidden };
        let roots = tree.roots.clone();
        let selected = tree.selection.as_deref().map(SelectedFiles::new);
        let found = blocking(move || {
            let roots = find(roots, &options.matcher)?;
            Ok::<_, Failure>(Self { roots, current: None, options, selected })
        });
        found.await.map_err(|Failure(error)| error)
    }

    /// Returns the next batch of entries, which is empty after the last one.
    pub(super) async fn batch(mut self) -> Result<(Self, Vec<LocalEntry>), TransferError> {
        let walked = blocking(move || {
            let mut batch = Vec::new();
            while batch.len() < BATCH
                && let Some(entry) = self.next()
            {
                batch.push(entry);
            }
            Ok::<_, Failure>((self, batch))
        });
        walked.await.map_err(|Failure(error)| error)
    }

    fn next(&mut self) -> Option<LocalEntry> {
        if let Some(selected) = &mut self.selected {
            return selected.next();
        }
        loop {
            let (root, walk) = match &mut self.current {
                Some(current) => current,
                None => {
                    let root = self.roots.pop_front()?;
                    let walk = WalkDir::new(&root.path)
                        .follow_links(self.options.follow_links)
                        .sort_by_file_name()
                        .into_iter();
                    self.current.insert((root, walk))
                }
            };
            let Some(entry) = walk.next() else {
                self.current = None;
                continue;
            };
            let (found, is_folder) = match entry {
                Ok(entry) if entry.depth() == 0 && root.prefix.names().is_empty() => continue,
                Ok(entry) => {
                    let kind = self.options.kind(root, &entry);
                    let is_folder = root.is_folder(&entry);
                    (root.entry(entry.path(), kind), is_folder)
                }
                Err(error) => {
                    let path = error.path().unwrap_or(&root.path).to_owned();
                    (root.entry(&path, EntryKind::Failed(walk_failed(error))), false)
                }
            };
            if is_folder && matches!(found.kind, EntryKind::Ignored(_) | EntryKind::Failed(_)) {
                walk.skip_current_dir();
            }
            return Some(found);
        }
    }
}

impl Root {
    fn below<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.path).unwrap_or(Path::new(""))
    }

    fn entry(&self, path: &Path, kind: EntryKind) -> LocalEntry {
        let names = self.below(path).iter().map(|name| name.to_string_lossy().into_owned());
        let remote = RemotePath::new(self.prefix.names().iter().cloned().chain(names));
        LocalEntry { remote, local: path.to_owned(), kind }
    }

    /// Returns whether the entry is a directory to walk through.
    fn is_folder(&self, entry: &DirEntry) -> bool {
        // The root itself may be a symbolic link.
        if entry.depth() == 0 { self.path.is_dir() } else { entry.file_type().is_dir() }
    }
}

impl Options {
    fn kind(&self, root: &Root, entry: &DirEntry) -> EntryKind {
        self.try_kind(root, entry).unwrap_or_else(|error| EntryKind::Failed(source_failed(error)))
    }

    fn try_kind(&self, root: &Root, entry: &DirEntry) -> Result<EntryKind, io::Error> {
        let is_named = entry.depth() == 0;
        let path = entry.path();
        let below = text_of(root.below(path));
        if !is_named && entry.file_name() == TRASH {
            return Ok(EntryKind::Ignored(Ignored::Hidden));
        }
        if !is_named && entry.file_name() == HASH_LISTS && entry.file_type().is_dir() {
            return Ok(EntryKind::Ignored(Ignored::HashLists));
        }
        if !is_named && !self.hidden && is_hidden(entry) {
            return Ok(EntryKind::Ignored(Ignored::Hidden));
        }
        if let Some(reason) = self.matcher.exclude(&root.bases, &below, root.is_folder(entry)) {
            return Ok(EntryKind::Ignored(reason));
        }
        if !is_named && entry.path_is_symlink() && !self.follow_links {
            return Ok(EntryKind::Ignored(Ignored::Link));
        }
        let name = match root.prefix.names() {
            [name] if is_named => Ok(name.as_str()),
            _ => entry.file_name().to_str().ok_or("the file name is not UTF-8"),
        };
        let name = name.and_then(check);
        if root.is_folder(entry) {
            return Ok(name.map_or_else(invalid, |()| EntryKind::Folder));
        }
        let found = match is_named {
            true => LocalFile::look_up(path)?,
            false => LocalFile::of(entry.metadata()?),
        };
        let stamp = match found {
            LocalFile::Regular(metadata) => Some(Stamp::of(&metadata)),
            // Reading a pipe found in a directory could block forever.
            LocalFile::Pipe if is_named => None,
            _ => return Ok(EntryKind::Ignored(Ignored::Special)),
        };
        let selects = |stamp: Stamp| self.matcher.selects_content(stamp.size, stamp.modified);
        if !self.matcher.include(&root.bases, &below) || !stamp.is_none_or(selects) {
            return Ok(EntryKind::Ignored(Ignored::Excluded));
        }
        if is_partial(path) {
            return Ok(EntryKind::Ignored(Ignored::Partial));
        }
        if let Err(message) = name {
            return Ok(invalid(message));
        }
        Ok(match stamp {
            Some(Stamp { size: 0, .. }) => empty(),
            stamp => EntryKind::File(stamp),
        })
    }
}

/// Returns the failure of an empty file.
pub(super) fn empty() -> EntryKind {
    invalid("it is empty; the service accepts no empty files")
}

fn invalid(message: &'static str) -> EntryKind {
    EntryKind::Failed(TransferError::new(TransferErrorKind::Invalid, message))
}

/// Converts an error of the walk. The message omits the path, which is reported separately.
fn walk_failed(error: walkdir::Error) -> TransferError {
    if error.loop_ancestor().is_some() {
        let message = "it is a symbolic link to one of its parent directories";
        return TransferError::new(TransferErrorKind::Source, message);
    }
    let message = match (error.io_error(), error.path()) {
        (Some(io), Some(path)) if io.kind() == io::ErrorKind::NotFound => {
            LocalFile::look_up(path).err().as_ref().map(reason)
        }
        (io, _) => io.map(reason),
    };
    let message = message.unwrap_or_else(|| error.to_string());
    TransferError::new(TransferErrorKind::Source, message).because(error)
}

/// Verifies that the service accepts a name.
fn check(name: &str) -> Result<(), &'static str> {
    match name.chars().count() {
        0 => Err("it has no file name"),
        count if count > LONGEST_NAME => Err("the file name is longer than 255 characters"),
        _ => Ok(()),
    }
}

/// Error of blocking work.
struct Failure(TransferError);

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self(source_failed(error))
    }
}

impl From<TransferError> for Failure {
    fn from(error: TransferError) -> Self {
        Self(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_names_is_counted_in_characters() {
        assert!(check(&"ä".repeat(255)).is_ok());
        assert!(check(&"a".repeat(256)).is_err() && check("").is_err());
    }
}
