//! The result of an uploaded or downloaded tree.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use frameio_core::FileId;

use super::{Compared, Digest, Progress, RemotePath, Stacked, TransferError, TransferErrorKind};

/// Callback for each file that is found in a tree, with its remote and local path and its size.
pub(crate) type OnFound = Arc<dyn Fn(&RemotePath, &Path, Option<u64>) + Send + Sync>;
/// Callback for each item of a tree.
pub(crate) type OnItem = Arc<dyn Fn(&Item) + Send + Sync>;
/// Callback for the progress of each file of a tree.
pub(crate) type OnProgress = Arc<dyn Fn(&RemotePath, Progress) + Send + Sync>;

/// Result of the transfer of a tree: counts, conflicts and failures.
///
/// A transfer ends with a summary even if some files failed; see
/// [`is_complete`](Summary::is_complete). To transfer missing files, run the same transfer again.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Summary {
    /// Number of files transferred.
    pub transferred: u64,
    /// Number of bytes of these files transferred in this run.
    pub bytes: u64,
    /// Number of files that already existed.
    pub skipped: u64,
    /// Number of files that a dry run would have transferred.
    pub planned: u64,
    /// Number of ignored files and directories, without the content of ignored directories.
    pub ignored: u64,
    /// Number of files that have changed and were not transferred, because the policy forbids it or
    /// the other side has the later file.
    pub changed: u64,
    /// Number of skipped files of which only the size is known to be equal.
    pub unverified: u64,
    /// Number of new versions that were stacked, but are not the heads of their stacks.
    pub not_head: u64,
    /// Number of files that were renamed or moved instead of transferred.
    pub moved: u64,
    /// Number of files that were deleted, or that a dry run would have deleted.
    pub deleted: u64,
    /// Number of files that exist only at the target and were not deleted, because somebody may
    /// still need them.
    pub kept: u64,
    /// Number of remote folders that a download has listed.
    pub folders: u64,
    /// Existing files that differ and were not replaced.
    pub conflicts: Vec<Item>,
    /// Incomplete remote files with the names of uploaded files. They belong to abandoned uploads or
    /// are being uploaded by somebody else.
    pub unfinished: Vec<Item>,
    /// Failures, in the order of their occurrence.
    pub failed: Vec<Item>,
}

