//! What is in the directories of this machine.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::UploadTree;
use super::patterns::Patterns;
use super::roots::{Root, find, is_partial};
use crate::local_file::{LocalFile, reason};
use crate::summary::Ignored;
use crate::tasks::blocking;
use crate::{RemotePath, TransferError, TransferErrorKind};

/// Maximum number of characters that the service accepts as a name.
const LONGEST_NAME: usize = 255;

/// Number of entries that are looked up in one go.
const BATCH: usize = 256;

/// Something in a directory.
#[derive(Debug)]
pub(super) struct LocalEntry {
    /// Its path below the folder of the service. A name that is not UTF-8 is only to be shown.
    pub(super) remote: RemotePath,
    pub(super) local: PathBuf,
    pub(super) kind: EntryKind,
}

#[derive(Debug)]
pub(super) enum EntryKind {
    /// It comes before what is in it.
    Folder,
    /// A file, and its size where it has one: a pipe has none.
    File(Option<u64>),
    Ignored(Ignored),
    Failed(TransferError),
}

/// Walks through directories, a batch at a time, so that no thread is kept while nobody asks.
pub(super) struct Walker {
    roots: VecDeque<Root>,
    current: Option<(Root, walkdir::IntoIter)>,
    options: Options,
}

struct Options {
    patterns: Patterns,
    follow_links: bool,
    hidden: bool,
}

impl Walker {
    pub(super) async fn new(tree: &UploadTree, patterns: Patterns) -> Result<Self, TransferError> {
        let options = Options { patterns, follow_links: tree.follow_links, hidden: tree.hidden };
        let roots = tree.roots.clone();
        let found = blocking(move || {
            let roots = find(roots, &options.patterns)?;
            Ok::<_, Failure>(Self { roots, current: None, options })
        });
        found.await.map_err(|Failure(error)| error)
    }

    /// Returns the next few entries; none after the last.
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

    /// Whether it is a directory that is walked through.
    fn is_folder(&self, entry: &DirEntry) -> bool {
        // The root itself may be a link.
        if entry.depth() == 0 { self.path.is_dir() } else { entry.file_type().is_dir() }
    }
}

impl Options {
    fn kind(&self, root: &Root, entry: &DirEntry) -> EntryKind {
        self.try_kind(root, entry).unwrap_or_else(|error| EntryKind::Failed(failed(error)))
    }

    fn try_kind(&self, root: &Root, entry: &DirEntry) -> Result<EntryKind, io::Error> {
        let is_named = entry.depth() == 0;
        let path = entry.path();
        let below = root.below(path);
        if !is_named && !self.hidden && is_hidden(entry) {
            return Ok(EntryKind::Ignored(Ignored::Hidden));
        }
        if self.patterns.exclude(&root.bases, below) {
            return Ok(EntryKind::Ignored(Ignored::Excluded));
        }
        if !is_named && entry.path_is_symlink() && !self.follow_links {
            return Ok(EntryKind::Ignored(Ignored::Link));
        }
        let name = match root.prefix.names() {
            [name] if is_named => Ok(name.as_str()),
            _ => entry.file_name().to_str().ok_or("the name is not UTF-8"),
        };
        let name = name.and_then(check);
        if root.is_folder(entry) {
            return Ok(name.map_or_else(invalid, |()| EntryKind::Folder));
        }
        let found = match is_named {
            true => LocalFile::look_up(path)?,
            false => LocalFile::of(entry.metadata()?),
        };
        let size = match found {
            LocalFile::Regular(metadata) => Some(metadata.len()),
            // One that nobody named would be waited for.
            LocalFile::Pipe if is_named => None,
            _ => return Ok(EntryKind::Ignored(Ignored::Special)),
        };
        if !self.patterns.include(&root.bases, below) {
            return Ok(EntryKind::Ignored(Ignored::Excluded));
        }
        if is_partial(path) {
            return Ok(EntryKind::Ignored(Ignored::Partial));
        }
        if let Err(message) = name {
            return Ok(invalid(message));
        }
        Ok(match size {
            Some(0) => invalid("it is empty, and the service takes no files of 0 bytes"),
            size => EntryKind::File(size),
        })
    }
}

fn invalid(message: &'static str) -> EntryKind {
    EntryKind::Failed(TransferError::new(TransferErrorKind::Invalid, message))
}

fn failed(error: io::Error) -> TransferError {
    TransferError::new(TransferErrorKind::Source, reason(&error)).because(error)
}

/// Why a directory could not be walked through; its path is reported next to it.
fn walk_failed(error: walkdir::Error) -> TransferError {
    if error.loop_ancestor().is_some() {
        let message = "it is a symbolic link to a directory that it is in";
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

/// Checks that the service accepts a name.
fn check(name: &str) -> Result<(), &'static str> {
    match name.chars().count() {
        0 => Err("it has no name"),
        count if count > LONGEST_NAME => Err("the name is longer than 255 characters"),
        _ => Ok(()),
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
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

/// A failure of what runs where it may wait for a disk.
struct Failure(TransferError);

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self(failed(error))
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
    fn names_are_counted_in_characters() {
        assert!(check(&"ä".repeat(255)).is_ok());
        assert!(check(&"a".repeat(256)).is_err() && check("").is_err());
    }
}
