//! `frameio share remove`.

use frameio::AssetId;
use frameio::shares::RemoveShareAsset;
use frameio::transfer::Transfers;

use super::contents::{self, ChangeArgs, Results};
use super::target::Finder;
use crate::args::GlobalArgs;
use crate::commands::places;
use crate::exit::Failure;

pub(super) async fn run(global: &GlobalArgs, args: &ChangeArgs) -> Result<(), Failure> {
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::new(global, &client, &transfers, &args.target)?;
    let found = finder.find(&args.share).await?;
    let items = contents::items(&finder, &args.places).await?;
    let reporter = args.json.reporter();
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
