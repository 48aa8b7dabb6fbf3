//! Arguments of the commands that transfer files.

use std::path::PathBuf;

use frameio::auth::profile::Profile;
use frameio::transfer::{self, Bandwidth, UploadTree};

use crate::config;
use crate::exit::Failure;

/// Order and bandwidth of the transfers of a run.
#[derive(Debug, clap::Args)]
pub(crate) struct PaceArgs {
    /// Order in which files are transferred [default: as they are found]
    #[arg(long, value_enum, value_name = "ORDER")]
    order: Option<Order>,
    /// Limit the bytes per second: 20M, UP:DOWN, off, or a timetable '08:00,512k 19:00,off' [default:
    /// the profile's]
    #[arg(long, value_name = "RATE")]
    bwlimit: Option<Bandwidth>,
}

/// Order of transfers.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Order {
    /// The smallest files first
    SmallFirst,
    /// By path
    Name,
    /// The latest files first
    Newest,
}

impl PaceArgs {
    /// Applies the order to an upload.
    pub(crate) fn apply(&self, tree: UploadTree) -> UploadTree {
        match self.order() {
            Some(order) => tree.order(order),
            None => tree,
        }
    }

    /// Returns the order of the transfers, if one is given.
    pub(crate) fn order(&self) -> Option<transfer::Order> {
        self.order.map(|order| match order {
            Order::SmallFirst => transfer::Order::SmallFirst,
            Order::Name => transfer::Order::Name,
            Order::Newest => transfer::Order::Newest,
        })
    }

    /// Returns the limit of the argument or the profile.
    pub(crate) fn limit(&self, profile: &Profile) -> Result<Bandwidth, Failure> {
        let saved = || {
            let text = profile.bwlimit.as_deref().unwrap_or("off");
            let parsed: Result<Bandwidth, _> = text.parse();
            parsed.map_err(|error| Failure::usage(format!("in the profile: {error}")))
        };
        self.bwlimit.clone().map_or_else(saved, Ok)
    }
}

/// How existing files are compared.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct CompareArg {
    /// Read existing files, and compare their checksums with those that earlier runs have saved
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
    /// Move the existing file to '.frameio-trash' and replace it; only for downloads
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
