//! `frameio tree`: all that is below a folder.

use std::collections::BTreeMap;

use frameio::transfer::{Entry, RemotePath, TransferErrorKind};
use indicatif::HumanBytes;

use super::ls::Row;
use super::show::printable;
use super::target::{Account, Finder};
use super::transfers;
use crate::connect::Connection;
use crate::exit::{Failure, Status};
use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Tree {
    /// A path as /Workspace/Project/Folder, or an id [default: the profile's project]
    place: Option<String>,
    /// How many folders deep to look; 1 is the folder itself
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    depth: Option<u16>,
    /// As JSON lines, each as soon as it is known
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: Account,
}

impl Tree {
    pub(super) async fn run(&self, connection: &Connection) -> Result<(), Failure> {
        let transfers = transfers(connection)?;
        let finder = Finder::new(connection, &transfers, &self.account)?;
        let place = finder.find(self.place.as_deref()).await?;
        let Some(folder) = place.folder_id() else {
            return Err(Failure::usage(place.path, "is neither a folder nor a project"));
        };
        let mut walk = transfers.walk(&place.account_id, folder);
        if let Some(depth) = self.depth {
            walk = walk.max_depth(usize::from(depth) - 1);
        }
        let (mut found, mut failed) = (BTreeMap::new(), 0_u64);
        // Of the same name there may be more than one.
        let mut number = 0_u64;
        while let Some(entry) = walk.next().await {
            match entry {
                Ok(entry) if self.json => {
                    let mut line = Row::of(&entry.asset).json();
                    line["path"] = entry.path.to_string().into();
                    output::line(&line.to_string())?;
                }
                Ok(entry) => {
                    number += 1;
                    found.insert((entry.path.names().to_vec(), number), entry);
                }
                Err(error)
                    if self.depth.is_some() && error.error.kind() == TransferErrorKind::Invalid => {
                }
                Err(error) => {
                    failed += 1;
                    eprintln!("{}", printable(&error.to_string()));
                }
            }
        }
        if !self.json {
            print(&place.path, found.values())?;
        }
        match failed {
            0 => Ok(()),
            failed => {
                let message = format!("{failed} folders could not be listed");
                Err(Failure::new(Status::Other, message))
            }
        }
    }
}

fn print<'a>(root: &RemotePath, entries: impl Iterator<Item = &'a Entry>) -> Result<(), Failure> {
    output::line(&printable(&root.to_string()))?;
    let (mut folders, mut files, mut bytes) = (0_u64, 0_u64, 0_u64);
    for entry in entries {
        match entry.file() {
            Some(file) => {
                files += 1;
                bytes += file.file_size;
            }
            None => folders += 1,
        }
        let row = Row::of(&entry.asset);
        output::line(&format!("{}{}", "  ".repeat(entry.depth() + 1), row.shown()))?;
    }
    output::line(&format!("{folders} folders, {files} files, {}", HumanBytes(bytes)))
}
