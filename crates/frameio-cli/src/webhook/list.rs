//! `frameio webhook list`.

use frameio::webhooks::ListWebhooks;

use super::Place;
use crate::connect::Connection;
use crate::exit::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(connection: &Connection, args: &Args) -> Result<(), Failure> {
    let list = ListWebhooks::new(&*args.place.account, &*args.place.workspace).page_size(100);
    let mut webhooks = connection.client()?.items(list);
    while let Some(webhook) = webhooks.next().await {
        output::line(&output::json(&webhook?)?.to_string())?;
    }
    Ok(())
}