impl Summary {
    /// Returns whether all files were transferred, without a failure or a conflict.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.conflicts.is_empty()
    }

    /// Counts an item and reports it.
    pub(crate) fn add(&mut self, item: Item, on_item: Option<&OnItem>) {
        if let Some(on_item) = on_item {
            on_item(&item);
        }
        self.not_head += u64::from(item.stacked == Some(Stacked::NotHead));
        match &item.outcome {
            Outcome::Transferred { bytes, .. } => {
                self.transferred += 1;
                self.bytes += bytes;
            }
            Outcome::Skipped => {
                self.skipped += 1;
                self.unverified += u64::from(item.is_unverified());
            }
            Outcome::Changed => self.changed += 1,
            Outcome::Moved { .. } => self.moved += 1,
            Outcome::Deleted => self.deleted += 1,
            Outcome::Kept => self.kept += 1,
            Outcome::Planned { .. } => self.planned += 1,
            Outcome::Ignored(_) => self.ignored += 1,
            Outcome::Conflict(_) => self.conflicts.push(item),
            Outcome::Unfinished => self.unfinished.push(item),
            Outcome::Failed(_) => self.failed.push(item),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} transferred ({} bytes)", self.transferred, self.bytes)?;
        let (conflicts, unfinished) = (self.conflicts.len() as u64, self.unfinished.len() as u64);
        for (count, what) in [
            (self.planned, "planned"),
            (self.skipped, "skipped"),
            (self.unverified, "unverified"),
            (self.changed, "changed"),
            (self.moved, "moved"),
            (self.deleted, "deleted"),
            (self.kept, "kept"),
            (self.not_head, "stacked but not head"),
            (self.ignored, "ignored"),
            (conflicts, "in conflict"),
            (unfinished, "unfinished"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        match self.failed.len() {
            0 => Ok(()),
            failed => write!(f, ", {failed} failed"),
        }
    }
}

/// Result of one file of a tree, or of a failed folder.
#[derive(Debug)]
#[non_exhaustive]
pub struct Item {
    /// Remote path, relative to the root of the tree.
    pub remote: RemotePath,
    /// Local path; may be empty, for example for a file whose directory could not be created.
    pub local: PathBuf,
    /// Id of the remote file, if known.
    pub file_id: Option<FileId>,
    /// Link to the remote file in the web app, if known.
    pub view_url: Option<String>,
    /// Size of the transferred or compared content in bytes, if known.
    pub size: Option<u64>,
    /// Duration of the transfer, if one was started.
    pub elapsed: Option<Duration>,
    /// Result of the transfer.
    pub outcome: Outcome,
    /// Result of the comparison of both sides, if they were compared.
    pub compared: Option<Compared>,
    /// Position of an uploaded version in its version stack, if it was stacked.
    pub stacked: Option<Stacked>,
    /// Checksum that the state has of a skipped local file.
    pub recorded: Option<Digest>,
    /// Whether the remote file of a skipped one is in a version stack.
    pub is_version: bool,
    /// Reason why an upload was restarted instead of resumed.
    pub restarted: Option<String>,
}

impl Item {
    /// Creates an item without a known remote file.
    pub(crate) fn new(remote: RemotePath, local: PathBuf, outcome: Outcome) -> Self {
        Self {
            remote,
            local,
            file_id: None,
            view_url: None,
            size: None,
            elapsed: None,
            outcome,
            compared: None,
            stacked: None,
            recorded: None,
            is_version: false,
            restarted: None,
        }
    }

    /// Sets the size of the content.
    pub(crate) fn sized(mut self, size: Option<u64>) -> Self {
        self.size = size;
        self
    }

    /// Sets the link to the remote file.
    pub(crate) fn linked(mut self, view_url: Option<String>) -> Self {
        self.view_url = view_url;
        self
    }

    /// Sets the duration of the transfer.
    pub(crate) fn took(mut self, elapsed: Duration) -> Self {
        self.elapsed = Some(elapsed);
        self
    }

    /// Sets the id of the remote file.
    pub(crate) fn of_file(mut self, id: Option<FileId>) -> Self {
        self.file_id = id.or(self.file_id);
        self
    }

    /// Sets the result of the comparison.
    pub(crate) fn compared(mut self, compared: Compared) -> Self {
        self.compared = Some(compared);
        self
    }

    fn is_unverified(&self) -> bool {
        self.compared.as_ref().is_some_and(|it| it.verdict == crate::Verdict::Unverified)
    }

    pub(crate) fn failed(remote: RemotePath, local: PathBuf, error: TransferError) -> Self {
        let file_id = error.file_id().cloned();
        Self::new(remote, local, Outcome::of_error(error)).of_file(file_id)
    }
}

/// Returns the item of a listed file that was not found.
pub(crate) fn not_found(path: &str) -> Item {
    let message = "it is in the list of files, but does not exist or is excluded";
    let error = TransferError::new(TransferErrorKind::NotFound, message);
    Item::failed(RemotePath::new(path.split('/')), PathBuf::new(), error)
}

/// Result of one item of a tree.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The file was transferred.
    Transferred {
        /// Number of bytes transferred in this run.
        bytes: u64,
        /// Checksum, if the download was configured to compute one.
        digest: Option<Digest>,
    },
    /// The file already existed.
    Skipped,
    /// The file has changed and was not transferred; [`compared`](field@Item::compared) has the reason.
    Changed,
    /// The file was renamed or moved instead of transferred.
    Moved {
        /// Remote path before the run of the moved file.
        from: RemotePath,
    },
    /// The file was deleted, or a dry run would have deleted it.
    Deleted,
    /// The file exists only at the target and was not deleted; [`compared`](field@Item::compared) has the reason.
    Kept,
    /// A dry run would have transferred the file.
    Planned {
        /// Size of the file; `None` for a rendition whose size the storage does not report.
        bytes: Option<u64>,
    },
    /// The file or directory was ignored.
    Ignored(Ignored),
    /// An existing file differs or has the same name, and was not replaced. The error, of the kind
    /// [`Conflict`](TransferErrorKind::Conflict), contains the reason.
    Conflict(TransferError),
    /// The remote file is incomplete and was not resumed.
    Unfinished,
    /// The transfer of this file failed; the others continued.
    Failed(TransferError),
}

impl Outcome {
    pub(crate) fn of_error(error: TransferError) -> Self {
        match error.kind() {
            TransferErrorKind::Conflict => Self::Conflict(error),
            _ => Self::Failed(error),
        }
    }
}

/// Reason why a file or directory is not transferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ignored {
    /// Hidden file or directory.
    Hidden,
    /// Excluded by the filter.
    Excluded,
    /// Excluded by default, see [`Filter::default_excludes`](crate::Filter::default_excludes).
    ExcludedByDefault,
    /// Symbolic link.
    Link,
    /// Device, pipe or socket.
    Special,
    /// Part of an incomplete download.
    Partial,
    /// Directory `ascmhl`, the history of the media hash lists of a directory.
    HashLists,
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hidden => "hidden",
            Self::Excluded => "excluded",
            Self::ExcludedByDefault => "excluded by default",
            Self::Link => "a symbolic link",
            Self::Special => "neither a file nor a directory",
            Self::Partial => "part of an incomplete download",
            Self::HashLists => "the hash lists of a directory",
        })
    }
}
