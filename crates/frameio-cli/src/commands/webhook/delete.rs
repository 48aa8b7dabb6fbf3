//! `frameio webhook delete`: deletes webhooks.

use frameio::webhooks::DeleteWebhook;

use crate::args::{AccountArg, GlobalArgs};
use crate::exit::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    account: AccountArg,
    /// IDs of the webhooks, see `frameio webhook list`
    #[arg(value_name = "WEBHOOK", required = true)]
    webhooks: Vec<String>,
}

/// Deletes the webhooks in order, and stops at the first failure.
pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let profile = global.profile.load()?;
    let client = global.client()?;
    let account = args.account.id(&client, &profile).await?;
    for webhook in &args.webhooks {
        client.send(DeleteWebhook::new(&account, &**webhook)).await?;
    }
    Ok(())
}
