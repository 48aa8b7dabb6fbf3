//! `frameio comments copy`.

use frameio::markers::{ImportOptions, plan_import};

use super::filter::FilterArgs;
use super::import::check_rate;
use super::import_plan::SendArgs;
use super::target::TargetFile;
use crate::args::{AccountArg, GlobalArgs};
use crate::completion;
use crate::exit::Failure;
use crate::report::SkippedItems;
use crate::resolver::Purpose;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File or version stack to copy from: path as /Workspace/Project/Folder/file.mov, or ID; of a stack,
    /// the newest version
    #[arg(add = completion::place())]
    from: String,
    /// File or version stack to copy to: path or ID
    #[arg(add = completion::place())]
    to: String,
    #[command(flatten)]
    send: SendArgs,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    filter: FilterArgs,
}

/// Copies frame numbers, so that an unknown frame rate does not matter.
pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let from = TargetFile::resolve(global, &args.account, &args.from, Purpose::Read).await?;
    let to = TargetFile::resolve(global, &args.account, &args.to, Purpose::Write).await?;
    if from.id == to.id {
        let reason = "is the file to copy from; of a stack, pass the older version by its ID";
        return Err(Failure::usage(format!("'{}' {reason}", args.to)));
    }
    let reader = from.reader().allow_unknown_rate(true).skip_undecodable(true);
    let mut source = from.read(&reader).await?;
    // Without skipping: a comment that is left out would be created again.
    let reader = to.reader().allow_unknown_rate(true);
    let target = to.read(&reader).await?;
    if source.is_rate_known {
        let hint = "comments are copied by their frame numbers, so both need the same rate";
        check_rate(&target, source.list.media.rate(), hint)?;
    }
    args.filter.filter().apply(&mut source.list);
    let mut options = ImportOptions::default();
    options.frame_offset = args.send.frame_offset;
    let plan = plan_import(&source.list, &target.list, &options);
    let media = target.is_rate_known.then_some(&target.list.media);
    args.send.run(&to, &plan, media).await?;
    let mut skipped = SkippedItems::default();
    skipped.add(&args.send.json.reporter(), source.skipped);
    skipped.finish()
}
