//! `frameio comments resolve` and `reopen`.

use frameio::Client;
use frameio::comments::UpdateComment;

use super::account_comment::AccountComment;
use super::changed::ChangedComment;
use crate::args::{AccountArg, GlobalArgs, JsonArgs};
use crate::commands::changes::Results;
use crate::exit::Failure;
use crate::shutdown;

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
    let verb = if completed { "resolve" } else { "reopen" };
    let mut results = Results::about("id", verb, args.json.reporter());
    let client = global.client()?;
    let (account, ids) = (&args.account, &args.comments);
    let found = AccountComment::find(global, &client, account, ids, &mut results).await?;
    let is_json = results.reporter().is_json();
    let ended = shutdown::interruptible(async {
        for found in found {
            let id = found.comment.id.as_str().to_owned();
            match set(&client, found, completed, is_json).await {
                Ok(changed) => results.done(&changed),
                Err(failure) => results.failed(&id, failure)?,
            }
        }
        Ok::<_, Failure>(())
    })
    .await;
    results.finish(ended)
}

/// Sets the state of a comment, unless it has it: the service allows only 10 changes a minute.
async fn set(
    client: &Client,
    found: AccountComment,
    completed: bool,
    is_json: bool,
) -> Result<ChangedComment, Failure> {
    let summary = found.summary();
    let (done, already) = match completed {
        true => ("resolved", "already resolved"),
        false => ("reopened", "already open"),
    };
    let AccountComment { account, comment } = found;
    let (comment, done) = match comment.completed_at.is_some() == completed {
        true => (comment, already),
        false => {
            let update = UpdateComment::new(&account, &comment.id).completed(completed);
            (client.send(update).await?, done)
        }
    };
    let line = format!("{done}: {} {summary}", comment.id.as_str());
    Ok(ChangedComment::read(client, &account, comment, line, is_json).await)
}
