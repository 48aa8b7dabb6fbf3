//! `frameio comments delete`.

use frameio::comments::DeleteComment;
use frameio::{Client, Error};

use super::account_comment::AccountComment;
use crate::args::{AccountArg, GlobalArgs};
use crate::commands::changes::{Change, Deletable, DeletionArgs};
use crate::exit::Failure;
use crate::report::counted_as;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Comment IDs, as `frameio comments list` shows them
    #[arg(value_name = "COMMENT", required = true)]
    comments: Vec<String>,
    #[command(flatten)]
    deletion: DeletionArgs,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut results = args.deletion.results("comments", "id")?;
    let client = global.client()?;
    let (account, ids) = (&args.account, &args.comments);
    let found = AccountComment::find(global, &client, account, ids, &mut results).await?;
    args.deletion.run(&client, results, &found).await
}

impl AccountComment {
    /// Returns the comment with the number of its replies, for people.
    fn label(&self) -> String {
        let replies = self.comment.replies.as_ref().map_or(0, Vec::len);
        let replies = counted_as(replies, "reply", "replies");
        format!("{} {} ({replies})", self.comment.id.as_str(), self.summary())
    }
}

impl Deletable for AccountComment {
    fn name(&self) -> &str {
        self.comment.id.as_str()
    }

    fn change(&self, outcome: &'static str) -> Change {
        Change::of_thing(outcome, "comment", self.label())
            .field("id", self.comment.id.as_str())
            .field("file_id", self.comment.file_id.as_str())
            .field("replies", self.comment.replies.as_ref().map_or(0, Vec::len))
    }

    fn question(&self) -> String {
        format!("Delete {}?", self.label())
    }

    async fn delete(&self, client: &Client) -> Result<(), Error> {
        client.send(DeleteComment::new(&self.account, &self.comment.id)).await
    }
}
