//! `frameio webhook delete`.

use frameio::webhooks::DeleteWebhook;

use crate::connect::Connection;
use crate::exit::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The account that holds them
    #[arg(long, value_name = "ID")]
    account: String,
    /// The webhooks to delete; `frameio webhook list` shows their ids
    #[arg(value_name = "WEBHOOK", required = true)]
    webhooks: Vec<String>,
}

/// One after the other, up to the first that cannot be deleted.
pub(super) async fn run(connection: &Connection, args: &Args) -> Result<(), Failure> {
    let client = connection.client()?;
    for webhook in &args.webhooks {
        client.send(DeleteWebhook::new(&*args.account, &**webhook)).await?;
    }
    Ok(())
}
