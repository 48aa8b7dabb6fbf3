//! `frameio webhook list`: lists the webhooks of a workspace.

use frameio::webhooks::ListWebhooks;

use crate::args::{GlobalArgs, WorkspaceArgs};
use crate::exit::Failure;
use crate::report::{self, Reporter, SkippedItems};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    workspace: WorkspaceArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let profile = global.profile.load()?;
    let (account, workspace) = args.workspace.ids(&profile)?;
    let list = ListWebhooks::new(account, workspace).page_size(100);
    let reporter = Reporter::text();
    let mut webhooks = global.client()?.items(list).skip_undecodable(true);
    let mut skipped = SkippedItems::default();
    while let Some(webhook) = webhooks.next().await {
        reporter.json_line(&report::json(&webhook?)?)?;
        skipped.add(&reporter, webhooks.take_skipped());
    }
    skipped.add(&reporter, webhooks.take_skipped());
    skipped.finish()
}
