//! `frameio webhook delete`: deletes webhooks.

use frameio::webhooks::{DeleteWebhook, ShowWebhook, Webhook};

use crate::args::{AccountArg, GlobalArgs};
use crate::commands::assets::{confirm, is_interactive};
use crate::exit::{Failure, Status};
use crate::report::Reporter;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    account: AccountArg,
    /// IDs of the webhooks, see `frameio webhook list`
    #[arg(value_name = "WEBHOOK", required = true)]
    webhooks: Vec<String>,
    /// Delete without asking; required without a terminal
    #[arg(long, short)]
    yes: bool,
}

/// Deletes webhooks. All are found before any is deleted.
pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    if !args.yes && !is_interactive() {
        return Err(Failure::usage("'--yes' is required to delete webhooks without a terminal"));
    }
    let profile = global.profile.load()?;
    let client = global.client()?;
    let account = args.account.id(&client, &profile).await?;
    let mut found: Vec<Webhook> = Vec::new();
    for id in &args.webhooks {
        if found.iter().any(|webhook| webhook.id.as_str() == id) {
            continue;
        }
        match client.send(ShowWebhook::new(&account, &**id)).await {
            Ok(webhook) => found.push(webhook),
            Err(error) if error.is_not_found() => {
                let message = format!("no webhook has the ID '{id}'; nothing was deleted");
                return Err(Failure::new(Status::NotFound, message));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let reporter = Reporter::text();
    for webhook in &found {
        let (id, name, url) = (webhook.id.as_str(), &webhook.name, &webhook.url);
        let what = format!("webhook {id} '{name}' ({url})");
        if !args.yes && !confirm(&reporter, &format!("Delete {what}?"))? {
            reporter.line(&format!("kept: {what}"))?;
            continue;
        }
        client.send(DeleteWebhook::new(&account, &webhook.id)).await?;
        reporter.line(&format!("deleted: {what}"))?;
    }
    Ok(())
}
