//! Files, in and out: `frameio upload`, `download`, `sync`, `ls` and `tree`.

mod download;
mod ls;
mod show;
mod sync;
mod target;
mod tree;
mod upload;

use std::future::Future;
use std::path::PathBuf;

use frameio::transfer::Transfers;

pub(crate) use self::download::Download;
pub(crate) use self::ls::Ls;
pub(crate) use self::sync::Sync;
pub(crate) use self::tree::Tree;
pub(crate) use self::upload::Upload;
use crate::connect::Connection;
use crate::exit::{Failure, Status};
use crate::{profile, stop};

/// The commands of files.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Uploads files and directories into a folder
    #[command(after_help = upload::HELP)]
    Upload(Upload),
    /// Downloads files, folders and projects into a directory
    #[command(after_help = download::HELP)]
    Download(Download),
    /// Makes a folder as complete as a directory, or the other way round; deletes nothing
    #[command(after_help = sync::HELP)]
    Sync(Sync),
    /// Lists what is in a folder, a project or a workspace
    Ls(Ls),
    /// Lists all that is below a folder or in a project
    Tree(Tree),
}

impl Command {
    pub(crate) async fn run(&self, connection: &Connection) -> Result<(), Failure> {
        match self {
            Self::Upload(upload) => upload.run(connection).await,
            Self::Download(download) => download.run(connection).await,
            Self::Sync(sync) => sync.run(connection).await,
            Self::Ls(ls) => ls.run(connection).await,
            Self::Tree(tree) => tree.run(connection).await,
        }
    }
}

/// What is said about files, and how.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Output {
    /// Print a line of JSON for each file, and one for all in the end
    #[arg(long)]
    json: bool,
    /// Say nothing but what fails
    #[arg(long, short)]
    quiet: bool,
}

/// What a transfer gives, unless the user wants to stop first: then nothing of it goes on.
async fn until_stopped<T, E: Into<Failure>>(
    transfer: impl Future<Output = Result<T, E>>,
) -> Result<(), Failure> {
    tokio::select! {
        ended = transfer => ended.map(drop).map_err(Into::into),
        () = stop::requested() => Err(Failure::new(Status::Interrupted, "")),
    }
}

/// How files that are there are compared.
#[derive(Clone, Copy, Debug, clap::Args)]
struct Compare {
    /// Compare files that are there by checksum too, where a run with this option kept one
    #[arg(long)]
    compare_checksums: bool,
}

impl Compare {
    /// Where checksums are kept, if they are.
    fn path(self) -> Result<Option<PathBuf>, Failure> {
        let kept = || Ok(profile::directory()?.join("checksums"));
        self.compare_checksums.then(kept).transpose()
    }
}

fn transfers(connection: &Connection) -> Result<Transfers, Failure> {
    Ok(Transfers::new(connection.client()?))
}
