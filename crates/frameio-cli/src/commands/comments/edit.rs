//! `frameio comments edit`.

use frameio::comments::UpdateComment;
use frameio::files::ShowFile;
use frameio::markers::CommentReader;

use super::account_comment::AccountComment;
use super::add;
use super::changed::ChangedComment;
use super::media_kind;
use super::position::Position;
use super::timing::TimingArgs;
use crate::args::{AccountArg, GlobalArgs, JsonArgs, at_least_one};
use crate::commands::changes::Results;
use crate::exit::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Comment ID, as `frameio comments list` shows it
    comment: String,
    /// New text, @FILE, or - for standard input; @@ at the start stands for @
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// New position: frame number, counted from 0, or timecode
    #[arg(long, value_name = "FRAME|TIMECODE", allow_hyphen_values = true)]
    at: Option<String>,
    /// New length in frames
    #[arg(long, value_name = "FRAMES", value_parser = at_least_one::<u64>)]
    duration: Option<u64>,
    #[command(flatten)]
    json: JsonArgs,
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
    let mut results = Results::about("id", "change", args.json.reporter());
    let found = AccountComment::find(global, &client, &args.account, ids, &mut results).await?;
    for found in found {
        let mut update = UpdateComment::new(&found.account, &found.comment.id);
        if let Some(text) = &text {
            update = update.text(&**text);
        }
        let mut place = String::new();
        if let Some(at) = &args.at {
            let file = &found.comment.file_id;
            let shown = client.send(ShowFile::new(&found.account, file)).await?;
            media_kind::check(&shown.name, shown.media_type.as_deref(), true, false)?;
            let reader = CommentReader::new(client.clone(), &found.account);
            let at = Position::find(&reader, file, timing.clone(), at, args.duration).await?;
            place = format!(" at {}", at.label);
            update = update.timestamp(at.time());
        }
        if let Some(duration) = args.duration {
            update = update.duration(duration);
        }
        let comment = client.send(update).await?;
        let line = format!("changed comment {}{place}", comment.id.as_str());
        let is_json = results.reporter().is_json();
        let changed = ChangedComment::read(&client, &found.account, comment, line, is_json).await;
        results.done(&changed);
    }
    results.finish(Ok(()))
}
