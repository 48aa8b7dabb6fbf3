//! The directory of an archive.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{ArchiveError, ArchiveErrorKind};
use crate::layout::{FORMAT, HEAD, Head, LAYOUT_VERSION, MEDIA, STATE};

/// Maximum size of a JSON file that is read as a whole.
const LARGEST: u64 = 256 << 20;

/// Directory of an archive, which this run locks if it writes.
#[derive(Debug)]
pub(crate) struct Directory {
    root: PathBuf,
    _lock: Option<File>,
}

impl Directory {
    /// Opens a directory to write an archive: a missing or empty one, or an archive of the same
    /// project. Blocks.
    pub(crate) fn open_or_create(root: &Path, head: &Head) -> Result<(Self, Head), ArchiveError> {
        let found = match fs::read_dir(root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(ArchiveError::disk(root, error)),
            Ok(mut entries) => match root.join(HEAD).try_exists() {
                Ok(true) => Some(read_head(root)?),
                // The state of a run that was killed before it wrote the head.
                Ok(false) if entries.all(|it| it.is_ok_and(|it| it.file_name() == STATE)) => None,
                Ok(false) => {
                    let reason = "it is not empty and not an archive; choose another directory";
                    return Err(not_an_archive(root, reason));
                }
                Err(error) => return Err(ArchiveError::disk(root, error)),
            },
        };
        if let Some(found) = &found
            && (&found.account_id, &found.project_id) != (&head.account_id, &head.project_id)
        {
            let reason = format!("it is an archive of the project '{}'", found.project_name);
            return Err(not_an_archive(root, &reason));
        }
        let this = Self::locked(root)?;
        match found {
            Some(found) => Ok((this, found)),
            None => {
                this.write_json(HEAD, head)?;
                Ok((this, head.clone()))
            }
        }
    }

    /// Opens an existing archive without locking it. Blocks.
    pub(crate) fn open(root: &Path) -> Result<(Self, Head), ArchiveError> {
        let head = read_head(root)?;
        Ok((Self { root: root.to_owned(), _lock: None }, head))
    }

    /// Opens an existing archive and locks it. Blocks.
    pub(crate) fn open_locked(root: &Path) -> Result<(Self, Head), ArchiveError> {
        let head = read_head(root)?;
        Ok((Self::locked(root)?, head))
    }

    fn locked(root: &Path) -> Result<Self, ArchiveError> {
        let state = root.join(STATE).join("run");
        let lock = frameio_private_file::open_lock(&state);
        let lock = lock.map_err(|error| ArchiveError::disk(&state, error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root: root.to_owned(), _lock: Some(lock) }),
            Err(fs::TryLockError::WouldBlock) => {
                let message = format!("'{}' is in use by another run", root.display());
                Err(ArchiveError::new(ArchiveErrorKind::InUse, message))
            }
            // Some network shares do not support locks.
            Err(fs::TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                Ok(Self { root: root.to_owned(), _lock: None })
            }
            Err(fs::TryLockError::Error(error)) => Err(ArchiveError::disk(&state, error)),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the local path of a path with `/`.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        let mut local = self.root.clone();
        local.extend(path.split('/'));
        local
    }

    /// Returns the local path of an original. Refuses a path out of the directory of originals, and a
    /// symbolic link at any level, because an archive may come from somebody else. Blocks.
    pub(crate) fn original(&self, path: &str) -> Result<PathBuf, ArchiveError> {
        let is_plain =
            |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\\', ':', '\0']);
        let below = path.strip_prefix(MEDIA).and_then(|path| path.strip_prefix('/'));
        if !below.is_some_and(|below| below.split('/').all(is_plain)) {
            let message = format!("'{path}' is not a path in '{MEDIA}'");
            return Err(ArchiveError::new(ArchiveErrorKind::Damaged, message));
        }
        let mut local = self.root.clone();
        let mut names = path.split('/').peekable();
        while let Some(name) = names.next() {
            local.push(name);
            let found = fs::symlink_metadata(&local).map_err(|error| {
                let reason = frameio_private_file::reason(&error);
                let message = format!("cannot read '{}': {reason}", local.display());
                ArchiveError::new(ArchiveErrorKind::Damaged, message)
            })?;
            if !(if names.peek().is_some() { found.is_dir() } else { found.is_file() }) {
                let message = format!("'{}' is not a regular file", local.display());
                return Err(ArchiveError::new(ArchiveErrorKind::Damaged, message));
            }
        }
        Ok(local)
    }

