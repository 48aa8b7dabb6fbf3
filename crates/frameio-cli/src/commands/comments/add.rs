//! `frameio comments add`.

use frameio::comments::CreateComment;
use frameio::markers::timecode::{DropFrame, Timecode};
use frameio::markers::{CommentReader, Media, Timing};
use frameio::{FileId, comments::MediaTime};

use super::status;
use super::target::TargetFile;
use super::timing::TimingArgs;
use crate::args::{AccountArg, GlobalArgs, at_least_one};
use crate::completion;
use crate::exit::Failure;
use crate::input::{self, STANDARD_INPUT};
use crate::report::{self, Reporter};
use crate::resolver::Purpose;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File or version stack: path as /Workspace/Project/Folder/file.mov, or ID; of a stack, the newest
    /// version
    #[arg(add = completion::place())]
    place: String,
    /// Text, @FILE, or - for standard input
    text: String,
    /// Position: frame number, counted from 0, or timecode
    #[arg(long, value_name = "FRAME|TIMECODE")]
    at: Option<String>,
    /// Length in frames
    #[arg(long, value_name = "FRAMES", requires = "at", value_parser = at_least_one::<u64>)]
    duration: Option<u64>,
    /// Page of a document
    #[arg(long, value_name = "N", value_parser = at_least_one::<u32>)]
    page: Option<u32>,
    /// Not supported by the API
    #[arg(long, value_name = "COMMENT", hide = true)]
    reply_to: Option<String>,
    /// Print the comment as JSON
    #[arg(long)]
    json: bool,
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
    let mut create = CreateComment::new(&target.account, &target.id, text);
    if let Some(at) = &args.at {
        create = create.timestamp(position(&target.reader(), &target.id, timing, at).await?);
    }
    if let Some(duration) = args.duration {
        create = create.duration(duration);
    }
    if let Some(page) = args.page {
        create = create.page(page);
    }
    let comment = target.client.send(create).await?;
    let reporter = Reporter::new(args.json);
    match args.json {
        true => reporter.json_line(&report::json(&comment)?),
        false => {
            reporter.line(&format!("added comment {} to {}", comment.id.as_str(), target.path))
        }
    }
}

/// Returns the text of an argument, of a file, or of standard input.
pub(super) fn text(argument: &str) -> Result<String, Failure> {
    let text = match argument {
        "-" => input::text(&mut std::io::stdin(), STANDARD_INPUT)?,
        _ => input::file_of(argument)?.unwrap_or_else(|| argument.to_owned()),
    };
    match text.trim() {
        "" => Err(Failure::usage("the text is empty")),
        text => Ok(text.to_owned()),
    }
}

/// Returns the frame of a position. Only a timecode needs the metadata of the file.
pub(super) async fn position(
    reader: &CommentReader,
    file: &FileId,
    timing: Timing,
    text: &str,
) -> Result<MediaTime, Failure> {
    if let Ok(frame) = text.parse::<u64>() {
        return Ok(MediaTime::Frame(frame));
    }
    let media = reader.clone().timing(timing).media(file).await.map_err(status::failure)?;
    frame(text, &media).map(MediaTime::Frame).map_err(|error| Failure::value("--at", text, error))
}

fn frame(text: &str, media: &Media) -> Result<u64, String> {
    let base = media.timebase;
    let mode = if base.is_drop_frame() { DropFrame::On } else { DropFrame::Off };
    let timecode = Timecode::parse(text, base.rate(), mode).map_err(|error| error.to_string())?;
    let frame = timecode.frame() - media.start;
    let before = format!("it is before the start of the file, {}", media.timecode(0));
    let frame_number = u64::try_from(frame).map_err(|_| before)?;
    match media.frames {
        Some(frames) if frame >= frames => {
            let last = media.timecode(frames - 1);
            Err(format!("it is after the end of the file, {last}; see '--start-tc'"))
        }
        _ => Ok(frame_number),
    }
}
