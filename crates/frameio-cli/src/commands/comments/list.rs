//! `frameio comments list`.

use super::filter::FilterArgs;
use super::row::CommentRow;
use super::target::TargetFile;
use super::timing::TimingArgs;
use crate::args::{AccountArg, FormatArgs, GlobalArgs};
use crate::completion;
use crate::exit::Failure;
use crate::report::SkippedItems;
use crate::resolver::Purpose;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File or version stack: /Workspace/Project/Folder/file.mov, an ID or a link; of a stack, the newest
    /// version
    #[arg(add = completion::place())]
    place: String,
    #[command(flatten)]
    format: FormatArgs<CommentRow>,
    /// Guess the names of share visitors by the time of their activity
    #[arg(long)]
    guess_visitors: bool,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    timing: TimingArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let timing = args.timing.timing()?;
    let mut list = args.format.list::<CommentRow>()?;
    let target = TargetFile::resolve(global, &args.account, &args.place, Purpose::Read).await?;
    let reader = target
        .reader()
        .timing(timing)
        .allow_unknown_rate(true)
        .guess_visitors(args.guess_visitors)
        .skip_undecodable(true);
    let mut file = target.read(&reader).await?;
    args.filter.filter().apply(&mut file.list);
    let media = file.is_rate_known.then_some(&file.list.media);
    for marker in &file.list.markers {
        list.push(&CommentRow::new(marker, media, target.id.as_str()))?;
        // JSON has the replies in their comment, and no command takes the ID of a reply.
        if !list.is_json() && !list.is_ids() {
            for reply in &marker.replies {
                list.push(&CommentRow::reply(reply, marker, target.id.as_str()))?;
            }
        }
    }
    let mut skipped = SkippedItems::default();
    skipped.add(list.reporter(), file.skipped);
    list.finish()?;
    skipped.finish()
}
