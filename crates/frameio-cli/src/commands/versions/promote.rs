//! `frameio versions promote`.

use frameio::experimental::version_stacks::{
    ReorderVersionStack, VersionMove, VersionPlace, VersionStackEnd,
};
use frameio::transfer::Transfers;

use super::report::StackReport;
use super::target::Finder;
use crate::args::{AccountArg, GlobalArgs};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::Reporter;

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
    /// Print the version stack as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::new(global, &client, &transfers, &args.account)?;
    let (file, stack) = finder.version_in_stack(&args.file).await?;
    let reporter = Reporter::new(args.json);
    if stack.is_head(&file.id) {
        reporter.note(&format!("'{}' is the head already", file.name));
        return reporter.record(&StackReport(&stack));
    }
    let to_top = VersionMove::new(&file.id, VersionPlace::At(VersionStackEnd::Top));
    client.send(ReorderVersionStack::new(&stack.account, &stack.stack.id, to_top)).await?;
    let missing = || Failure::new(Status::Unexpected, "the version stack no longer exists");
    if !args.json {
        reporter.note("the new head was set by an experimental operation");
    }
    let after = stack.read_again(&client).await?.ok_or_else(missing)?;
    reporter.record(&StackReport(&after))?;
    match after.is_head(&file.id) {
        true => Ok(()),
        false => {
            let message =
                format!("the service accepted the request, but '{}' is not the head", file.name);
            Err(Failure::new(Status::Unexpected, message))
        }
    }
}
