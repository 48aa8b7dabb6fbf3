//! Deletions of things that have no path, such as shares and comments.

use frameio::{Client, Error};

use super::{Change, Results, confirm, is_interactive};
use crate::args::JsonArgs;
use crate::exit::Failure;
use crate::shutdown;

/// Arguments of a command that deletes things.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct DeletionArgs {
    /// Delete without asking; required without a terminal
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    json: JsonArgs,
}

/// A thing that a command can delete.
pub(in crate::commands) trait Deletable {
    /// Returns the name in messages about failures.
    fn name(&self) -> &str;
    /// Returns the thing as the result of the command.
    fn change(&self, outcome: &'static str) -> Change;
    /// Returns what is deleted, and what else that means, for a question.
    fn question(&self) -> String;
    async fn delete(&self, client: &Client) -> Result<(), Error>;
}

impl DeletionArgs {
    /// Starts the results; refuses to delete without a terminal and without `--yes`. `things` is what the
    /// command deletes, and `key` names one in the JSON of a failure.
    pub(in crate::commands) fn results(
        &self,
        things: &str,
        key: &'static str,
    ) -> Result<Results, Failure> {
        if !self.yes && !is_interactive() {
            let message = format!("'--yes' is required to delete {things} without a terminal");
            return Err(Failure::usage(message));
        }
        Ok(Results::about(key, "delete", self.json.reporter()))
    }

    /// Asks about each thing, then deletes the confirmed ones.
    pub(in crate::commands) async fn run(
        &self,
        client: &Client,
        mut results: Results,
        things: &[impl Deletable],
    ) -> Result<(), Failure> {
        let mut confirmed = Vec::new();
        for thing in things {
            match self.yes || confirm(results.reporter(), &thing.question())? {
                true => confirmed.push(thing),
                false => results.declined(&thing.change("kept")),
            }
        }
        let ended = shutdown::interruptible(async {
            for thing in confirmed {
                match thing.delete(client).await {
                    Ok(()) => results.done(&thing.change("deleted")),
                    Err(error) => results.failed(thing.name(), error.into())?,
                }
            }
            Ok::<_, Failure>(())
        })
        .await;
        results.finish(ended)
    }
}
