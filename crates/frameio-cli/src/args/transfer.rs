//! Arguments of the commands that transfer files.

use std::path::PathBuf;

use frameio::transfer::Existing;

use crate::config;
use crate::exit::Failure;

/// How existing files are compared.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct CompareArg {
    /// Also compare existing files by checksum, if an earlier run with this flag saved one
    #[arg(long)]
    compare_checksums: bool,
}

impl CompareArg {
    /// Returns the file of saved checksums, if they are compared.
    pub(crate) fn checksums(self) -> Result<Option<PathBuf>, Failure> {
        self.compare_checksums.then(config::checksums).transpose()
    }
}

/// What a download does about an existing file that differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OnConflict {
    /// Keep the file, and report it
    #[default]
    Skip,
    /// Replace the file
    Replace,
}

impl From<OnConflict> for Existing {
    fn from(on_conflict: OnConflict) -> Self {
        match on_conflict {
            OnConflict::Skip => Self::SkipSame,
            OnConflict::Replace => Self::ReplaceDifferent,
        }
    }
}
