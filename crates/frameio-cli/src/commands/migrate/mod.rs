//! `frameio migrate`: leaving the legacy V2 API.

mod scan;
mod shares;
#[cfg(feature = "legacy")]
mod webhooks;

use crate::args::GlobalArgs;
use crate::exit::Failure;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Find uses of the legacy V2 API in source code
    #[command(after_help = scan::HELP)]
    Scan(scan::Args),
    /// Find old review links in V4, and re-create them as shares
    #[command(after_help = shares::HELP)]
    Shares(shares::Args),
    /// List webhooks and custom actions that were migrated disabled, and enable them
    #[cfg(feature = "legacy")]
    #[command(after_help = webhooks::HELP)]
    Webhooks(webhooks::Args),
}

impl Command {
    pub(super) async fn run(&self, global: &GlobalArgs) -> Result<(), Failure> {
        match self {
            Self::Scan(args) => scan::run(args),
            Self::Shares(args) => shares::run(global, args).await,
            #[cfg(feature = "legacy")]
            Self::Webhooks(args) => webhooks::run(global, args).await,
        }
    }
}
