//! The files that a command about metadata acts on.

use std::collections::HashSet;

use frameio::assets::Asset;
use frameio::files::{File, FileInclude};
use frameio::metadata::MetadataField;
use frameio::transfer::{RemotePath, Resolved, ResolvedItem, Transfers, WalkError};
use frameio::version_stacks::VersionStack;
use frameio::{AccountId, FileId, FolderId, ProjectId};

use crate::args::{AccountArg, GlobalArgs};
use crate::commands::place_walk::unlisted;
use crate::commands::places;
use crate::exit::{Failure, Status};
use crate::report::Reporter;
use crate::report::activity::ShownWalk;
use crate::resolver::{Purpose, Resolver};

/// Arguments that select files.
#[derive(Debug, clap::Args)]
pub(super) struct TargetArgs {
    /// Act on the files below folders and projects; of a version stack, on its newest version
    #[arg(long, short)]
    recursive: bool,
    #[command(flatten)]
    pub(super) account: AccountArg,
}

/// A file, or the head of a version stack.
pub(super) struct TargetFile {
    pub(super) account: AccountId,
    pub(super) project: ProjectId,
    pub(super) id: FileId,
    /// Path of the file or stack.
    pub(super) path: String,
    /// Values, if the list that contains the file has them.
    pub(super) metadata: Option<Vec<MetadataField>>,
}

/// Files that were found, and the status that all failures to list a folder share.
#[derive(Default)]
pub(super) struct TargetFiles {
    pub(super) files: Vec<TargetFile>,
    pub(super) failed: Option<Status>,
    seen: HashSet<FileId>,
}

impl TargetFiles {
    /// Finds the files of places. All are found before any is changed.
    pub(super) async fn find(
        global: &GlobalArgs,
        transfers: &Transfers,
        args: &TargetArgs,
        given: &[String],
        purpose: Purpose,
    ) -> Result<Self, Failure> {
        let resolver = Resolver::new(global, transfers, &args.account)?.for_many();
        let items = places::resolve_all(&resolver, &places::expand(given)?, purpose).await?;
        for item in &items {
            check(item, args.recursive)?;
        }
        let mut found = Self::default();
        for item in &items {
            match item.folder_id() {
                Some(folder) => {
                    let start = found.files.len();
                    found.walk(transfers, item, folder).await;
                    found.sort(start);
                }
                None => found.add(&item.account_id, head(&item.item), &item.path),
            }
        }
        match (found.files.is_empty(), found.failed) {
            (true, None) => Err(Failure::new(Status::NotFound, "no files found")),
            _ => Ok(found),
        }
    }

    async fn walk(&mut self, transfers: &Transfers, item: &Resolved, folder: &FolderId) {
        let walk = transfers.walk(&item.account_id, folder).include([FileInclude::Metadata]);
        let mut walk = walk.skip_undecodable(true);
        let shown = ShownWalk::start();
        while let Some(entry) = walk.next().await {
            shown.found();
            match entry {
                Ok(entry) => {
                    let path = item.path.append(&entry.path);
                    self.add(&item.account_id, head_of(&entry.asset), &path);
                }
                Err(error) => self.fail(&item.path, &error),
            }
        }
    }

    /// Sorts the files of a walk, which lists several folders at a time.
    fn sort(&mut self, start: usize) {
        let files = self.files.get_mut(start..).unwrap_or_default();
        files.sort_by(|a, b| a.path.cmp(&b.path));
    }

    fn fail(&mut self, root: &RemotePath, error: &WalkError) {
        let status = Status::of_file(&error.error);
        self.failed = Some(Status::common(self.failed, status));
        Reporter::text().note(&unlisted(root, error));
    }

    fn add(&mut self, account: &AccountId, file: Option<&File>, path: &RemotePath) {
        let Some(file) = file else { return };
        if self.seen.insert(file.id.clone()) {
            self.files.push(TargetFile {
                account: account.clone(),
                project: file.project_id.clone(),
                id: file.id.clone(),
                path: path.to_string(),
                metadata: file.metadata.clone(),
            });
        }
    }
}

/// Refuses places that name no file.
fn check(item: &Resolved, is_recursive: bool) -> Result<(), Failure> {
    let reason = match &item.item {
        ResolvedItem::File(_) => return Ok(()),
        ResolvedItem::VersionStack(stack) if stack.head_version.is_some() => return Ok(()),
        ResolvedItem::VersionStack(_) => "is a version stack without versions",
        ResolvedItem::Workspace => "is a workspace: pass one of its projects or folders instead",
        _ if is_recursive => return Ok(()),
        _ => "is not a file: pass '--recursive' for the files below it",
    };
    Err(Failure::usage(format!("'{}' {reason}", item.path)))
}

fn head(item: &ResolvedItem) -> Option<&File> {
    match item {
        ResolvedItem::File(file) => Some(file),
        ResolvedItem::VersionStack(stack) => head_version(stack),
        _ => None,
    }
}

fn head_of(asset: &Asset) -> Option<&File> {
    match asset {
        Asset::File(file) => Some(file),
        Asset::VersionStack(stack) => head_version(stack),
        _ => None,
    }
}

fn head_version(stack: &VersionStack) -> Option<&File> {
    stack.head_version.as_deref()
}
