//! Policies for existing files at the target of a download.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use frameio_api::files::File;
use frameio_private_file::NotRegular;

use crate::tasks::blocking;
use crate::{TransferError, TransferErrorKind};

/// Policy for an existing file at the target of a download.
///
/// Directories, symbolic links, pipes and devices are never replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Existing {
    /// Fail and keep the file.
    #[default]
    Refuse,
    /// Skip a file of the same size. Keep a file of another size and report a
    /// [conflict](TransferErrorKind::Conflict).
    SkipSame,
    /// Skip a file of the same size. Replace a file of another size after a complete download.
    ReplaceDifferent,
    /// Replace any file after a complete download.
    Overwrite,
}

/// State of the target path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum LocalTarget {
    Missing,
    File {
        size: u64,
        modified: Option<SystemTime>,
    },
    /// Never replaced.
    Irregular(NotRegular),
}

/// Known properties of the remote file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RemoteContent {
    /// `None` if neither the service nor the storage reports it.
    pub(crate) size: Option<u64>,
    pub(crate) created: Option<SystemTime>,
}

impl RemoteContent {
    /// Returns the properties of the original of a file.
    pub(crate) fn of(file: &File) -> Self {
        Self { size: Some(file.file_size), created: created(file) }
    }
}

/// Returns when a file was created at the service.
pub(crate) fn created(file: &File) -> Option<SystemTime> {
    let seconds = u64::try_from(file.created_at.as_second()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Returns whether no file has a path, because nothing has it, or a directory.
pub(crate) fn is_file_missing(path: &Path) -> bool {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) => metadata.is_dir(),
        Err(error) => is_not_found(&error),
    }
}

/// Returns whether a path does not exist. One of its directories may have become a file.
fn is_not_found(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[derive(Debug)]
pub(crate) enum Decision {
    Receive,
    Skip,
    /// The size is unknown before the download is complete.
    ReceiveAndCompare,
}

impl LocalTarget {
    /// Inspects a path without following symbolic links.
    pub(crate) async fn inspect(path: &Path) -> io::Result<Self> {
        let path = path.to_owned();
        blocking(move || Self::inspect_blocking(&path)).await
    }

    pub(crate) fn inspect_blocking(path: &Path) -> io::Result<Self> {
        let metadata = match std::fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if is_not_found(&error) => return Ok(Self::Missing),
            Err(error) => return Err(error),
        };
        Ok(match NotRegular::of(&metadata) {
            // Replacing one of several hard links does not affect the others.
            None | Some(NotRegular::HardLinks(_)) => {
                Self::File { size: metadata.len(), modified: metadata.modified().ok() }
            }
            Some(kind) => Self::Irregular(kind),
        })
    }

    /// Applies a policy.
    ///
    /// # Errors
    ///
    /// Fails with [`Conflict`](TransferErrorKind::Conflict) or
    /// [`Invalid`](TransferErrorKind::Invalid) if the policy forbids the download.
    pub(crate) fn decide(
        self,
        existing: Existing,
        path: &Path,
        remote: RemoteContent,
    ) -> Result<Decision, TransferError> {
        let (size, modified) = match self {
            Self::Missing => return Ok(Decision::Receive),
            Self::Irregular(kind) if existing == Existing::Refuse => {
                let message = format!("cannot write '{}': it is {kind}", path.display());
                return Err(TransferError::new(TransferErrorKind::Disk, message));
            }
            Self::Irregular(kind) => return Err(conflict(path, &format!("it is {kind}"))),
            Self::File { size, modified } => (size, modified),
        };
        match existing {
            Existing::Refuse => {
                let message = format!(
                    "'{}' exists; overwrite it, skip it, or choose another target",
                    path.display()
                );
                Err(TransferError::new(TransferErrorKind::Invalid, message))
            }
            Existing::Overwrite => Ok(Decision::Receive),
            Existing::SkipSame | Existing::ReplaceDifferent => match remote.size {
                Some(expected) if expected == size => Ok(Decision::Skip),
                Some(_) if existing == Existing::ReplaceDifferent => Ok(Decision::Receive),
                Some(expected) => {
                    let is_newer =
                        modified.zip(remote.created).is_some_and(|(local, remote)| local > remote);
                    let age = if is_newer { ", and was modified after the upload" } else { "" };
                    let reason =
                        format!("it has {size} bytes, but the remote file has {expected}{age}");
                    Err(conflict(path, &reason))
                }
                None => Ok(Decision::ReceiveAndCompare),
            },
        }
    }
}

/// Creates the error of an existing file that is not replaced.
pub(crate) fn conflict(path: &Path, reason: &str) -> TransferError {
    let message = format!("'{}' exists and is not replaced: {reason}", path.display());
    TransferError::new(TransferErrorKind::Conflict, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(
        local: LocalTarget,
        existing: Existing,
        size: Option<u64>,
    ) -> Result<Decision, TransferError> {
        let created = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(100));
        local.decide(existing, Path::new("a.mov"), RemoteContent { size, created })
    }

    fn file(size: u64, modified: u64) -> LocalTarget {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(modified);
        LocalTarget::File { size, modified: Some(modified) }
    }

    #[test]
    fn only_replacing_policies_replace_a_different_file() {
        for (existing, same, different) in [
            (Existing::SkipSame, "Ok(Skip)", "Conflict"),
            (Existing::ReplaceDifferent, "Ok(Skip)", "Ok(Receive)"),
            (Existing::Overwrite, "Ok(Receive)", "Ok(Receive)"),
            (Existing::Refuse, "Invalid", "Invalid"),
        ] {
            for (size, expected) in [(9, same), (25, different)] {
                let decided = format!("{:?}", decide(file(size, 50), existing, Some(9)));
                assert!(decided.contains(expected), "{existing:?} {size}: {decided}");
            }
            assert!(matches!(
                decide(LocalTarget::Missing, existing, Some(9)),
                Ok(Decision::Receive)
            ));
            let link = LocalTarget::Irregular(NotRegular::SymbolicLink);
            let error = decide(link, existing, Some(9)).unwrap_err();
            let is_conflict = error.kind() == TransferErrorKind::Conflict;
            assert_eq!(is_conflict, existing != Existing::Refuse);
            assert!(error.to_string().contains("it is a symbolic link"), "{error}");
        }
        let unknown = decide(file(9, 50), Existing::SkipSame, None);
        assert!(matches!(unknown, Ok(Decision::ReceiveAndCompare)));
    }

    #[test]
    fn a_conflict_names_both_sizes_and_a_later_change() {
        let error = decide(file(25, 150), Existing::SkipSame, Some(9)).unwrap_err().to_string();
        assert!(error.contains("it has 25 bytes, but the remote file has 9"), "{error}");
        assert!(error.contains("modified after"), "{error}");
        let error = decide(file(25, 50), Existing::SkipSame, Some(9)).unwrap_err().to_string();
        assert!(!error.contains("modified after"), "{error}");
    }
}
