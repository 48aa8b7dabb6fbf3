//! The files and directories given to an upload.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

use super::Roots;
use crate::filter::{Bases, FileMatcher};
use crate::local_file::{LocalFile, unopened};
use crate::{RemotePath, TransferError, TransferErrorKind};

/// A given file or directory.
pub(super) struct Root {
    /// Remote name; empty if only the content of the directory is uploaded.
    pub(super) prefix: RemotePath,
    pub(super) path: PathBuf,
    pub(super) bases: Bases,
}

/// Looks up the given paths. All of them must exist and be uploadable, because the user would assume
/// that a given file has been uploaded.
pub(super) fn find(roots: Roots, matcher: &FileMatcher) -> Result<VecDeque<Root>, TransferError> {
    let paths = match roots {
        Roots::Within(path) => {
            if !matches!(look_up(&path)?, LocalFile::Directory) {
                return Err(refuse(&path, "it is not a directory"));
            }
            let bases = matcher.bases(&path);
            return Ok([Root { prefix: RemotePath::default(), path, bases }].into());
        }
        Roots::Paths(paths) => paths,
    };
    let mut taken = HashSet::new();
    let mut roots = VecDeque::new();
    for path in paths {
        let found = look_up(&path)?;
        // Resolve `.` and `..` to names.
        let named = match path.file_name() {
            Some(_) => path.clone(),
            None => path.canonicalize().map_err(|error| unopened(&path, error))?,
        };
        let name = named.file_name().ok_or_else(|| refuse(&path, "it has no file name"))?;
        let name = name.to_str().ok_or_else(|| refuse(&path, "the file name is not UTF-8"))?;
        if !taken.insert(name.to_owned()) {
            return Err(refuse(&path, "another path has the same file name"));
        }
        let bases = Bases::new(Some(name), &path);
        let root = Root { prefix: RemotePath::new([name]), path, bases };
        root.check(&found, matcher)?;
        roots.push_back(root);
    }
    Ok(roots)
}

impl Root {
    fn check(&self, found: &LocalFile, matcher: &FileMatcher) -> Result<(), TransferError> {
        let refuse = |message: &str| Err(refuse(&self.path, message));
        match found {
            LocalFile::Directory => Ok(()),
            // The walk reports it as excluded.
            _ if matcher.exclude(&self.bases, "", false).is_some() => Ok(()),
            LocalFile::Special(_) => {
                found.is_uploadable().map_err(|error| unopened(&self.path, error))
            }
            _ if !matcher.include(&self.bases, "") => {
                refuse("it does not match the patterns to include")
            }
            LocalFile::Regular(_) if is_partial(&self.path) => {
                refuse("it is part of an incomplete download")
            }
            LocalFile::Regular(_) | LocalFile::Pipe => Ok(()),
        }
    }
}

/// Returns whether a file is part of an incomplete download.
pub(super) fn is_partial(path: &Path) -> bool {
    let Some(path) = path.to_str() else { return false };
    let parts = path.strip_suffix(".json").unwrap_or(path);
    let record = format!("{parts}.json");
    parts.ends_with(".part") && Path::new(parts).is_file() && Path::new(&record).is_file()
}

/// Verifies that a path can be uploaded.
pub(super) fn check(path: &Path) -> Result<(), TransferError> {
    look_up(path)?.is_uploadable().map_err(|error| unopened(path, error))
}

fn look_up(path: &Path) -> Result<LocalFile, TransferError> {
    LocalFile::look_up(path).map_err(|error| unopened(path, error))
}

fn refuse(path: &Path, message: &str) -> TransferError {
    let message = format!("cannot upload '{}': {message}", path.display());
    TransferError::new(TransferErrorKind::Invalid, message)
}
