//! `frameio share add`.

use std::collections::HashSet;

use frameio::assets::Asset;
use frameio::shares::AddShareAsset;
use frameio::transfer::{Resolved, Transfers};
use frameio::{AssetId, Client};

use super::contents::{self, ChangeArgs, Results};
use super::target::{Finder, FoundShare};
use crate::args::GlobalArgs;
use crate::commands::places;
use crate::exit::{Failure, Status};
use crate::report::Reporter;

pub(super) async fn run(global: &GlobalArgs, args: &ChangeArgs) -> Result<(), Failure> {
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::new(global, &client, &transfers, &args.target)?;
    let found = finder.find(&args.share).await?;
    let items = contents::items(&finder, &args.places).await?;
    let assets = contents::list(&client, &found).await?;
    let present: HashSet<AssetId> = assets.iter().map(Asset::id).collect();
    check_project(&assets, &items)?;
    let reporter = args.json.reporter();
    let (exist, new): (Vec<_>, Vec<_>) =
        items.iter().partition(|item| present.contains(&AssetId::from(places::id(item))));
    for item in exist {
        Results::new(&reporter).add("exists", item)?;
    }
    add(&client, &found, &new, &reporter).await
}

/// Refuses items of another project than those of the share.
fn check_project(assets: &[Asset], items: &[Resolved]) -> Result<(), Failure> {
    let project = |asset: &Asset| match asset {
        Asset::File(file) => Some(file.project_id.clone()),
        Asset::Folder(folder) => Some(folder.project_id.clone()),
        Asset::VersionStack(stack) => Some(stack.project_id.clone()),
        _ => None,
    };
    let Some(project) = assets.iter().find_map(project) else { return Ok(()) };
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
    reporter: &Reporter,
) -> Result<(), Failure> {
    contents::announce(reporter, items.len());
    let mut results = Results::new(reporter);
    for item in items {
        match add_one(client, found, AssetId::from(places::id(item))).await {
            Ok(()) => results.add("added", item)?,
            Err(failure) => {
                if !results.fail("not added", item, &failure)? {
                    break;
                }
            }
        }
    }
    let hint = format!("`frameio share add {} PLACE…` adds the others", found.share.id.as_str());
    results.finish("added", &hint)
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
    let share = client.send(AddShareAsset::new(&found.account, &found.share.id, &id)).await?;
    match share.asset_added {
        Some(added) if added != id => {
            let message = format!("the service reports that it added {}", added.as_str());
            Err(Failure::new(Status::Unexpected, message))
        }
        _ => Ok(()),
    }
}
