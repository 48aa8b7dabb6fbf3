//! `frameio tree`: lists everything below a folder, project or workspace.

use std::collections::BTreeMap;

use frameio::transfer::{RemotePath, Transfers};
use indicatif::HumanBytes;

use super::asset_row::{AssetRow, TreeRow};
use super::place_walk::{PlaceWalk, Visited, Visitor};
use crate::args::{AccountArg, FormatArgs, GlobalArgs, at_least_one};
use crate::completion;
use crate::exit::Failure;
use crate::report::{List, Reporter, counted};
use crate::resolver::{Listable, Resolver};

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
    #[arg(add = completion::place())]
    path: Option<String>,
    /// Maximum number of levels to list; 1 lists the direct children only
    #[arg(long, value_name = "N", value_parser = at_least_one::<u16>)]
    depth: Option<u16>,
    #[command(flatten)]
    format: FormatArgs<TreeRow>,
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
    let root = match &listable {
        Listable::Root(_) => RemotePath::default(),
        Listable::Item(item) => item.path.clone(),
    };
    let mut tree = Tree { reporter: Reporter::text(), list, root, rows: BTreeMap::new() };
    let mut walk = PlaceWalk::new(&client, &transfers, args.depth.map(usize::from));
    walk.run(&listable, &mut tree).await?;
    match tree.list.take() {
        Some(list) => list.finish()?,
        None => tree.print()?,
    }
    walk.finish("listed")
}

/// Collects the rows of a tree, or prints them as a list.
struct Tree {
    reporter: Reporter,
    /// List that the rows are printed in, unless they are printed as a tree.
    list: Option<List<TreeRow>>,
    /// Path of the place, which the paths of a list begin with, so that they are places too.
    root: RemotePath,
    /// Rows by path. Names are not unique, so the number of the row is part of the key.
    rows: BTreeMap<(Vec<String>, usize), AssetRow>,
}

impl Visitor for Tree {
    /// Prints a row of the list, or stores it for the sorted tree.
    fn visit(&mut self, item: Visited<'_>, path: &RemotePath) -> Result<(), Failure> {
        let row = match item {
            Visited::Workspace(workspace) => AssetRow::workspace(workspace),
            Visited::Project(project) => AssetRow::project(project),
            Visited::Asset(asset) => AssetRow::new(asset),
        };
        if let Some(list) = &mut self.list {
            return list.push(&TreeRow(row.at(&self.root.append(path))));
        }
        self.rows.insert((path.names().to_vec(), self.rows.len()), row);
        Ok(())
    }
}

impl Tree {
    fn print(&self) -> Result<(), Failure> {
        self.reporter.line(&self.root.to_string())?;
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
