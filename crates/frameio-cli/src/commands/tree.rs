//! `frameio tree`: lists everything below a folder, project or workspace.

use std::collections::BTreeMap;

use frameio::projects::ListProjects;
use frameio::transfer::{RemotePath, ResolvedItem, TransferErrorKind, Transfers, Walk};
use frameio::{AccountId, Client, WorkspaceId};
use indicatif::HumanBytes;

use super::asset_row::AssetRow;
use crate::args::{AccountArg, FormatArgs, GlobalArgs};
use crate::exit::{Failure, Status};
use crate::report::{List, Reporter, SkippedItems, counted};
use crate::resolver::{Listable, Resolver, not_a_folder};

pub(super) const HELP: &str = "\
Examples:
  frameio tree '/Film/The Crossing' --depth 2
  frameio tree '/Film/The Crossing' --columns path,size,id
  frameio tree '/Film/The Crossing' --format csv >project.csv

A format or columns print a list, each item as soon as it is found. The default is a sorted tree.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder, project or workspace: /Workspace/Project/Folder, / or //Account, an ID or a link [default:
    /// the profile's project]
    path: Option<String>,
    /// Maximum number of levels to list; 1 lists the direct children only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    depth: Option<u16>,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let list = match args.format.is_default() {
        true => None,
        false => Some(args.format.list()?),
    };
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let listable = resolver.listable(args.path.as_deref()).await?;
    let mut tree = Tree {
        client,
        transfers: transfers.clone(),
        reporter: Reporter::text(),
        list,
        depth: args.depth.map(usize::from),
        rows: BTreeMap::new(),
        failed: 0,
        skipped: SkippedItems::default(),
        status: None,
    };
    let top = RemotePath::default();
    let root = match listable {
        Listable::Root(account) => {
            tree.workspaces(account.as_deref()).await?;
            top
        }
        Listable::Item(item) => {
            let account = &item.account_id;
            match (&item.item, item.folder_id()) {
                (ResolvedItem::Workspace, _) => {
                    tree.projects(account, &item.workspace_id, &top).await?;
                }
                (_, Some(folder)) => tree.walk(transfers.walk(account, folder), &top).await?,
                _ => return Err(not_a_folder(&item)),
            }
            item.path
        }
    };
    tree.finish(&root)
}

/// Collects the rows of a tree, or prints them as a list.
struct Tree {
    client: Client,
    transfers: Transfers,
    reporter: Reporter,
    /// List that the rows are printed in, unless they are printed as a tree.
    list: Option<List<AssetRow>>,
    /// Maximum number of levels.
    depth: Option<usize>,
    /// Rows by path. Names are not unique, so the number of the row is part of the key.
    rows: BTreeMap<(Vec<String>, usize), AssetRow>,
    failed: u64,
    /// Projects that could not be decoded.
    skipped: SkippedItems,
    /// Status that all failures share.
    status: Option<Status>,
}

impl Tree {
    async fn workspaces(&mut self, account: Option<&str>) -> Result<(), Failure> {
        for (account, workspace) in self.transfers.workspaces(account).await? {
            let path = RemotePath::new([&workspace.name]);
            self.row(&path, AssetRow::workspace(&workspace))?;
            self.projects(&account, &workspace.id, &path).await?;
        }
        Ok(())
    }

    async fn projects(
        &mut self,
        account: &AccountId,
        workspace: &WorkspaceId,
        above: &RemotePath,
    ) -> Result<(), Failure> {
        if self.is_too_deep(above) {
            return Ok(());
        }
        let list = ListProjects::new(account, workspace).page_size(100);
        let mut projects = self.client.items(list).skip_undecodable(true);
        while let Some(project) = projects.next().await {
            self.skipped.add(&self.reporter, projects.take_skipped());
            let project = project?;
            let path = above.join(&project.name);
            self.row(&path, AssetRow::project(&project))?;
            if !self.is_too_deep(&path) {
                let walk = self.transfers.walk(account, project.root_folder_id);
                self.walk(walk, &path).await?;
            }
        }
        self.skipped.add(&self.reporter, projects.take_skipped());
        Ok(())
    }

    /// Returns whether the children of a path are below the maximum depth.
    fn is_too_deep(&self, path: &RemotePath) -> bool {
        self.depth.is_some_and(|depth| path.names().len() >= depth)
    }

    async fn walk(&mut self, walk: Walk, above: &RemotePath) -> Result<(), Failure> {
        let mut walk = walk.skip_undecodable(true);
        if let Some(depth) = self.depth {
            walk = walk.max_depth(depth.saturating_sub(1 + above.names().len()));
        }
        while let Some(entry) = walk.next().await {
            match entry {
                Ok(entry) => {
                    let names = above.names().iter().chain(entry.path.names());
                    self.row(&RemotePath::new(names), AssetRow::new(&entry.asset))?;
                }
                Err(error)
                    if self.depth.is_some() && error.error.kind() == TransferErrorKind::Invalid => {
                }
                Err(error) => {
                    self.failed += 1;
                    let status = Status::of_file(&error.error);
                    self.status = Some(Status::common(self.status, status));
                    self.reporter.status(&error.to_string());
                }
            }
        }
        Ok(())
    }

    /// Prints a row of the list, or stores it for the sorted tree.
    fn row(&mut self, path: &RemotePath, mut row: AssetRow) -> Result<(), Failure> {
        if let Some(list) = &mut self.list {
            row.path = Some(path.to_string());
            return list.push(&row);
        }
        self.rows.insert((path.names().to_vec(), self.rows.len()), row);
        Ok(())
    }

    fn finish(mut self, root: &RemotePath) -> Result<(), Failure> {
        match self.list.take() {
            Some(list) => list.finish()?,
            None => self.print(root)?,
        }
        match self.status {
            None => self.skipped.finish(),
            Some(status) => {
                let message = match self.failed {
                    1 => "1 folder could not be listed completely".to_owned(),
                    failed => format!("{failed} folders could not be listed completely"),
                };
                Err(Failure::new(status, message))
            }
        }
    }

    fn print(&self, root: &RemotePath) -> Result<(), Failure> {
        self.reporter.line(&root.to_string())?;
        let (mut folders, mut files, mut bytes) = (0_u64, 0_u64, 0_u64);
        for ((names, _), row) in &self.rows {
            match row.size() {
                Some(size) => {
                    files += 1;
                    bytes += size;
                }
                None => folders += 1,
            }
            self.reporter.line(&format!("{}{}", "  ".repeat(names.len()), row.short()))?;
        }
        let (folders, files) = (counted(folders, "folder"), counted(files, "file"));
        self.reporter.line(&format!("{folders}, {files}, {}", HumanBytes(bytes)))
    }
}
