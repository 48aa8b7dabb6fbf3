//! The result of a tree that was uploaded or downloaded.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use frameio_core::FileId;

use super::{Digest, Progress, RemotePath, TransferError, TransferErrorKind};

/// Called with each item of a tree.
pub(crate) type OnItem = Arc<dyn Fn(&Item) + Send + Sync>;
/// Called with how far a file of a tree is.
pub(crate) type OnProgress = Arc<dyn Fn(&RemotePath, Progress) + Send + Sync>;

/// Result of a tree: numbers of files and bytes, conflicts and failures.
///
/// A tree is done even if some of it failed; see [`is_complete`](Summary::is_complete). The same
/// tree run again transfers what is missing.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Summary {
    /// Number of files transferred.
    pub transferred: u64,
    /// Number of bytes transferred for them.
    pub bytes: u64,
    /// Number of files that existed already.
    pub skipped: u64,
    /// Number of files that a dry run would have transferred.
    pub planned: u64,
    /// Number of files and directories left out, not counting what is in them.
    pub ignored: u64,
    /// Existing files that differ and were kept.
    pub conflicts: Vec<Item>,
    /// Files at the service that have the names of uploaded files and are not complete: left by
    /// uploads that were given up, or being uploaded by somebody else.
    pub unfinished: Vec<Item>,
    /// Failures, in the order in which they happened.
    pub failed: Vec<Item>,
}

impl Summary {
    /// Whether nothing failed or was kept back by a conflict.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.conflicts.is_empty()
    }

    /// Counts an item, and reports it.
    pub(crate) fn add(&mut self, item: Item, on_item: Option<&OnItem>) {
        if let Some(on_item) = on_item {
            on_item(&item);
        }
        match &item.outcome {
            Outcome::Transferred { bytes, .. } => {
                self.transferred += 1;
                self.bytes += bytes;
            }
            Outcome::Skipped => self.skipped += 1,
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

/// Result of one file of a tree, or of a folder that failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Item {
    /// Path at the service, below the root of the tree.
    pub remote: RemotePath,
    /// Path on the disk; empty where there is none.
    pub local: PathBuf,
    /// The file at the service, where it is known.
    pub file_id: Option<FileId>,
    /// The result.
    pub outcome: Outcome,
}

impl Item {
    /// An item whose file at the service is not known.
    pub(crate) fn new(remote: RemotePath, local: PathBuf, outcome: Outcome) -> Self {
        Self { remote, local, file_id: None, outcome }
    }

    pub(crate) fn failed(remote: RemotePath, local: PathBuf, error: TransferError) -> Self {
        let file_id = error.file_id().cloned();
        Self { remote, local, file_id, outcome: Outcome::of_error(error) }
    }
}

/// Result of one item of a tree.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It was transferred.
    Transferred {
        /// Bytes transferred in this run.
        bytes: u64,
        /// Checksum, if a download was asked for one.
        digest: Option<Digest>,
    },
    /// It existed already.
    Skipped,
    /// A dry run would have transferred it.
    Planned {
        /// Its size; `None` for a rendition whose size the storage does not announce.
        bytes: Option<u64>,
    },
    /// It was left out.
    Ignored(Ignored),
    /// A file exists that differs. It was kept, and nothing was transferred; the error, of the kind
    /// [`Conflict`](TransferErrorKind::Conflict), has the reason.
    Conflict(TransferError),
    /// The file at the service is not complete, and was not continued. It stays there.
    Unfinished,
    /// It failed; the others went on.
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

/// Why something in a directory is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ignored {
    /// It is hidden.
    Hidden,
    /// The patterns leave it out.
    Excluded,
    /// It is a symbolic link.
    Link,
    /// It is neither a file nor a directory: a device, a pipe, a socket.
    Special,
    /// It belongs to a download that is not complete.
    Partial,
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hidden => "hidden",
            Self::Excluded => "excluded",
            Self::Link => "a symbolic link",
            Self::Special => "neither a file nor a directory",
            Self::Partial => "a download that is not complete",
        })
    }
}
