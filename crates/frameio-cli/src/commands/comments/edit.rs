//! `frameio comments edit`.

use frameio::comments::UpdateComment;
use frameio::markers::CommentReader;

use super::account_comment::AccountComment;
use super::add;
use super::timing::TimingArgs;
use crate::args::{AccountArg, GlobalArgs, at_least_one};
use crate::exit::Failure;
use crate::report::{self, Reporter};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Comment ID, as `frameio comments list` shows it
    comment: String,
    /// New text, @FILE, or - for standard input
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// New position: frame number, counted from 0, or timecode
    #[arg(long, value_name = "FRAME|TIMECODE")]
    at: Option<String>,
    /// New length in frames
    #[arg(long, value_name = "FRAMES", value_parser = at_least_one::<u64>)]
    duration: Option<u64>,
    /// Print the comment as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    timing: TimingArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    if args.text.is_none() && args.at.is_none() && args.duration.is_none() {
        return Err(Failure::usage("nothing to change: set '--text', '--at' or '--duration'"));
    }
    let text = args.text.as_deref().map(add::text).transpose()?;
    let timing = args.timing.timing()?;
    let client = global.client()?;
    let ids = std::slice::from_ref(&args.comment);
    let found = AccountComment::find(global, &client, &args.account, ids).await?;
    let reporter = Reporter::new(args.json);
    for found in found {
        let mut update = UpdateComment::new(&found.account, &found.comment.id);
        if let Some(text) = &text {
            update = update.text(&**text);
        }
        if let Some(at) = &args.at {
            let reader = CommentReader::new(client.clone(), &found.account);
            let file = &found.comment.file_id;
            let at = add::position(&reader, file, timing.clone(), at).await?;
            update = update.timestamp(at);
        }
        if let Some(duration) = args.duration {
            update = update.duration(duration);
        }
        let comment = client.send(update).await?;
        match args.json {
            true => reporter.json_line(&report::json(&comment)?)?,
            false => reporter.line(&format!("changed comment {}", comment.id.as_str()))?,
        }
    }
    Ok(())
}
