//! `frameio share add`.

use std::collections::HashSet;

use frameio::assets::Asset;
use frameio::shares::AddShareAsset;
use frameio::transfer::{Resolved, Transfers};
use frameio::{AssetId, Client};

use super::contents::{self, ChangeArgs};
use super::target::{Finder, FoundShare};
use crate::args::GlobalArgs;
use crate::commands::assets;
use crate::commands::changes::{Change, Results, confirmed};
use crate::exit::{Failure, Status};
use crate::report::Reporter;
use crate::shutdown;

pub(super) async fn run(global: &GlobalArgs, args: &ChangeArgs) -> Result<(), Failure> {
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::new(global, &client, &transfers, &args.target)?;
    let found = finder.find(&args.share).await?;
    let items = contents::items(&finder, &args.places).await?;
    let contents = contents::list(&client, &found).await?;
    let present: HashSet<AssetId> = contents.iter().map(Asset::id).collect();
    check_project(&contents, &items)?;
    let mut results = Results::new("add", args.json.reporter());
    let (exist, new): (Vec<_>, Vec<_>) =
        items.iter().partition(|item| present.contains(&AssetId::from(assets::id(item))));
    exist.iter().for_each(|item| results.done(&Change::of("exists", item)));
    add(&client, &found, &new, results).await
}

/// Refuses items of another project than those of the share.
fn check_project(contents: &[Asset], items: &[Resolved]) -> Result<(), Failure> {
    let project = |asset: &Asset| match asset {
        Asset::File(file) => Some(file.project_id.clone()),
        Asset::Folder(folder) => Some(folder.project_id.clone()),
        Asset::VersionStack(stack) => Some(stack.project_id.clone()),
        _ => None,
    };
    let Some(project) = contents.iter().find_map(project) else { return Ok(()) };
    match items.iter().find(|item| item.project_id.as_ref() != Some(&project)) {
        None => Ok(()),
        Some(other) => {
            let reason = "is in another project than the share: create a share for each project";
            Err(Failure::usage(format!("'{}' {reason}", other.path)))
        }
    }
}

/// Adds items one at a time, as the service requires.
pub(super) async fn add(
    client: &Client,
    found: &FoundShare,
    items: &[&Resolved],
    mut results: Results,
) -> Result<(), Failure> {
    contents::announce(results.reporter(), items.len());
    let send = async |id| add_one(client, found, id).await;
    let items = items.iter().copied();
    let ended = shutdown::interruptible(contents::change(&mut results, "added", items, send)).await;
    if results.has_failures() {
        let share = found.share.id.as_str();
        results.reporter().note(&format!("`frameio share add {share} PLACE…` adds the others"));
    }
    results.finish(ended)
}

/// Adds assets one at a time, and fails at the first failure.
pub(super) async fn add_ids(
    client: &Client,
    found: &FoundShare,
    ids: &[AssetId],
    reporter: &Reporter,
) -> Result<(), Failure> {
    contents::announce(reporter, ids.len());
    for (at, id) in ids.iter().enumerate() {
        add_one(client, found, id.clone()).await.map_err(|failure| {
            let count = ids.len() - at;
            let share = found.share.id.as_str();
            let advice = format!("`frameio share add {share} PLACE…` adds the others");
            let message = format!("{count} items were not added: {}; {advice}", failure.message);
            Failure::new(failure.status, message)
        })?;
    }
    Ok(())
}

async fn add_one(client: &Client, found: &FoundShare, id: AssetId) -> Result<(), Failure> {
    let add = AddShareAsset::new(&found.account, &found.share.id, &id);
    let sent = async { client.send(add).await.map(|share| share.asset_added) };
    let find = async || {
        let contents = contents::list(client, found).await?;
        Ok(contents.iter().any(|asset| asset.id() == id).then_some(None))
    };
    let show = format!("frameio share show {}", found.share.id.as_str());
    match confirmed(sent, &show, find).await? {
        Some(added) if added != id => {
            let message = format!("the service reports that it added {}", added.as_str());
            Err(Failure::new(Status::Unexpected, message))
        }
        _ => Ok(()),
    }
}
