//! What became of a tree that was sent or received.

use std::fmt;
use std::path::PathBuf;

use super::{RemotePath, TransferError};

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
    /// What failed, in the order in which it did.
    pub failed: Vec<Item>,
}

impl Summary {
    /// Whether nothing failed.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
    }

    /// Counts an item.
    pub(crate) fn add(&mut self, item: Item) {
        match &item.outcome {
            Outcome::Transferred { bytes } => {
                self.transferred += 1;
                self.bytes += bytes;
            }
            Outcome::Skipped => self.skipped += 1,
            Outcome::Planned { .. } => self.planned += 1,
            Outcome::Failed(_) => self.failed.push(item),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} transferred ({} bytes)", self.transferred, self.bytes)?;
        for (count, what) in [(self.planned, "planned"), (self.skipped, "skipped")] {
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
    /// What became of it.
    pub outcome: Outcome,
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
    /// It failed; the others went on.
    Failed(TransferError),
}
