//! `frameio share activity`.

use std::collections::HashMap;

use frameio::AssetId;
use frameio::shares::{ListShareActivities, ShareActivity, ShareActivityInclude};
use frameio::transfer::Transfers;
use serde_json::Value;

use super::contents;
use super::target::{Finder, ShareArgs};
use crate::args::{FormatArgs, GlobalArgs};
use crate::completion;
use crate::exit::Failure;
use crate::report::{Cell, Column, Row};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Share: ID, link, or its name with --project
    #[arg(add = completion::share())]
    share: String,
    #[command(flatten)]
    format: FormatArgs<ActivityRow<'static>>,
    #[command(flatten)]
    target: ShareArgs,
}

/// An activity with the name of its asset.
struct ActivityRow<'a> {
    activity: ShareActivity,
    asset: Option<&'a str>,
}

impl ActivityRow<'_> {
    /// Returns the name or the email address of the visitor, if the service knows it.
    fn visitor(&self) -> Option<&str> {
        let user = self.activity.user.as_ref();
        user.map(|user| user.name.as_deref().unwrap_or(&user.email))
    }
}

impl Row for ActivityRow<'_> {
    const COLUMNS: &'static [Column] = &[
        Column::new("at"),
        Column::new("type"),
        Column::new("visitor").flexible(),
        Column::new("asset_name").flexible(),
        Column::new("email").hidden(),
        Column::new("asset_id").hidden(),
        Column::new("id").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        let ShareActivity { id, inserted_at, kind, asset_id, user, .. } = &self.activity;
        let visitor = match self.visitor() {
            Some(visitor) => visitor.into(),
            None => Cell::Both("anonymous".to_owned(), Value::Null),
        };
        vec![
            (*inserted_at).into(),
            Cell::Both(kind.as_str().replace('_', " "), kind.as_str().into()),
            visitor,
            self.asset.into(),
            user.as_ref().map(|user| user.email.as_str()).into(),
            asset_id.as_ref().map(AssetId::as_str).into(),
            id.as_str().into(),
        ]
    }
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut rows = args.format.list()?;
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let found = Finder::new(global, &client, &transfers, &args.target)?.find(&args.share).await?;
    let assets = contents::list(&client, &found).await?;
    let names: HashMap<AssetId, &str> = assets.iter().map(|it| (it.id(), it.name())).collect();
    let list = ListShareActivities::new(&found.account, &found.share.id);
    let mut activities = client.items(list.include(ShareActivityInclude::User).page_size(100));
    while let Some(activity) = activities.next().await {
        let activity = activity?;
        let asset = activity.asset_id.as_ref().and_then(|id| names.get(id).copied());
        rows.push(&ActivityRow { activity, asset })?;
    }
    rows.finish()
}
