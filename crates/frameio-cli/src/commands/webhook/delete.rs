//! `frameio webhook delete`: deletes webhooks.

use frameio::webhooks::{DeleteWebhook, ShowWebhook, Webhook};
use frameio::{AccountId, Client, Error};

use crate::args::{AccountArg, GlobalArgs};
use crate::commands::changes::{Change, Deletable, DeletionArgs, Refusals};
use crate::exit::{Failure, Status};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// IDs of the webhooks, see `frameio webhook list`
    #[arg(value_name = "WEBHOOK", required = true)]
    webhooks: Vec<String>,
    #[command(flatten)]
    deletion: DeletionArgs,
    #[command(flatten)]
    account: AccountArg,
}

/// A webhook and its account.
struct Found<'a> {
    account: &'a AccountId,
    webhook: Webhook,
}

/// Deletes webhooks. All are found before any is deleted.
pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut results = args.deletion.results("webhooks", "id")?;
    let profile = global.profile.load()?;
    let client = global.client()?;
    let account = args.account.id(&client, &profile).await?;
    let mut found: Vec<Found<'_>> = Vec::new();
    let mut refused = Refusals::new(args.webhooks.len());
    for id in &args.webhooks {
        if found.iter().any(|it| it.webhook.id.as_str() == id) {
            continue;
        }
        match client.send(ShowWebhook::new(&account, &**id)).await {
            Ok(webhook) => found.push(Found { account: &account, webhook }),
            Err(error) if error.is_not_found() => {
                refused.add(id, Failure::new(Status::NotFound, "no webhook has this ID"))?;
            }
            Err(error) => refused.add(id, error.into())?,
        }
    }
    results.check(refused)?;
    args.deletion.run(&client, results, &found).await
}

impl Found<'_> {
    /// Returns what distinguishes the webhook from others, for people.
    fn label(&self) -> String {
        let Webhook { id, name, url, .. } = &self.webhook;
        format!("webhook {} '{name}' ({url})", id.as_str())
    }
}

impl Deletable for Found<'_> {
    fn name(&self) -> &str {
        self.webhook.id.as_str()
    }

    fn change(&self, outcome: &'static str) -> Change {
        let Webhook { id, name, url, .. } = &self.webhook;
        Change::of_thing(outcome, "webhook", self.label())
            .field("id", id.as_str())
            .field("name", name.as_str())
            .field("url", url.as_str())
    }

    fn question(&self) -> String {
        format!("Delete {}?", self.label())
    }

    async fn delete(&self, client: &Client) -> Result<(), Error> {
        client.send(DeleteWebhook::new(self.account, &self.webhook.id)).await
    }
}
