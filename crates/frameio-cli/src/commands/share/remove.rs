//! `frameio share remove`.

use frameio::AssetId;
use frameio::shares::RemoveShareAsset;
use frameio::transfer::Transfers;

use super::contents::{self, Results};
use super::target::{Finder, ShareArgs};
use crate::args::GlobalArgs;
use crate::commands::places;
use crate::exit::Failure;
use crate::report::Reporter;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Share: ID, link, or its name with --project
    share: String,
    /// Files, folders and version stacks that were added to the share: paths or IDs; - reads them from
    /// standard input, one per line
    #[arg(value_name = "PLACE", required = true)]
    places: Vec<String>,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: ShareArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::new(global, &client, &transfers, &args.target)?;
    let found = finder.find(&args.share).await?;
    let items = contents::items(&finder, &args.places).await?;
    let reporter = Reporter::new(args.json);
    contents::announce(&reporter, items.len());
    let mut results = Results::new(&reporter);
    for item in &items {
        let id = AssetId::from(places::id(item));
        match client.send(RemoveShareAsset::new(&found.account, &found.share.id, id)).await {
            Ok(_) => results.add("removed", item)?,
            Err(error) => {
                if !results.fail("not removed", item, &error.into())? {
                    break;
                }
            }
        }
    }
    results.finish("removed", "an item in a shared folder is removed with its folder")
}
