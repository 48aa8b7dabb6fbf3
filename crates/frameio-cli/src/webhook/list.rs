//! `frameio webhook list`.

use frameio::webhooks::ListWebhooks;

use super::Workspace;
use crate::connect::Connection;
use crate::exit::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    workspace: Workspace,
}

pub(super) async fn run(connection: &Connection, args: &Args) -> Result<(), Failure> {
    let profile = connection.choice.profile()?.unwrap_or_default();
    let (account, workspace) = args.workspace.ids(&profile)?;
    let list = ListWebhooks::new(account, workspace).page_size(100);
    let mut webhooks = connection.client()?.items(list);
    while let Some(webhook) = webhooks.next().await {
        output::line(&output::json(&webhook?)?.to_string())?;
    }
    Ok(())
}
