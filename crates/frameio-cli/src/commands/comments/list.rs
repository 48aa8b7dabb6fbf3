//! `frameio comments list`.

use super::filter::FilterArgs;
use super::row::Row;
use super::target::TargetFile;
use super::timing::TimingArgs;
use crate::args::{AccountArg, GlobalArgs};
use crate::exit::Failure;
use crate::report::{Reporter, SkippedItems};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File or version stack: path as /Workspace/Project/Folder/file.mov, or ID; of a stack, the newest
    /// version
    place: String,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
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
    let target = TargetFile::resolve(global, &args.account, &args.place).await?;
    let reader = target
        .reader()
        .timing(timing)
        .allow_unknown_rate(true)
        .guess_visitors(args.guess_visitors)
        .skip_undecodable(true);
    let mut file = target.read(&reader).await?;
    args.filter.filter().apply(&mut file.list);
    let reporter = Reporter::new(args.json);
    let media = file.is_rate_known.then_some(&file.list.media);
    for marker in &file.list.markers {
        reporter.record(&Row::new(marker, media, target.id.as_str()))?;
    }
    let mut skipped = SkippedItems::default();
    skipped.add(&reporter, file.skipped);
    skipped.finish()
}
