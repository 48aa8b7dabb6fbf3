//! `frameio webhook delete`.

use frameio::webhooks::DeleteWebhook;

use super::Account;
use crate::connect::Connection;
use crate::exit::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    account: Account,
    /// The webhooks to delete; `frameio webhook list` shows their ids
    #[arg(value_name = "WEBHOOK", required = true)]
    webhooks: Vec<String>,
}

/// One after the other, up to the first that cannot be deleted.
pub(super) async fn run(connection: &Connection, args: &Args) -> Result<(), Failure> {
    let profile = connection.choice.profile()?.unwrap_or_default();
    let account = args.account.id(&profile)?;
    let client = connection.client()?;
    for webhook in &args.webhooks {
        client.send(DeleteWebhook::new(&account, &**webhook)).await?;
    }
    Ok(())
}
