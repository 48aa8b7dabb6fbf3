//! `frameio tree`: everything below a folder.

use std::collections::BTreeMap;

use frameio::transfer::{Entry, RemotePath, TransferErrorKind};
use indicatif::HumanBytes;

use super::asset_row::AssetRow;
use crate::args::{AccountArg, GlobalArgs};
use crate::exit::{Failure, Status};
use crate::report::Reporter;
use crate::resolver::{Resolver, not_a_folder};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Path as /Workspace/Project/Folder, or ID [default: the profile's project]
    place: Option<String>,
    /// Number of levels to list; 1 lists the folder itself
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    depth: Option<u16>,
    /// Print JSON lines, each as soon as it is known
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let transfers = global.transfers()?;
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let place = resolver.resolve(args.place.as_deref()).await?;
    let folder = place.folder_id().ok_or_else(|| not_a_folder(&place))?;
    let reporter = Reporter::new(args.json);
    let mut walk = transfers.walk(&place.account_id, folder);
    if let Some(depth) = args.depth {
        walk = walk.max_depth(usize::from(depth) - 1);
    }
    let (mut found, mut failed) = (BTreeMap::new(), 0_u64);
    // Names are not unique: the number keeps entries of the same path apart.
    let mut number = 0_u64;
    while let Some(entry) = walk.next().await {
        match entry {
            Ok(entry) if args.json => {
                let mut line = AssetRow::new(&entry.asset).json();
                line["path"] = entry.path.to_string().into();
                reporter.json_line(&line)?;
            }
            Ok(entry) => {
                number += 1;
                found.insert((entry.path.names().to_vec(), number), entry);
            }
            Err(error)
                if args.depth.is_some() && error.error.kind() == TransferErrorKind::Invalid => {}
            Err(error) => {
                failed += 1;
                reporter.status(&error.to_string());
            }
        }
    }
    if !args.json {
        print(&reporter, &place.path, found.values())?;
    }
    match failed {
        0 => Ok(()),
        failed => {
            let message = format!("{failed} folders could not be listed");
            Err(Failure::new(Status::Other, message))
        }
    }
}

fn print<'a>(
    reporter: &Reporter,
    root: &RemotePath,
    entries: impl Iterator<Item = &'a Entry>,
) -> Result<(), Failure> {
    reporter.line(&root.to_string())?;
    let (mut folders, mut files, mut bytes) = (0_u64, 0_u64, 0_u64);
    for entry in entries {
        match entry.file() {
            Some(file) => {
                files += 1;
                bytes += file.file_size;
            }
            None => folders += 1,
        }
        let row = AssetRow::new(&entry.asset);
        reporter.line(&format!("{}{}", "  ".repeat(entry.depth() + 1), row.short()))?;
    }
    reporter.line(&format!("{folders} folders, {files} files, {}", HumanBytes(bytes)))
}
