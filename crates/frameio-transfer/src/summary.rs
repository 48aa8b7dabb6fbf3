//! What became of a tree that was sent or received.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use frameio_core::FileId;

use super::{Progress, RemotePath, TransferError};

/// Called with each item of a tree.
pub(crate) type OnItem = Arc<dyn Fn(&Item) + Send + Sync>;
/// Called with how far a file of a tree is.
pub(crate) type OnProgress = Arc<dyn Fn(&RemotePath, Progress) + Send + Sync>;

/// What became of a tree: how many files, how many bytes, and what failed.
///
/// A tree is done even if some of it failed: [`is_complete`](Summary::is_complete) tells. The same
/// again goes on with what is missing.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Summary {
    /// How many files were transferred.
    pub transferred: u64,
    /// How many bytes were transferred for them.
    pub bytes: u64,
    /// How many files were there already.
    pub skipped: u64,
    /// How many files would have been transferred, had it not been a dry run.
    pub planned: u64,
    /// How many files and directories were left out, with what is in them not counted.
    pub ignored: u64,
    /// Files at the service that have the names of files that were sent, and are not complete: what
    /// is left of uploads that were given up, or somebody else is sending them now.
    pub unfinished: Vec<Item>,
    /// What failed, in the order in which it did.
    pub failed: Vec<Item>,
}

impl Summary {
    /// Whether nothing failed.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
    }

    /// Counts an item, and tells of it whoever wants to know.
    pub(crate) fn add(&mut self, item: Item, on_item: Option<&OnItem>) {
        if let Some(on_item) = on_item {
            on_item(&item);
        }
        match &item.outcome {
            Outcome::Transferred { bytes } => {
                self.transferred += 1;
                self.bytes += bytes;
            }
            Outcome::Skipped => self.skipped += 1,
            Outcome::Planned { .. } => self.planned += 1,
            Outcome::Ignored(_) => self.ignored += 1,
            Outcome::Unfinished => self.unfinished.push(item),
            Outcome::Failed(_) => self.failed.push(item),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} transferred ({} bytes)", self.transferred, self.bytes)?;
        let unfinished = self.unfinished.len() as u64;
        for (count, what) in [
            (self.planned, "planned"),
            (self.skipped, "skipped"),
            (self.ignored, "ignored"),
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

/// What became of one file of a tree, or of a folder that failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Item {
    /// Where it is at the service, below the root of the tree.
    pub remote: RemotePath,
    /// Where it is on the disk; empty where it never came to that.
    pub local: PathBuf,
    /// The file at the service, where it is known.
    pub file_id: Option<FileId>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Item {
    /// Something of which no file at the service is known.
    pub(crate) fn new(remote: RemotePath, local: PathBuf, outcome: Outcome) -> Self {
        Self { remote, local, file_id: None, outcome }
    }

    pub(crate) fn failed(remote: RemotePath, local: PathBuf, error: TransferError) -> Self {
        let file_id = error.file_id().cloned();
        Self { remote, local, file_id, outcome: Outcome::Failed(error) }
    }
}

/// What became of one item of a tree.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It was transferred.
    Transferred {
        /// How many bytes were transferred now.
        bytes: u64,
    },
    /// It was there already.
    Skipped,
    /// It would have been transferred, had it not been a dry run.
    Planned {
        /// How many bytes it has.
        bytes: u64,
    },
    /// It was left out.
    Ignored(Ignored),
    /// The file at the service is not complete, and was not gone on with. It stays there.
    Unfinished,
    /// It failed; the others went on.
    Failed(TransferError),
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
