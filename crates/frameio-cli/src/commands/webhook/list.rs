//! `frameio webhook list`: lists the webhooks of a workspace.

use frameio::transfer::Transfers;
use frameio::webhooks::{ListWebhooks, Webhook};
use serde_json::Value;

use crate::args::{FormatArgs, GlobalArgs, WorkspaceArgs};
use crate::exit::Failure;
use crate::report::{self, Cell, Column, Row, SkippedItems, Tone};
use crate::resolver::{Purpose, Resolver};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    workspace: WorkspaceArgs,
    #[command(flatten)]
    format: FormatArgs<WebhookRow>,
}

struct WebhookRow {
    webhook: Webhook,
    json: Value,
}

impl Row for WebhookRow {
    const COLUMNS: &'static [Column] = &[
        Column::new("name").flexible(),
        Column::new("url").flexible(),
        Column::new("active"),
        Column::new("events").flexible(),
        Column::new("updated_at"),
        Column::new("id"),
    ];

    fn cells(&self) -> Vec<Cell> {
        let Webhook { name, url, active, events, updated_at, id, .. } = &self.webhook;
        vec![
            name.as_str().into(),
            url.as_str().into(),
            (*active).into(),
            Cell::List(events.iter().map(|event| event.as_str().to_owned()).collect()),
            (*updated_at).into(),
            id.as_str().into(),
        ]
    }

    fn tone(&self, column: &str) -> Tone {
        match column {
            "active" if self.webhook.active == Some(false) => Tone::Attention,
            _ => Tone::Plain,
        }
    }

    fn json(&self) -> Value {
        self.json.clone()
    }
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut list = args.format.list::<WebhookRow>()?;
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.workspace.account)?;
    let (account, workspace) = resolver.workspace_of(Purpose::Read, &args.workspace).await?;
    let all = ListWebhooks::new(account, workspace).page_size(100);
    let mut webhooks = client.items(all).skip_undecodable(true);
    let mut skipped = SkippedItems::default();
    while let Some(webhook) = webhooks.next().await {
        let webhook = webhook?;
        list.push(&WebhookRow { json: report::json(&webhook)?, webhook })?;
        skipped.add(list.reporter(), webhooks.take_skipped());
    }
    skipped.add(list.reporter(), webhooks.take_skipped());
    list.finish()?;
    skipped.finish()
}
