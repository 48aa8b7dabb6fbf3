//! `frameio upload`: files and directories into a folder.

use std::path::PathBuf;

use frameio::transfer::{RemotePath, UploadTree};

use super::show::Show;
use super::target::{Account, Finder};
use super::{Compare, Output, transfers, until_stopped};
use crate::connect::Connection;
use crate::exit::{Failure, Status};
use crate::profile;

pub(super) const HELP: &str = "\
A directory goes with its name and all that is in it. A file that is there with the same name and \
size is skipped; nothing is replaced or deleted. Done again after it was interrupted, it goes on \
where it was, for a day: what is needed for that is kept beside the profiles.

Patterns are globs: *.mov is of names anywhere, 'Day 1/*.mov' of the path below the directory.

  frameio upload rushes take.mov --to '/Studio/Film/Dailies'";

#[derive(Debug, clap::Args)]
pub(crate) struct Upload {
    /// Files and directories
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// The folder or project: a path as /Workspace/Project/Folder, or an id [default: the profile's
    /// project]
    #[arg(long, value_name = "FOLDER")]
    to: Option<String>,
    #[command(flatten)]
    account: Account,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    output: Output,
}

/// Which files are sent, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Choice {
    /// Send only files that match; may be given again
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,
    /// Leave out files and directories that match; may be given again
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Send hidden files too
    #[arg(long)]
    hidden: bool,
    /// Follow symbolic links
    #[arg(long)]
    follow_links: bool,
    /// How many files may be under way at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,
    /// Only tell what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    compare: Compare,
}

impl Choice {
    pub(super) fn apply(
        &self,
        mut tree: UploadTree,
        show: &std::sync::Arc<Show>,
    ) -> Result<UploadTree, Failure> {
        for pattern in &self.include {
            tree = tree.include(pattern);
        }
        for pattern in &self.exclude {
            tree = tree.exclude(pattern);
        }
        if let Some(path) = self.compare.path()? {
            tree = tree.checksums(path);
        }
        let root = RemotePath::default();
        Ok(tree
            .hidden(self.hidden)
            .follow_links(self.follow_links)
            .files_in_flight(self.concurrency.into())
            .dry_run(self.dry_run)
            .manifests(profile::directory()?.join("uploads"))
            .on_item(show.on_item(&root))
            .progress(show.on_progress(&root)))
    }

    /// What would not be done by anything else.
    pub(super) fn only_up(&self) -> Result<(), Failure> {
        let given = [
            (!self.include.is_empty(), "--include"),
            (!self.exclude.is_empty(), "--exclude"),
            (self.hidden, "--hidden"),
            (self.follow_links, "--follow-links"),
        ];
        match given.iter().find(|(given, _)| *given) {
            Some((_, name)) => Err(Failure::usage(name, "is of uploads only, not of --down")),
            None => Ok(()),
        }
    }

    pub(super) const fn concurrency(&self) -> u16 {
        self.concurrency
    }

    pub(super) const fn compare(&self) -> Compare {
        self.compare
    }

    pub(super) const fn dry_run(&self) -> bool {
        self.dry_run
    }
}

impl Upload {
    pub(super) async fn run(&self, connection: &Connection) -> Result<(), Failure> {
        if let Some(path) = self.paths.iter().find(|path| !path.exists()) {
            return Err(Failure::new(Status::Usage, format!("{}: there is none", path.display())));
        }
        let transfers = transfers(connection)?;
        let finder = Finder::new(connection, &transfers, &self.account)?;
        let (account, folder) = finder.folder(self.to.as_deref()).await?;
        let show = Show::new(self.output);
        let tree = UploadTree::paths(account, folder, &self.paths);
        let tree = self.choice.apply(tree, &show)?;
        let result = until_stopped(transfers.upload_tree(tree)).await;
        show.end(result, "the same command goes on where it was, for a day")
    }
}
