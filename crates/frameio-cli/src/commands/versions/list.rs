//! `frameio versions list`.

use frameio::transfer::Transfers;

use super::report::VersionRow;
use super::target::{Finder, Target};
use crate::args::{AccountArg, FormatArgs, GlobalArgs};
use crate::completion;
use crate::exit::Failure;

pub(super) const HELP: &str = "\
Examples:
  frameio versions list '/Film/The Crossing/Cuts/The Crossing - cut 3.mp4'

The other commands accept the IDs that this command shows.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Version stack, or a file: path as /Workspace/Project/Folder/file.mov, or ID
    #[arg(add = completion::place())]
    place: String,
    #[command(flatten)]
    format: FormatArgs<VersionRow<'static>>,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut list = args.format.list()?;
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::new(global, &client, &transfers, &args.account)?;
    let target = finder.find(&args.place).await?;
    let rows = match &target {
        Target::File(file) => vec![VersionRow::only(&file.file)],
        Target::Stack(stack) | Target::Version(_, stack) => {
            if !stack.is_order_known {
                list.reporter().note("the service does not show the order of these versions");
            }
            VersionRow::of(stack)
        }
    };
    rows.iter().try_for_each(|row| list.push(row))?;
    list.finish()
}
