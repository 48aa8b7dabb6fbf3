//! `frameio comments delete`.

use frameio::comments::DeleteComment;

use super::account_comment::AccountComment;
use crate::args::{AccountArg, GlobalArgs};
use crate::commands::assets::{confirm, is_interactive};
use crate::exit::Failure;
use crate::report::Reporter;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Comment IDs, as `frameio comments list` shows them
    #[arg(value_name = "COMMENT", required = true)]
    comments: Vec<String>,
    /// Delete without asking; required without a terminal
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    if !args.yes && !is_interactive() {
        let message = "'--yes' is required to delete comments without a terminal";
        return Err(Failure::usage(message));
    }
    let client = global.client()?;
    let found = AccountComment::find(global, &client, &args.account, &args.comments).await?;
    let reporter = Reporter::text();
    for found in &found {
        let replies = found.comment.replies.as_ref().map_or(0, Vec::len);
        let what = format!("{} {} ({replies} replies)", found.comment.id.as_str(), found.summary());
        if !args.yes && !confirm(&reporter, &format!("Delete {what}?"))? {
            reporter.line(&format!("kept: {what}"))?;
            continue;
        }
        client.send(DeleteComment::new(&found.account, &found.comment.id)).await?;
        reporter.line(&format!("deleted: {what}"))?;
    }
    Ok(())
}
