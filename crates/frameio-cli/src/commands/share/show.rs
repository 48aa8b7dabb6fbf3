//! `frameio share show`.

use std::collections::HashSet;

use frameio::AssetId;
use frameio::assets::Asset;
use frameio::shares::Share;
use frameio::transfer::Transfers;
use serde_json::{Value, json};

use super::contents;
use super::row::{share_json, share_lines};
use super::target::{Finder, ShareArgs};
use crate::args::{GlobalArgs, JsonArgs};
use crate::completion;
use crate::exit::Failure;
use crate::report::{Record, counted};

pub(super) const HELP: &str = "\
Examples:
  frameio share show 'Cut 3 for review' --project '/Film/The Crossing'";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Share: ID, link, or its name with --project
    #[arg(add = completion::share())]
    share: String,
    /// Print the passphrase and nothing else
    #[arg(long, conflicts_with_all = ["json", "jq"])]
    show_passphrase: bool,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    target: ShareArgs,
}

/// A share and its contents.
struct Contents<'a> {
    share: &'a Share,
    assets: Vec<Asset>,
}

impl Record for Contents<'_> {
    fn lines(&self) -> Vec<String> {
        let mut lines = share_lines(self.share);
        // The service lists the items in shared folders too, which are not shared by themselves.
        let ids: HashSet<AssetId> = self.assets.iter().map(Asset::id).collect();
        let is_inside = |asset: &&Asset| asset.parent_id().is_some_and(|id| ids.contains(&id));
        let (inside, shared): (Vec<_>, Vec<_>) = self.assets.iter().partition(is_inside);
        let also = match inside.len() {
            0 => String::new(),
            count => format!(", with {} in folders", counted(count, "item")),
        };
        lines.push(format!("  contents     {}{also}", counted(shared.len(), "item")));
        let name = |asset: &&Asset| match asset {
            Asset::Folder(folder) => format!("    {}/", folder.name),
            other => format!("    {}", other.name()),
        };
        lines.extend(shared.iter().map(name));
        lines
    }

    fn json(&self) -> Value {
        let asset =
            |asset: &Asset| json!({"id": asset.id(), "type": asset.kind(), "name": asset.name()});
        let mut json = share_json(self.share);
        json["assets"] = self.assets.iter().map(asset).collect();
        json
    }
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let found = Finder::new(global, &client, &transfers, &args.target)?.find(&args.share).await?;
    let reporter = args.json.reporter();
    if args.show_passphrase {
        return match &found.share.passphrase {
            Some(passphrase) => reporter.line(passphrase.expose()),
            None => {
                reporter.note(&format!("'{}' has no passphrase", found.name()));
                Ok(())
            }
        };
    }
    let assets = contents::list(&client, &found).await?;
    reporter.record(&Contents { share: &found.share, assets })
}
