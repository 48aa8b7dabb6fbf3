//! Arguments for media hash lists.

use std::path::{Path, PathBuf};

/// Hash lists that a transfer writes.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct MhlArgs {
    /// Write a hash list (ASC MHL 2.0, XXH64) of the transferred files into 'ascmhl' in their directory
    #[arg(long)]
    mhl: bool,
    /// Write the hash list into 'ascmhl' in this directory, for example if a card is read-only
    #[arg(long, value_name = "DIR")]
    mhl_dir: Option<PathBuf>,
}

impl MhlArgs {
    /// Returns whether hash lists are written.
    pub(crate) const fn is_given(&self) -> bool {
        self.mhl || self.mhl_dir.is_some()
    }

    /// Returns the directory that replaces the directory of the files.
    pub(crate) fn directory(&self) -> Option<&Path> {
        self.mhl_dir.as_deref()
    }
}
