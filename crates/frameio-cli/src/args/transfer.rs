//! Arguments of the commands that transfer files.

use std::path::PathBuf;

use frameio::transfer;

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

/// Behaviour if a file has changed on both sides, or an existing file differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OnConflict {
    /// Keep the existing file and report a conflict
    #[default]
    Skip,
    /// Keep the existing file and transfer the other one next to it
    KeepBoth,
    /// Replace the existing file; only for downloads
    Replace,
}

impl From<OnConflict> for transfer::OnConflict {
    fn from(on_conflict: OnConflict) -> Self {
        match on_conflict {
            OnConflict::Skip => Self::Skip,
            OnConflict::KeepBoth => Self::KeepBoth,
            OnConflict::Replace => Self::Replace,
        }
    }
}

/// Behaviour of an upload if a file of the same name exists and differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum IfExists {
    /// Stack the file on the existing one as a new version; comments stay on the existing file
    Version,
    /// List the file as changed, and do not upload it
    Skip,
    /// Upload the file next to the existing one, under the same name
    KeepBoth,
    /// Fail, even if the existing file is equal
    Fail,
}

impl From<IfExists> for transfer::IfExists {
    fn from(if_exists: IfExists) -> Self {
        match if_exists {
            IfExists::Version => Self::Version,
            IfExists::Skip => Self::Skip,
            IfExists::KeepBoth => Self::KeepBoth,
            IfExists::Fail => Self::Fail,
        }
    }
}