    /// Returns the path of a file of the state.
    pub(crate) fn state(&self, name: &str) -> PathBuf {
        self.root.join(STATE).join(name)
    }

    /// Creates a directory below the root. Refuses a symbolic link at any level. Blocks.
    pub(crate) fn create(&self, path: &str) -> Result<(), ArchiveError> {
        let mut local = self.root.clone();
        for name in path.split('/') {
            local.push(name);
            let created = match fs::create_dir(&local) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    check_directory(&local)
                }
                result => result,
            };
            created.map_err(|error| ArchiveError::disk(&local, error))?;
        }
        Ok(())
    }

    /// Replaces a JSON file. Blocks.
    pub(crate) fn write_json(
        &self,
        path: &str,
        value: &impl Serialize,
    ) -> Result<(), ArchiveError> {
        let local = self.at(path);
        let failed = |error| ArchiveError::disk(&local, error);
        let mut json = serde_json::to_vec_pretty(value).map_err(|error| failed(error.into()))?;
        json.push(b'\n');
        frameio_private_file::write(&local, &json).map_err(failed)
    }

    /// Reads a JSON file. Blocks.
    pub(crate) fn read_json<T: DeserializeOwned>(&self, path: &str) -> Result<T, ArchiveError> {
        read_json(&self.at(path))
    }
}

/// Verifies that a path is a directory, and not a symbolic link to one.
fn check_directory(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::NotADirectory, "it is not a directory"))
}

fn read_head(root: &Path) -> Result<Head, ArchiveError> {
    let path = root.join(HEAD);
    match path.try_exists() {
        Ok(true) => {}
        Ok(false) => return Err(not_an_archive(root, &format!("it has no '{HEAD}'"))),
        Err(error) => return Err(ArchiveError::disk(&path, error)),
    }
    // A newer version may have other fields.
    let any: serde_json::Value = read_json(&path)?;
    let version = any.get("version").and_then(serde_json::Value::as_u64);
    if any.get("format").and_then(serde_json::Value::as_str) != Some(FORMAT) {
        return Err(not_an_archive(root, &format!("'{HEAD}' does not describe an archive")));
    }
    if version != Some(LAYOUT_VERSION.into()) {
        let version = version.map_or_else(|| "unknown".to_owned(), |version| version.to_string());
        let reason = format!("its version is {version}, and this program reads {LAYOUT_VERSION}");
        return Err(not_an_archive(root, &reason));
    }
    serde_json::from_value(any).map_err(|error| damaged(&path, &error))
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, ArchiveError> {
    let file = open_file(path)?;
    let reader = io::BufReader::new(io::Read::take(file, LARGEST));
    serde_json::from_reader(reader).map_err(|error| damaged(path, &error))
}

/// Opens a file of an archive, which may come from somebody else: no link, pipe or device. Blocks.
pub(crate) fn open_file(path: &Path) -> Result<File, ArchiveError> {
    let opened = || -> io::Result<File> {
        if !fs::symlink_metadata(path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        File::open(path)
    };
    opened().map_err(|error| ArchiveError::disk(path, error))
}

fn damaged(path: &Path, error: &serde_json::Error) -> ArchiveError {
    let message = format!("'{}': {error}", path.display());
    ArchiveError::new(ArchiveErrorKind::Damaged, message)
}

fn not_an_archive(root: &Path, reason: &str) -> ArchiveError {
    let message = format!("cannot use '{}' as an archive: {reason}", root.display());
    ArchiveError::new(ArchiveErrorKind::NotAnArchive, message)
}
