//! `frameio webhook list`.

use frameio::webhooks::ListWebhooks;

use crate::connect::Connection;
use crate::exit::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The account that holds the workspace
    #[arg(long, value_name = "ID")]
    account: String,
    /// The workspace to look in
    #[arg(long, value_name = "ID")]
    workspace: String,
}

pub(super) async fn run(connection: &Connection, args: &Args) -> Result<(), Failure> {
    let list = ListWebhooks::new(&*args.account, &*args.workspace).page_size(100);
    let mut webhooks = connection.client()?.items(list);
    while let Some(webhook) = webhooks.next().await {
        output::line(&output::json(&webhook?)?.to_string())?;
    }
    Ok(())
}
