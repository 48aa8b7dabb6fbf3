//! `frameio share delete`.

use frameio::shares::DeleteShare;
use frameio::transfer::Transfers;

use super::target::{Finder, ShareArgs};
use crate::args::GlobalArgs;
use crate::commands::assets::{confirm, is_interactive};
use crate::exit::Failure;
use crate::report::Reporter;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Shares: IDs, links, or names with --project
    #[arg(value_name = "SHARE", required = true)]
    shares: Vec<String>,
    /// Delete without asking; required without a terminal
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    target: ShareArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    if !args.yes && !is_interactive() {
        return Err(Failure::usage("'--yes' is required to delete shares without a terminal"));
    }
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::new(global, &client, &transfers, &args.target)?;
    let mut found = Vec::new();
    for share in &args.shares {
        found.push(finder.find(share).await?);
    }
    let reporter = Reporter::text();
    for found in found {
        let link = found.share.short_url.as_deref().unwrap_or("-");
        let what = format!("share {} '{}' ({link})", found.share.id.as_str(), found.name());
        if !args.yes && !confirm(&reporter, &format!("Delete {what}? Its link stops working."))? {
            reporter.line(&format!("kept: {what}"))?;
            continue;
        }
        client.send(DeleteShare::new(&found.account, &found.share.id)).await?;
        reporter.line(&format!("deleted: {what}"))?;
    }
    Ok(())
}
