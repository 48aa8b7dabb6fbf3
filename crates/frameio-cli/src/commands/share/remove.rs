//! `frameio share remove`.

use frameio::shares::RemoveShareAsset;
use frameio::transfer::Transfers;

use super::contents::{self, ChangeArgs};
use super::target::Finder;
use crate::args::GlobalArgs;
use crate::commands::changes::Results;
use crate::exit::Failure;
use crate::shutdown;

pub(super) async fn run(global: &GlobalArgs, args: &ChangeArgs) -> Result<(), Failure> {
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::new(global, &client, &transfers, &args.target)?;
    let found = finder.find(&args.share).await?;
    let items = contents::items(&finder, &args.places).await?;
    let mut results = Results::new("remove", args.json.reporter());
    contents::announce(results.reporter(), items.len());
    let send = async |id| {
        let remove = RemoveShareAsset::new(&found.account, &found.share.id, id);
        client.send(remove).await.map(drop).map_err(Failure::from)
    };
    let ended =
        shutdown::interruptible(contents::change(&mut results, "removed", &items, send)).await;
    results.finish(ended)
}
