//! `frameio versions promote`.

use frameio::experimental::version_stacks::{
    ReorderVersionStack, VersionMove, VersionPlace, VersionStackEnd,
};
use frameio::transfer::Transfers;
use serde_json::Value;

use super::report::StackReport;
use super::target::Finder;
use crate::args::{AccountArg, GlobalArgs, JsonArgs};
use crate::commands::changes::confirmed;
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::Record;

pub(super) const HELP: &str = "\
Examples:
  frameio versions promote 00000027-f1a0-4000-8000-000000000000
  frameio versions promote '/Film/The Crossing/Cuts/The Crossing - cut 3.mp4/The Crossing - cut 2.mp4'

This command uses an experimental operation, which the service can change or remove at any time. The
stack is read again afterwards, and the command fails if another version is still the head.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Version: ID, or the path of its stack followed by its name
    #[arg(add = completion::place())]
    file: String,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

/// The stack after the change, marked as the result of an experimental operation.
struct Promoted<'a>(StackReport<'a>);

impl Record for Promoted<'_> {
    fn lines(&self) -> Vec<String> {
        self.0.lines().into_iter().map(|line| format!("{line} (experimental)")).collect()
    }

    fn json(&self) -> Value {
        let mut json = self.0.json();
        json["experimental"] = true.into();
        json
    }
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::new(global, &client, &transfers, &args.account)?;
    let (file, stack) = finder.version_in_stack(&args.file).await?;
    let reporter = args.json.reporter();
    if stack.is_head(&file.id) {
        reporter.note(&format!("'{}' is the head already", file.name));
        return reporter.record(&StackReport(&stack));
    }
    let to_top = VersionMove::new(&file.id, VersionPlace::At(VersionStackEnd::Top));
    let reorder = ReorderVersionStack::new(&stack.account, &stack.stack.id, to_top);
    let sent = async { client.send(reorder).await.map(drop) };
    let find = async || {
        let now = stack.read_again(&client).await?;
        Ok(now.filter(|now| now.is_head(&file.id)).map(drop))
    };
    let show = format!("frameio versions list {}", stack.stack.id.as_str());
    confirmed(sent, &show, find).await?;
    let missing = || Failure::new(Status::Unexpected, "the version stack no longer exists");
    let after = stack.read_again(&client).await?.ok_or_else(missing)?;
    reporter.record(&Promoted(StackReport(&after)))?;
    match after.is_head(&file.id) {
        true => Ok(()),
        false => {
            let message =
                format!("the service accepted the request, but '{}' is not the head", file.name);
            Err(Failure::new(Status::Unexpected, message))
        }
    }
}
