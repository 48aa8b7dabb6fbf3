//! `frameio share activity`.

use std::collections::HashMap;

use frameio::AssetId;
use frameio::shares::{ListShareActivities, ShareActivity, ShareActivityInclude};
use frameio::transfer::Transfers;
use serde_json::{Value, json};

use super::contents;
use super::target::{Finder, ShareArgs};
use crate::args::GlobalArgs;
use crate::exit::Failure;
use crate::report::{Record, Reporter};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Share: ID, link, or its name with --project
    share: String,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: ShareArgs,
}

/// An activity with the name of its asset.
struct Row<'a> {
    activity: &'a ShareActivity,
    asset: Option<&'a str>,
}

impl Row<'_> {
    /// Returns the name or the email address of the visitor, if the service knows it.
    fn visitor(&self) -> Option<&str> {
        let user = self.activity.user.as_ref();
        user.map(|user| user.name.as_deref().unwrap_or(&user.email))
    }
}

impl Record for Row<'_> {
    fn lines(&self) -> Vec<String> {
        let ShareActivity { inserted_at, kind, .. } = self.activity;
        let (visitor, asset) =
            (self.visitor().unwrap_or("anonymous"), self.asset.unwrap_or_default());
        let kind = kind.as_str().replace('_', " ");
        vec![format!("{inserted_at}  {kind:16}  {visitor}  {asset}").trim_end().to_owned()]
    }

    fn json(&self) -> Value {
        let ShareActivity { id, inserted_at, kind, asset_id, user, .. } = self.activity;
        json!({
            "id": id,
            "at": inserted_at.to_string(),
            "type": kind.as_str(),
            "asset_id": asset_id,
            "asset_name": self.asset,
            "visitor": self.visitor(),
            "email": user.as_ref().map(|user| &user.email),
        })
    }
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let found = Finder::new(global, &client, &transfers, &args.target)?.find(&args.share).await?;
    let assets = contents::list(&client, &found).await?;
    let names: HashMap<AssetId, &str> = assets.iter().map(|it| (it.id(), it.name())).collect();
    let list = ListShareActivities::new(&found.account, &found.share.id);
    let mut activities = client.items(list.include(ShareActivityInclude::User).page_size(100));
    let reporter = Reporter::new(args.json);
    while let Some(activity) = activities.next().await {
        let activity = activity?;
        let asset = activity.asset_id.as_ref().and_then(|id| names.get(id).copied());
        reporter.record(&Row { activity: &activity, asset })?;
    }
    Ok(())
}
