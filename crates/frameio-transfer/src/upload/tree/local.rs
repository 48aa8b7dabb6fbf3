//! What is in the directories of this machine.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::patterns::Patterns;
use super::{Roots, UploadTree};
use crate::summary::Ignored;
use crate::tasks::blocking;
use crate::{RemotePath, TransferError, TransferErrorKind};

/// The most characters that the service takes as a name.
const LONGEST_NAME: usize = 255;

/// How much is looked up in one go.
const BATCH: usize = 256;

/// Something in a directory.
#[derive(Debug)]
pub(super) struct Found {
    /// Where it is to be, below the folder of the service. A name that is not UTF-8 is only to be
    /// shown.
    pub(super) remote: RemotePath,
    pub(super) local: PathBuf,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// It comes before what is in it.
    Folder,
    /// A file of so many bytes.
    File(u64),
    Ignored(Ignored),
    Failed(TransferError),
}

/// Goes through directories, a batch at a time, so that no thread is kept while nobody asks.
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

struct Root {
    /// The name that it has at the service; none for what is in a directory.
    prefix: RemotePath,
    path: PathBuf,
}

impl Walker {
    pub(super) async fn new(tree: &UploadTree, patterns: Patterns) -> Result<Self, TransferError> {
        let options = Options { patterns, follow_links: tree.follow_links, hidden: tree.hidden };
        let roots = tree.roots.clone();
        let roots = blocking(move || Ok::<_, Failure>(find(roots)?)).await;
        let roots = roots.map_err(|Failure(error)| error)?;
        Ok(Self { roots, current: None, options })
    }

    /// The next few things; none after the last.
    pub(super) async fn batch(mut self) -> Result<(Self, Vec<Found>), TransferError> {
        let walked = blocking(move || {
            let mut batch = Vec::new();
            while batch.len() < BATCH
                && let Some(found) = self.next()
            {
                batch.push(found);
            }
            Ok::<_, Failure>((self, batch))
        });
        walked.await.map_err(|Failure(error)| error)
    }

    fn next(&mut self) -> Option<Found> {
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
                    (root.found(entry.path(), kind), is_folder)
                }
                Err(error) => {
                    let path = error.path().unwrap_or(&root.path).to_owned();
                    (root.found(&path, Kind::Failed(walked(error))), false)
                }
            };
            if is_folder && matches!(found.kind, Kind::Ignored(_) | Kind::Failed(_)) {
                walk.skip_current_dir();
            }
            return Some(found);
        }
    }
}

impl Root {
    fn found(&self, path: &Path, kind: Kind) -> Found {
        let below = path.strip_prefix(&self.path).unwrap_or(Path::new(""));
        let names = below.iter().map(|name| name.to_string_lossy().into_owned());
        let remote = RemotePath::new(self.prefix.names().iter().cloned().chain(names));
        Found { remote, local: path.to_owned(), kind }
    }

    /// Whether it is a directory that is gone into.
    fn is_folder(&self, entry: &DirEntry) -> bool {
        // What was named itself may be a link.
        if entry.depth() == 0 { self.path.is_dir() } else { entry.file_type().is_dir() }
    }
}

impl Options {
    fn kind(&self, root: &Root, entry: &DirEntry) -> Kind {
        self.try_kind(root, entry).unwrap_or_else(|error| Kind::Failed(failed(error)))
    }

