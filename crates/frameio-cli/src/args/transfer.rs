//! Arguments of the commands that transfer files.

use std::path::PathBuf;

use frameio::transfer::Existing;

use crate::config;
use crate::exit::Failure;

/// How existing files are compared.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct CompareArg {
    /// Also compare checksums of existing files that earlier runs with this flag have saved
    #[arg(long)]
    compare_checksums: bool,
}

impl CompareArg {
    /// Returns the file of saved checksums, if they are compared.
    pub(crate) fn checksums(self) -> Result<Option<PathBuf>, Failure> {
        self.compare_checksums.then(config::checksums).transpose()
    }
}

/// Behaviour of a download when an existing file differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OnConflict {
    /// Keep the existing file and report a conflict
    #[default]
    Skip,
    /// Replace the existing file
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
