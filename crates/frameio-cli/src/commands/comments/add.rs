//! `frameio comments add`.

use frameio::comments::{Comment, CreateComment, ListComments};
use jiff::Timestamp;

use super::changed::ChangedComment;
use super::media_kind;
use super::position::Position;
use super::target::TargetFile;
use super::timing::TimingArgs;
use crate::args::{AccountArg, GlobalArgs, JsonArgs, at_least_one};
use crate::commands::changes::{confirmed, is_created_since};
use crate::completion;
use crate::exit::Failure;
use crate::input::{self, STANDARD_INPUT};
use crate::resolver::Purpose;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File or version stack: path as /Workspace/Project/Folder/file.mov, or ID; of a stack, the newest
    /// version
    #[arg(add = completion::place())]
    place: String,
    /// Text, @FILE, or - for standard input; @@ at the start stands for @
    text: String,
    /// Position: frame number, counted from 0, or timecode
    #[arg(long, value_name = "FRAME|TIMECODE", allow_hyphen_values = true)]
    at: Option<String>,
    /// Length in frames
    #[arg(long, value_name = "FRAMES", requires = "at", value_parser = at_least_one::<u64>)]
    duration: Option<u64>,
    /// Page of a document
    #[arg(long, value_name = "N", conflicts_with = "at", value_parser = at_least_one::<u32>)]
    page: Option<u32>,
    /// Not supported by the API
    #[arg(long, value_name = "COMMENT", hide = true)]
    reply_to: Option<String>,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
    #[command(flatten)]
    timing: TimingArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    if args.reply_to.is_some() {
        let message = "'--reply-to' is not supported: the Frame.io V4 API cannot create replies; reply in the web \
                       app, or add a comment";
        return Err(Failure::usage(message));
    }
    let text = text(&args.text)?;
    let timing = args.timing.timing()?;
    let target = TargetFile::resolve(global, &args.account, &args.place, Purpose::Write).await?;
    let (has_frame, has_page) = (args.at.is_some(), args.page.is_some());
    media_kind::check(&target.path, target.media_type.as_deref(), has_frame, has_page)?;
    let mut create = CreateComment::new(&target.account, &target.id, text);
    let mut place = String::new();
    if let Some(at) = &args.at {
        let position =
            Position::find(&target.reader(), &target.id, timing, at, args.duration).await?;
        create = create.timestamp(position.time());
        place = format!(" at {}", position.label);
    }
    if let Some(duration) = args.duration {
        create = create.duration(duration);
    }
    if let Some(page) = args.page {
        create = create.page(page);
        place = format!(" on page {page}");
    }
    let comment = send(&target, create).await?;
    let line = format!("added comment {} to {}{place}", comment.id.as_str(), target.path);
    let reporter = args.json.reporter();
    let (client, account) = (&target.client, &target.account);
    let added = ChangedComment::read(client, account, comment, line, reporter.is_json()).await;
    reporter.record(&added)
}

/// Creates a comment. If the response is lost, looks for a new comment with this text and position.
async fn send(target: &TargetFile, create: CreateComment) -> Result<Comment, Failure> {
    let (client, account, start) = (&target.client, &target.account, Timestamp::now());
    let (text, timestamp, page) = (create.text.clone(), create.timestamp.clone(), create.page);
    let find = async || {
        let mut comments = client.items(ListComments::new(account, &target.id).page_size(100));
        while let Some(comment) = comments.next().await {
            let comment = comment?;
            let is_same = comment.text == text
                && (comment.timestamp == timestamp || timestamp.is_none())
                && comment.page == page;
            if is_same && is_created_since(comment.created_at, start) {
                return Ok(Some(comment));
            }
        }
        Ok(None)
    };
    let show = format!("frameio comments list {}", target.id.as_str());
    confirmed(client.send(create), &show, find).await
}

/// Returns the text of an argument, of a file, or of standard input.
pub(super) fn text(argument: &str) -> Result<String, Failure> {
    let text = match argument {
        "-" => input::text(&mut std::io::stdin(), STANDARD_INPUT)?,
        _ => input::text_or_file(argument)?,
    };
    match text.trim() {
        "" => Err(Failure::usage("the text is empty")),
        text => Ok(text.to_owned()),
    }
}
