//! `frameio comments resolve` and `reopen`.

use frameio::comments::UpdateComment;

use super::account_comment::AccountComment;
use crate::args::{AccountArg, GlobalArgs, JsonArgs};
use crate::exit::Failure;
use crate::report;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Comment IDs, as `frameio comments list` shows them
    #[arg(value_name = "COMMENT", required = true)]
    comments: Vec<String>,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args, completed: bool) -> Result<(), Failure> {
    let client = global.client()?;
    let found = AccountComment::find(global, &client, &args.account, &args.comments).await?;
    let reporter = args.json.reporter();
    let (done, already) = match completed {
        true => ("resolved", "already resolved"),
        false => ("reopened", "already open"),
    };
    for found in found {
        let summary = found.summary();
        let is_completed = found.comment.completed_at.is_some();
        let (comment, done) = match is_completed == completed {
            // The service allows only 10 changes a minute.
            true => (found.comment, already),
            false => {
                let update = UpdateComment::new(&found.account, &found.comment.id);
                (client.send(update.completed(completed)).await?, done)
            }
        };
        match reporter.is_json() {
            true => reporter.json_line(&report::json(&comment)?)?,
            false => reporter.line(&format!("{done}: {} {summary}", comment.id.as_str()))?,
        }
    }
    Ok(())
}
