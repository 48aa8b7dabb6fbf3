//! `frameio sync`: a directory and a folder, made as complete as each other.

use std::path::PathBuf;

use frameio::transfer::{DownloadTree, RemotePath, UploadTree};

use super::show::Show;
use super::target::{Account, Finder};
use super::upload::Choice;
use super::{Output, transfers, until_stopped};
use crate::connect::Connection;
use crate::exit::Failure;

pub(super) const HELP: &str = "\
What is in the directory is sent into the folder, or with --down received from it. A file that is \
there with the same name and size is taken for the same. Nothing is ever deleted on either side; \
at the service nothing is replaced either: a file of another size is sent beside the one that is \
there. With --down it replaces the one in the directory.

  frameio sync rushes '/Studio/Film/Dailies' --dry-run";

#[derive(Debug, clap::Args)]
pub(crate) struct Sync {
    /// The directory
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The folder or project: a path as /Workspace/Project/Folder, or an id [default: the profile's
    /// project]
    folder: Option<String>,
    /// Receive what is in the folder
    #[arg(long)]
    down: bool,
    #[command(flatten)]
    account: Account,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    output: Output,
}

impl Sync {
    pub(super) async fn run(&self, connection: &Connection) -> Result<(), Failure> {
        if self.down {
            self.choice.only_up()?;
        } else if !self.directory.is_dir() {
            return Err(Failure::usage(self.directory.display(), "there is no such directory"));
        }
        let transfers = transfers(connection)?;
        let finder = Finder::new(connection, &transfers, &self.account)?;
        let (account, folder) = finder.folder(self.folder.as_deref()).await?;
        let show = Show::new(self.output);
        let result = if self.down {
            let root = RemotePath::default();
            let mut tree = DownloadTree::new(account, folder, &self.directory)
                .files_in_flight(self.choice.concurrency().into())
                .dry_run(self.choice.dry_run())
                .on_item(show.on_item(&root))
                .progress(show.on_progress(&root));
            if let Some(path) = self.choice.compare().path()? {
                tree = tree.checksums(path);
            }
            until_stopped(transfers.download_tree(tree)).await
        } else {
            let tree = UploadTree::new(account, folder, &self.directory);
            let tree = self.choice.apply(tree, &show)?;
            until_stopped(transfers.upload_tree(tree)).await
        };
        show.end(result, "the same command goes on where it was")
    }
}
