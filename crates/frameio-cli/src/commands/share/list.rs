//! `frameio share list`.

use frameio::transfer::Transfers;

use super::row::ShareRow;
use super::target::Finder;
use crate::args::{AccountArg, FormatArgs, GlobalArgs};
use crate::completion;
use crate::exit::Failure;
use crate::resolver::shares::of_project;

pub(super) const HELP: &str = "\
Examples:
  frameio share list '/Film/The Crossing'";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Project: path or ID [default: the profile's project]
    #[arg(add = completion::place())]
    project: Option<String>,
    #[command(flatten)]
    format: FormatArgs<ShareRow<'static>>,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut list = args.format.list()?;
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::of_places(global, &client, &transfers, &args.account)?;
    let (account, project) = finder.whole_project(args.project.as_deref()).await?;
    let shares = of_project(&client, &account, &project).await?;
    shares.iter().try_for_each(|share| list.push(&ShareRow(share)))?;
    list.finish()
}
