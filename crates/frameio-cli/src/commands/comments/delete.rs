//! `frameio comments delete`.

use std::io::IsTerminal;

use frameio::comments::DeleteComment;

use super::account_comment::AccountComment;
use crate::args::{AccountArg, GlobalArgs};
use crate::exit::Failure;
use crate::input::{self, STANDARD_INPUT};
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
    if !args.yes && !std::io::stdin().is_terminal() {
        let message = "'--yes' is required to delete comments without a terminal";
        return Err(Failure::usage(message));
    }
    let client = global.client()?;
    let found = AccountComment::find(global, &client, &args.account, &args.comments).await?;
    let reporter = Reporter::text();
    for found in &found {
        let replies = found.comment.replies.as_ref().map_or(0, Vec::len);
        let what = format!("{} {} ({replies} replies)", found.comment.id.as_str(), found.summary());
        if !args.yes && !confirm(&reporter, &what)? {
            reporter.line(&format!("kept: {what}"))?;
            continue;
        }
        client.send(DeleteComment::new(&found.account, &found.comment.id)).await?;
        reporter.line(&format!("deleted: {what}"))?;
    }
    Ok(())
}

fn confirm(reporter: &Reporter, what: &str) -> Result<bool, Failure> {
    reporter.status(&format!("Delete {what}? Type 'yes' to delete:"));
    let typed = input::line(&mut std::io::stdin().lock(), STANDARD_INPUT)?;
    Ok(typed.trim().eq_ignore_ascii_case("yes"))
}
