//! `frameio comments import`.

use frameio::markers::timecode::Rate;
use frameio::markers::{FileComments, ImportOptions, plan_import};

use super::filter::FilterArgs;
use super::import_plan::SendArgs;
use super::markers_file::MarkersFileArgs;
use super::target::TargetFile;
use super::timing::TimingArgs;
use crate::args::{AccountArg, GlobalArgs};
use crate::completion;
use crate::exit::Failure;
use crate::resolver::Purpose;

pub(super) const HELP: &str = "\
Shows the comments that would be created; --send creates them. Comments that exist at the same frame
with the same text are skipped, so that importing a file twice changes nothing. The API creates no
replies and no comments of other people: authors and replies become part of the text. Attachments are
only named.

Example:
  frameio comments import markers.edl '/Film/The Crossing/Cuts/The Crossing - cut 3.mp4' --start-tc 01:00:00:00";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: MarkersFileArgs,
    /// File or version stack: path as /Workspace/Project/Folder/file.mov, or ID; of a stack, the newest
    /// version
    #[arg(add = completion::place())]
    place: String,
    #[command(flatten)]
    send: SendArgs,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    timing: TimingArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut timing = args.timing.timing()?;
    let bytes = args.input.bytes()?;
    let format = args.input.format(&bytes)?;
    let target = TargetFile::resolve(global, &args.account, &args.place, Purpose::Write).await?;
    // Without skipping: a comment that is left out would be created again.
    let reader = target.reader().timing(timing.clone()).allow_unknown_rate(true);
    let existing = target.read(&reader).await?;
    if timing.rate.is_none() && !format.has_rate() && existing.is_rate_known {
        timing.rate = Some(existing.list.media.rate());
    }
    let reporter = args.send.json.reporter();
    let mut file = args.input.parse(&bytes, &timing, &reporter)?;
    check_rate(&existing, file.list.media.rate(), "set the right one with '--fps'")?;
    args.filter.filter().apply(&mut file.list);
    let mut options = ImportOptions::default();
    options.frame_offset = args.send.frame_offset;
    options.format = Some(file.format);
    let plan = plan_import(&file.list, &existing.list, &options);
    // Positions as in the file, also if the rate of the target is unknown.
    args.send.run(&target, &plan, Some(&file.list.media)).await
}

/// Refuses markers of another frame rate: their frame numbers are other positions. `hint` is what to do.
pub(super) fn check_rate(target: &FileComments, rate: Rate, hint: &str) -> Result<(), Failure> {
    let own = target.list.media.rate();
    if !target.is_rate_known || own == rate {
        return Ok(());
    }
    let message = format!("the frame rate of the markers is {rate}, and that of the file is {own}");
    let name = &target.file.name;
    Err(Failure::usage(format!("'{name}': {message}; {hint}")))
}