    fn try_kind(&self, root: &Root, entry: &DirEntry) -> Result<Kind, io::Error> {
        let is_named = entry.depth() == 0;
        let path = entry.path();
        let below = match path.strip_prefix(&root.path) {
            Ok(below) if !is_named => below,
            _ => Path::new(entry.file_name()),
        };
        if !is_named && !self.hidden && is_hidden(entry) {
            return Ok(Kind::Ignored(Ignored::Hidden));
        }
        if self.patterns.exclude(below) {
            return Ok(Kind::Ignored(Ignored::Excluded));
        }
        if !is_named && entry.path_is_symlink() && !self.follow_links {
            return Ok(Kind::Ignored(Ignored::Link));
        }
        let name = match root.prefix.names() {
            [name] if is_named => Ok(name.as_str()),
            _ => entry.file_name().to_str().ok_or("the name is not UTF-8"),
        };
        let name = name.and_then(check);
        if root.is_folder(entry) {
            return Ok(name.map_or_else(invalid, |()| Kind::Folder));
        }
        let metadata = if is_named { std::fs::metadata(path)? } else { entry.metadata()? };
        if !metadata.is_file() {
            return Ok(Kind::Ignored(Ignored::Special));
        }
        if !self.patterns.include(below) {
            return Ok(Kind::Ignored(Ignored::Excluded));
        }
        if is_partial(path) {
            return Ok(Kind::Ignored(Ignored::Partial));
        }
        if let Err(message) = name {
            return Ok(invalid(message));
        }
        Ok(match metadata.len() {
            0 => invalid("it is empty, and the service takes no files of 0 bytes"),
            size => Kind::File(size),
        })
    }
}

fn invalid(message: &'static str) -> Kind {
    Kind::Failed(TransferError::new(TransferErrorKind::Invalid, message))
}

fn failed(error: impl Into<io::Error>) -> TransferError {
    let error = error.into();
    TransferError::new(TransferErrorKind::Source, error.to_string()).because(error)
}

/// Why a directory could not be gone through; the path is told beside it.
fn walked(error: walkdir::Error) -> TransferError {
    if error.loop_ancestor().is_some() {
        let message = "it is a symbolic link to a directory that it is in";
        return TransferError::new(TransferErrorKind::Source, message);
    }
    let message = error.io_error().map(ToString::to_string);
    let message = message.unwrap_or_else(|| error.to_string());
    TransferError::new(TransferErrorKind::Source, message).because(error)
}

/// Whether the service takes a name.
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

/// Whether it belongs to a download that is under way, or was given up.
fn is_partial(path: &Path) -> bool {
    let Some(path) = path.to_str() else { return false };
    let parts = path.strip_suffix(".json").unwrap_or(path);
    let record = format!("{parts}.json");
    parts.ends_with(".part") && Path::new(parts).is_file() && Path::new(&record).is_file()
}

/// What is to be gone through, if all of it is there.
fn find(roots: Roots) -> Result<VecDeque<Root>, TransferError> {
    let read = |path: &Path| {
        std::fs::metadata(path).map_err(|error| failed(error).prefixed(&path.display().to_string()))
    };
    let refuse = |path: &Path, message: &str| {
        let message = format!("{}: {message}", path.display());
        TransferError::new(TransferErrorKind::Invalid, message)
    };
    let paths = match roots {
        Roots::Within(path) => {
            if !read(&path)?.is_dir() {
                return Err(refuse(&path, "it is no directory"));
            }
            return Ok([Root { prefix: RemotePath::default(), path }].into());
        }
        Roots::Paths(paths) => paths,
    };
    let mut taken = HashSet::new();
    let mut roots = VecDeque::new();
    for path in paths {
        read(&path)?;
        // `.` and `..` have names of their own.
        let named = match path.file_name() {
            Some(_) => path.clone(),
            None => path.canonicalize().map_err(failed)?,
        };
        let name = named.file_name().ok_or_else(|| refuse(&path, "it has no name"))?;
        let name = name.to_str().ok_or_else(|| refuse(&path, "the name is not UTF-8"))?;
        if !taken.insert(name.to_owned()) {
            return Err(refuse(&path, "another of the paths has the same name"));
        }
        roots.push_back(Root { prefix: RemotePath::new([name]), path });
    }
    Ok(roots)
}

/// A failure of what runs where it may wait for a disk.
struct Failure(TransferError);

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let message = error.to_string();
        Self(TransferError::new(TransferErrorKind::Source, message).because(error))
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
