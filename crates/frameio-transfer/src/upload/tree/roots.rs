//! The files and directories that are named to be sent.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

use super::Roots;
use super::patterns::{Bases, Patterns};
use crate::local_file::{LocalFile, unopened};
use crate::{RemotePath, TransferError, TransferErrorKind};

/// A file or a directory to be sent.
pub(super) struct Root {
    /// Its name at the service; none where only what is in it is sent.
    pub(super) prefix: RemotePath,
    pub(super) path: PathBuf,
    pub(super) bases: Bases,
}

/// Looks up what is to be sent. All of it has to exist, and each file has to be one that is sent:
/// what is named and left out would be taken for sent.
pub(super) fn find(roots: Roots, patterns: &Patterns) -> Result<VecDeque<Root>, TransferError> {
    let paths = match roots {
        Roots::Within(path) => {
            if !matches!(look_up(&path)?, LocalFile::Directory) {
                return Err(refuse(&path, "it is not a directory"));
            }
            let bases = Bases::new(None, &path);
            return Ok([Root { prefix: RemotePath::default(), path, bases }].into());
        }
        Roots::Paths(paths) => paths,
    };
    let mut taken = HashSet::new();
    let mut roots = VecDeque::new();
    for path in paths {
        let found = look_up(&path)?;
        // `.` and `..` stand for names.
        let named = match path.file_name() {
            Some(_) => path.clone(),
            None => path.canonicalize().map_err(|error| unopened(&path, error))?,
        };
        let name = named.file_name().ok_or_else(|| refuse(&path, "it has no name"))?;
        let name = name.to_str().ok_or_else(|| refuse(&path, "the name is not UTF-8"))?;
        if !taken.insert(name.to_owned()) {
            return Err(refuse(&path, "another of the paths has the same name"));
        }
        let bases = Bases::new(Some(name), &path);
        let root = Root { prefix: RemotePath::new([name]), path, bases };
        root.check(&found, patterns)?;
        roots.push_back(root);
    }
    Ok(roots)
}

impl Root {
    fn check(&self, found: &LocalFile, patterns: &Patterns) -> Result<(), TransferError> {
        let refuse = |message: &str| Err(refuse(&self.path, message));
        let here = Path::new("");
        match found {
            LocalFile::Directory => Ok(()),
            // It was left out by name, and is reported.
            _ if patterns.exclude(&self.bases, here) => Ok(()),
            LocalFile::Special(_) => {
                found.is_uploadable().map_err(|error| unopened(&self.path, error))
            }
            _ if !patterns.include(&self.bases, here) => {
                refuse("no pattern of files to include matches it")
            }
            LocalFile::Regular(_) if is_partial(&self.path) => {
                refuse("it belongs to a download that is not complete")
            }
            LocalFile::Regular(_) | LocalFile::Pipe => Ok(()),
        }
    }
}

/// Whether a file belongs to a download that is under way, or was given up.
pub(super) fn is_partial(path: &Path) -> bool {
    let Some(path) = path.to_str() else { return false };
    let parts = path.strip_suffix(".json").unwrap_or(path);
    let record = format!("{parts}.json");
    parts.ends_with(".part") && Path::new(parts).is_file() && Path::new(&record).is_file()
}

/// Verifies that something can be uploaded from a path.
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
